package auditserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// tokenBucket maps the digest of a session token to its session. Tokens
// themselves are stored nowhere.
const tokenBucket = "session"

// tokenEntry is what the bucket holds for a token.
type tokenEntry struct {
	Session string    `json:"session"`
	User    string    `json:"user"`
	Expires time.Time `json:"expires"` // zero: never
}

func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return "r:" + hex.EncodeToString(b[:])
}

// newID makes an objectId: ten letters and digits.
func newID() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	out := make([]byte, 0, 10)
	var b [16]byte
	for len(out) < 10 {
		_, _ = rand.Read(b[:]) // never fails
		for _, x := range b {
			if x < 248 && len(out) < 10 { // 248 = 4*62: no letter is likelier than another
				out = append(out, letters[x%62])
			}
		}
	}
	return string(out)
}

// openSession stores a session for a user and gives its token. Like Parse
// Server it replaces the session that the user's installation had.
func (s *Server) openSession(ctx context.Context, tx *store.Tx, req *request, userID string, createdWith map[string]any) (string, store.Row, error) {
	token := newToken()
	digest := hexDigest(token)
	fields := map[string]any{"user": values.UserPointer(userID), "createdWith": createdWith}
	entry := tokenEntry{User: userID}
	if s.cfg.SessionLength > 0 {
		entry.Expires = time.Now().Add(s.cfg.SessionLength).UTC().Truncate(time.Millisecond)
		fields["expiresAt"] = where.DateValue(entry.Expires)
	}
	if req.installationID != "" {
		fields["installationId"] = req.installationID
		if err := s.dropSessions(ctx, tx, req, where.AllOf(where.Equal("user", values.UserPointer(userID)), where.Equal("installationId", req.installationID))); err != nil {
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
	return token, row, tx.PutValue(tokenBucket, digest, value, max(s.cfg.SessionLength, 0))
}

// dropSessions deletes the sessions that match.
func (s *Server) dropSessions(ctx context.Context, tx *store.Tx, req *request, match *where.Node) error {
	rows, err := tx.Find(ctx, store.Query{Class: "_Session", Where: match, Limit: -1, Hidden: true})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.dropToken(tx, req, row); err != nil {
			return err
		}
		if _, err := tx.Delete("_Session", row.ID()); err != nil {
			return err
		}
	}
	return nil
}

// dropToken makes the token of a session worthless. The row must have been read
// with its hidden part.
func (s *Server) dropToken(tx *store.Tx, req *request, session store.Row) error {
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
	*req.after = append(*req.after, func() { s.sessions.forget(hidden.Token) })
	return nil
}

// maxCachedSessions bounds the cache; beyond it the cache starts anew.
const maxCachedSessions = 20_000

// sessionCache knows the users and roles behind session tokens. Writes that
// change the answer tell it to forget before they are answered.
type sessionCache struct {
	s     *Server
	mu    sync.RWMutex
	known map[string]*access.Caller // by token digest
	epoch int                       // grows when something was forgotten
}

func newSessionCache(s *Server) *sessionCache {
	return &sessionCache{s: s, known: map[string]*access.Caller{}}
}

// caller gives the user of a session token, or 209.
func (sc *sessionCache) caller(ctx context.Context, token string) (*access.Caller, error) {
	digest := hexDigest(token)
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

func (sc *sessionCache) load(ctx context.Context, token, digest string) (*access.Caller, error) {
	raw, ok, err := sc.s.store.GetValue(ctx, tokenBucket, digest)
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
	if _, err := sc.s.store.Get(ctx, "_User", entry.User); errors.Is(err, store.ErrNotFound) {
		return nil, fault.ErrSession
	} else if err != nil {
		return nil, err
	}
	if entry.Expires, err = sc.expiry(ctx, entry); err != nil {
		return nil, err
	}
	roles, err := rolesOf(ctx, sc.s.store, entry.User)
	if err != nil {
		return nil, err
	}
	c := access.NewCaller(entry.User, roles)
	c.SessionID, c.SessionToken, c.Expires = entry.Session, token, entry.Expires
	return c, nil
}

// expiry is when a session ends: its row decides, which the master key may change.
func (sc *sessionCache) expiry(ctx context.Context, entry tokenEntry) (time.Time, error) {
	row, err := sc.s.store.Get(ctx, "_Session", entry.Session)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, fault.ErrSession
	}
	if err != nil {
		return time.Time{}, err
	}
	date, _ := row.Map()["expiresAt"].(map[string]any)
	text, ok := date["iso"].(string)
	if !ok {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

func (sc *sessionCache) forget(digest string) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	delete(sc.known, digest)
	sc.epoch++
}

func (sc *sessionCache) forgetAll() {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	clear(sc.known)
	sc.epoch++
}

// rolesOf gives the roles of a user as "role:X". Roles listed in a role's roles
// are its children: their members have it too.
func rolesOf(ctx context.Context, f finder, userID string) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	match := where.Equal("users", values.UserPointer(userID))
	for match != nil {
		rows, err := f.Find(ctx, store.Query{Class: "_Role", Where: match, Limit: -1})
		if err != nil {
			return nil, err
		}
		var children []any
		for _, row := range rows {
			if seen[row.ID()] {
				continue
			}
			seen[row.ID()] = true
			if name, ok := row.Value("name").(string); ok {
				names = append(names, "role:"+name)
			}
			children = append(children, values.PointerTo("_Role", row.ID()))
		}
		match = nil
		if len(children) > 0 {
			match = where.OneOf("roles", children...)
		}
	}
	return names, nil
}
