package session

import (
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// Extend gives sessions their full length again when a request uses them in the second half of
// their life. It must be called before the first request.
func (sc *Sessions) Extend() { sc.extend, sc.renewing = sc.length > 0, map[string]bool{} }

// Use is [Sessions.Caller] for a request, which may extend the session.
func (sc *Sessions) Use(ctx context.Context, token string) (*access.Caller, error) {
	c, err := sc.Caller(ctx, token)
	if err != nil || !sc.extend || time.Since(c.SessionChanged) < sc.length/2 {
		return c, err
	}
	digest := Digest(token)
	if !sc.begin(digest) {
		return c, nil // another request does it
	}
	defer sc.end(digest)
	err = sc.store.Write(ctx, func(tx *store.Tx) error { return sc.prolong(ctx, tx, c, digest) })
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault.ErrSession
	}
	if err != nil {
		return c, nil //nolint:nilerr // the session still holds, and the next request tries again
	}
	sc.forget(digest)
	return sc.Caller(ctx, token)
}

func (sc *Sessions) begin(digest string) bool {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if sc.renewing[digest] {
		return false
	}
	sc.renewing[digest] = true
	return true
}

func (sc *Sessions) end(digest string) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	delete(sc.renewing, digest)
}

// prolong lets a session end a whole length from now.
func (sc *Sessions) prolong(ctx context.Context, tx *store.Tx, c *access.Caller, digest string) error {
	row, err := tx.Get(ctx, "_Session", c.SessionID)
	if err != nil {
		return err
	}
	entry := tokenEntry{Session: c.SessionID, User: c.UserID, Expires: time.Now().Add(sc.length).UTC().Truncate(time.Millisecond)}
	fields := row.Map()
	for _, name := range classes.BuiltInFields {
		delete(fields, name)
	}
	fields["expiresAt"] = where.DateValue(entry.Expires)
	if _, _, err := tx.Update("_Session", c.SessionID, store.Object{Fields: fields, ACL: row.ACL()}); err != nil {
		return err
	}
	value, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	return tx.PutValue(tokenBucket, digest, value, sc.length)
}
