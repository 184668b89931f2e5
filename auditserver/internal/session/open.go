package session

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// Opening is a session to be opened.
type Opening struct {
	UserID         string
	InstallationID string         // "": none
	CreatedWith    map[string]any // how the user logged in
}

// Open stores a session and gives its token. Like Parse Server it replaces the
// session that the user's installation had. later must
// run what it is given once the transaction is committed: then the cache forgets
// the replaced session.
func (sc *Sessions) Open(ctx context.Context, tx *store.Tx, o Opening, later func(func())) (string, store.Row, error) {
	token := NewToken()
	digest := Digest(token)
	fields := map[string]any{"user": values.UserPointer(o.UserID), "createdWith": o.CreatedWith}
	entry := tokenEntry{User: o.UserID}
	if sc.length > 0 {
		entry.Expires = time.Now().Add(sc.length).UTC().Truncate(time.Millisecond)
		fields["expiresAt"] = where.DateValue(entry.Expires)
	}
	if o.InstallationID != "" {
		fields["installationId"] = o.InstallationID
		if err := sc.Drop(ctx, tx, later, where.AllOf(where.Equal("user", values.UserPointer(o.UserID)), where.Equal("installationId", o.InstallationID))); err != nil {
			return "", store.Row{}, err
		}
	}
	hidden, err := json.Marshal(map[string]string{"token": digest})
	if err != nil {
		return "", store.Row{}, err
	}
	row, err := tx.Insert("_Session", store.Object{Fields: fields, Hidden: hidden})
	if err != nil {
		return "", row, err
	}
	entry.Session = row.ID()
	value, err := json.Marshal(entry)
	if err != nil {
		return "", row, err
	}
	return token, row, tx.PutValue(tokenBucket, digest, value, max(sc.length, 0))
}

// Drop deletes the sessions that match.
func (sc *Sessions) Drop(ctx context.Context, tx *store.Tx, later func(func()), match *where.Node) error {
	rows, err := tx.Find(ctx, store.Query{Class: "_Session", Where: match, Limit: -1, Hidden: true})
	if err != nil {
		return err
	}
	return sc.dropRows(tx, later, rows)
}

// dropRows deletes sessions that were read with their hidden part.
func (sc *Sessions) dropRows(tx *store.Tx, later func(func()), rows []store.Row) error {
	for _, row := range rows {
		if err := sc.DropToken(tx, later, row); err != nil {
			return err
		}
		if _, err := tx.Delete("_Session", row.ID()); err != nil {
			return err
		}
	}
	return nil
}

// DropToken makes the token of a session invalid. The row must have been read
// with its hidden part.
func (sc *Sessions) DropToken(tx *store.Tx, later func(func()), session store.Row) error {
	var hidden struct {
		Token string `json:"token"`
	}
	if len(session.Hidden()) == 0 {
		return nil
	}
	if err := json.Unmarshal(session.Hidden(), &hidden); err != nil {
		return err
	}
	if err := tx.DeleteValue(tokenBucket, hidden.Token); err != nil {
		return err
	}
	later(func() { sc.forget(hidden.Token) })
	return nil
}
