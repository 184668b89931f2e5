package auditserver

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ops"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

var emailForm = regexp.MustCompile(`^.+@.+$`)

// authBucket maps "provider:id" to the user who signs in with it.
const authBucket = "auth"

// account is what a sign-up or an update of a user asks for, with its password
// hashed: hashing is slow and must not happen inside a transaction.
type account struct {
	fields   map[string]any
	hidden   []byte            // new password, hashed
	authData map[string]any    // nil: not given
	authKeys map[string]string // provider to key in authBucket, of providers to link
}

// account reads the body of a sign-up or update.
func (s *Server) account(req *request) (*account, error) {
	fields, err := req.fields()
	if err != nil {
		return nil, err
	}
	delete(fields, "sessionToken") // is shown with a user, and no column of his
	a := &account{fields: fields}
	if _, ok := fields["emailVerified"]; ok && !req.caller.Master {
		return nil, fault.ErrPermission
	}
	if v, ok := fields["authData"]; ok {
		delete(fields, "authData")
		if err := a.readAuthData(v); err != nil {
			return nil, err
		}
	}
	if v, ok := fields["email"]; ok && v != nil {
		if text, isText := v.(string); isText && !emailForm.MatchString(text) {
			return nil, fault.New(wire.CodeInvalidEmail, "Email address format is invalid.")
		}
	}
	return a, nil
}

// hashAhead hashes the password of a sign-up or update before the transaction it
// is a part of: all who write would wait for it.
func (s *Server) hashAhead(req *request) error {
	if !req.at(0, "users") && (!req.at(0, "classes") || len(req.path) < 2 || req.path[1] != "_User") {
		return nil
	}
	fields, err := req.fields()
	password, _ := fields["password"].(string)
	if err != nil || password == "" {
		return nil // the answer of the entry when its turn comes
	}
	req.hashed, err = s.hashPassword(password)
	return err
}

// setPassword takes the password out of the fields and hashes it.
func (s *Server) setPassword(req *request, a *account) error {
	v, ok := a.fields["password"]
	if !ok {
		return nil
	}
	delete(a.fields, "password")
	password, isText := v.(string)
	if !isText || password == "" {
		return fault.New(wire.CodePasswordMissing, "password is required")
	}
	if a.hidden = req.hashed; a.hidden != nil {
		return nil
	}
	var err error
	a.hidden, err = s.hashPassword(password)
	return err
}

// readAuthData accepts anonymous users, the provider that needs no other
// service; null unlinks.
func (a *account) readAuthData(v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		if _, isOp := ops.Named(v); v == nil || isOp {
			a.authData = map[string]any{}
			return nil
		}
		return fault.New(wire.CodeIncorrectType, "schema mismatch for _User.authData; expected Object")
	}
	a.authData, a.authKeys = m, map[string]string{}
	for provider, data := range m {
		if data == nil {
			continue
		}
		entry, _ := data.(map[string]any)
		id, _ := entry["id"].(string)
		if provider != "anonymous" || id == "" {
			return fault.New(wire.CodeUnsupportedService, "This authentication method is unsupported.")
		}
		a.authKeys[provider] = provider + ":" + id
	}
	return nil
}

// signUp answers POST /users: a new user, or the log-in of a known one by authData.
func (s *Server) signUp(ctx context.Context, req *request) (*response, error) {
	a, err := s.account(req)
	if err != nil {
		return nil, err
	}
	if len(a.authKeys) == 0 {
		if name, _ := a.fields["username"].(string); name == "" {
			return nil, fault.New(wire.CodeUsernameMissing, "bad or missing username")
		}
		if password, _ := a.fields["password"].(string); password == "" {
			return nil, fault.New(wire.CodePasswordMissing, "password is required")
		}
	}
	if err := s.setPassword(req, a); err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		for _, key := range a.authKeys {
			if id, known, err := tx.GetValue(authBucket, key); err != nil {
				return nil, err
			} else if known {
				return s.logInByAuthData(ctx, tx, req, string(id))
			}
		}
		return s.newUser(ctx, tx, req, a)
	})
}

// usernameFirst gives the reason why a user could not be stored. Where name and
// address are both taken, the database names any; Parse Server names the name.
func usernameFirst(tx *store.Tx, name any, err error) error {
	var unique *store.UniqueError
	if !errors.As(err, &unique) || slices.Contains(unique.Fields, "username") {
		return err
	}
	// Nothing of this stays: the error that is returned undoes the whole write.
	if _, taken := tx.Insert("_User", store.Object{ID: newID(), Fields: map[string]any{"username": name}}); errors.Is(taken, store.ErrDuplicate) {
		return taken
	}
	return err
}

func (s *Server) newUser(ctx context.Context, tx *store.Tx, req *request, a *account) (*response, error) {
	sv, err := s.newSave(ctx, tx, req, "_User")
	if err != nil {
		return nil, err
	}
	fields := maps.Clone(a.fields)
	if empty(fields["username"]) {
		fields["username"] = newID() + newID()
	}
	if a.authData != nil {
		fields["authData"] = a.authData
	}
	sv.hidden = a.hidden
	if err := sv.customID(fields); err != nil {
		return nil, err
	}
	if sv.id == "" {
		sv.id = newID()
	}
	row, err := sv.create(fields)
	if err != nil {
		return nil, usernameFirst(tx, fields["username"], err)
	}
	if err := link(tx, a, row.ID()); err != nil {
		return nil, err
	}
	how := map[string]any{"action": "signup", "authProvider": "password"}
	for provider := range a.authKeys {
		how["authProvider"] = provider
	}
	if len(a.authKeys) > 0 && empty(a.fields["username"]) {
		sv.echo["username"] = fields["username"]
	}
	if !req.caller.Master {
		token, _, err := s.sessions.Open(ctx, tx, req.opening(row.ID(), how), req.later)
		if err != nil {
			return nil, err
		}
		sv.echo["sessionToken"] = token
	}
	res := s.created(req, row, sv.echo)
	res.secret = true
	return res, nil
}

// ownACL adds to the ACL of a new user what every user has: rights on himself,
// and the public's where users are public.
func (sv *save) ownACL() {
	acl := maps.Clone(sv.object.ACL)
	if acl == nil {
		acl = map[string]schema.Access{}
		if sv.s.cfg.PublicUsers {
			acl["*"] = schema.Access{Read: true}
		}
	}
	acl[sv.id] = schema.Access{Read: true, Write: true}
	sv.object.ACL = acl
}

func link(tx *store.Tx, a *account, userID string) error {
	for _, key := range a.authKeys {
		if id, taken, err := tx.GetValue(authBucket, key); err != nil {
			return err
		} else if taken && string(id) != userID {
			return fault.New(wire.CodeAccountLinked, "this auth is already used")
		}
		if err := tx.PutValue(authBucket, key, []byte(userID), 0); err != nil {
			return err
		}
	}
	return nil
}

// logInByAuthData answers a sign-up with authData that a user already has.
func (s *Server) logInByAuthData(ctx context.Context, tx *store.Tx, req *request, userID string) (*response, error) {
	row, err := tx.Get(ctx, "_User", userID)
	if err != nil {
		return nil, err
	}
	provider := map[string]any{"action": "login", "authProvider": "anonymous"}
	token, _, err := s.sessions.Open(ctx, tx, req.opening(userID, provider), req.later)
	if err != nil {
		return nil, err
	}
	res, err := s.renderUser(ctx, req, row, token)
	if err == nil {
		res.status, res.location = http.StatusOK, req.baseURL+"/users/"+userID
	}
	return res, err
}

// updateUser answers PUT /users/id.
func (s *Server) updateUser(ctx context.Context, req *request) (*response, error) {
	a, err := s.account(req)
	if err != nil {
		return nil, err
	}
	id := req.path[len(req.path)-1]
	if !req.caller.Master && req.caller.UserID != id {
		return nil, fault.ErrUserForbidden // before a password is hashed for nothing
	}
	if err := s.setPassword(req, a); err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		sv, err := s.newSave(ctx, tx, req, "_User")
		if err != nil {
			return nil, err
		}
		fields := maps.Clone(a.fields)
		if a.authData != nil {
			if err := s.relink(ctx, tx, a, id, fields); err != nil {
				return nil, err
			}
		}
		sv.hidden = a.hidden
		row, err := sv.update(id, fields)
		if err != nil {
			return nil, err
		}
		if a.hidden != nil {
			if err := s.renewSessions(ctx, tx, req, sv, id); err != nil {
				return nil, err
			}
		}
		res := updated(row, sv.echo)
		res.secret = a.hidden != nil
		return res, nil
	})
}

// relink merges new authData into the user's: entries are added, null ones removed.
func (s *Server) relink(ctx context.Context, tx *store.Tx, a *account, id string, fields map[string]any) error {
	row, err := tx.Get(ctx, "_User", id)
	if err != nil {
		return err
	}
	present, _ := row.Value("authData").(map[string]any)
	merged := maps.Clone(present)
	if merged == nil {
		merged = map[string]any{}
	}
	for provider, data := range a.authData {
		if data != nil {
			merged[provider] = data
			continue
		}
		if old, ok := merged[provider].(map[string]any); ok {
			if err := unlink(tx, provider, old); err != nil {
				return err
			}
		}
		delete(merged, provider)
	}
	fields["authData"] = merged
	if len(merged) == 0 {
		fields["authData"] = nil
	}
	return link(tx, a, id)
}

func unlink(tx *store.Tx, provider string, data map[string]any) error {
	id, _ := data["id"].(string)
	return tx.DeleteValue(authBucket, provider+":"+id)
}

// renewSessions ends all sessions of a user whose password changed; the user
// himself gets a new one.
func (s *Server) renewSessions(ctx context.Context, tx *store.Tx, req *request, sv *save, id string) error {
	if err := s.sessions.Drop(ctx, tx, req.later, where.Equal("user", values.UserPointer(id))); err != nil {
		return err
	}
	if req.caller.Master {
		return nil
	}
	token, _, err := s.sessions.Open(ctx, tx, req.opening(id, map[string]any{"action": "login", "authProvider": "password"}), req.later)
	sv.echo["sessionToken"] = token
	return err
}

// forgetUser removes what belongs to a user that is deleted.
func (s *Server) forgetUser(ctx context.Context, tx *store.Tx, req *request, user store.Row) error {
	authData, _ := user.Value("authData").(map[string]any)
	for provider, data := range authData {
		if entry, ok := data.(map[string]any); ok {
			if err := unlink(tx, provider, entry); err != nil {
				return err
			}
		}
	}
	return s.sessions.Drop(ctx, tx, req.later, where.Equal("user", values.UserPointer(user.ID())))
}

// currentUser answers GET /users/me.
func (s *Server) currentUser(ctx context.Context, req *request) (*response, error) {
	if req.caller.UserID == "" {
		return nil, fault.ErrSession
	}
	row, err := s.store.Get(ctx, "_User", req.caller.UserID)
	if err != nil {
		return nil, fault.ErrSession
	}
	sh, err := s.queries.ParseGet(&req.Params)
	if err != nil {
		return nil, err
	}
	return s.renderOne(ctx, req, row, sh, true)
}

// renderUser renders a user as he sees himself, with a new session token.
func (s *Server) renderUser(ctx context.Context, req *request, row store.Row, token string) (*response, error) {
	as := *req
	as.caller = access.NewCaller(row.ID(), nil)
	as.caller.SessionToken = token
	res, err := s.renderOne(ctx, &as, row, &render.Shape{}, true)
	if err == nil {
		res.secret = true
	}
	return res, err
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
