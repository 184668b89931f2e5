package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// maxCachedSessions bounds the cache; beyond it the cache is emptied.
const maxCachedSessions = 20_000

// Sessions knows the users and roles behind session tokens, and keeps them
// in a cache. Writes that change the answer tell it to forget before they are
// answered.
type Sessions struct {
	store  *store.Store
	length time.Duration // of new sessions; 0 or less: they do not expire
	extend bool          // sessions used in the second half of their life are extended

	mu       sync.RWMutex
	known    map[string]*access.Caller // by token digest
	epoch    int                       // grows when something was forgotten
	renewing map[string]bool           // sessions that are being extended, by token digest
}

// New gives the sessions in a store, new ones of the given length.
func New(in *store.Store, length time.Duration) *Sessions {
	return &Sessions{store: in, length: length, known: map[string]*access.Caller{}}
}

// Caller gives the user of a session token, or an error with code 209.
func (sc *Sessions) Caller(ctx context.Context, token string) (*access.Caller, error) {
	return sc.Digested(ctx, token, Digest(token))
}

// Digested is Caller for those who ask again and again, and keep the digest.
func (sc *Sessions) Digested(ctx context.Context, token, digest string) (*access.Caller, error) {
	sc.mu.RLock()
	c, epoch := sc.known[digest], sc.epoch
	sc.mu.RUnlock()
	if c == nil {
		var err error
		if c, err = sc.load(ctx, token, digest); err != nil {
			return nil, err
		}
		sc.mu.Lock()
		if sc.epoch == epoch {
			if len(sc.known) >= maxCachedSessions {
				clear(sc.known)
			}
			sc.known[digest] = c
		}
		sc.mu.Unlock()
	}
	if !c.Expires.IsZero() && time.Now().After(c.Expires) {
		return nil, fault.New(wire.CodeInvalidSession, "Session token is expired.")
	}
	return c, nil
}

func (sc *Sessions) load(ctx context.Context, token, digest string) (*access.Caller, error) {
	raw, ok, err := sc.store.GetValue(ctx, tokenBucket, digest)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.ErrSession
	}
	var entry tokenEntry
	if err := json.Unmarshal(raw, &entry); err != nil {
		return nil, err
	}
	if _, err := sc.store.Get(ctx, "_User", entry.User); errors.Is(err, store.ErrNotFound) {
		return nil, fault.ErrSession
	} else if err != nil {
		return nil, err
	}
	changed, err := sc.lifeOf(ctx, &entry)
	if err != nil {
		return nil, err
	}
	roles, err := RolesOf(ctx, sc.store, entry.User)
	if err != nil {
		return nil, err
	}
	c := access.NewCaller(entry.User, roles)
	c.SessionID, c.SessionToken, c.Expires, c.SessionChanged = entry.Session, token, entry.Expires, changed
	return c, nil
}

// lifeOf reads when a session ends and when it was last changed. Its row decides,
// because the master key may change that.
func (sc *Sessions) lifeOf(ctx context.Context, entry *tokenEntry) (changed time.Time, err error) {
	row, err := sc.store.Get(ctx, "_Session", entry.Session)
	if errors.Is(err, store.ErrNotFound) {
		return changed, fault.ErrSession
	}
	if err != nil {
		return changed, err
	}
	entry.Expires = time.Time{}
	date, _ := row.Map()["expiresAt"].(map[string]any)
	if text, ok := date["iso"].(string); ok {
		entry.Expires, err = time.Parse(time.RFC3339, text)
	}
	return row.UpdatedAt(), err
}

func (sc *Sessions) forget(digest string) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	delete(sc.known, digest)
	sc.epoch++
}

// ForgetAll forgets all users: roles have changed, or several sessions.
func (sc *Sessions) ForgetAll() {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	clear(sc.known)
	sc.epoch++
}
