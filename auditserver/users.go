package auditserver

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

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
	if len(a.authKeys) == 0 { // before a password is hashed; with authData it may be a log-in
		if err := s.maySignUp(req, a); err != nil {
			return nil, err
		}
	}
	class, _ := s.store.Class("_User")
	if _, err := access.Permit(class.Permissions, req.caller, access.OpCreate); err != nil && len(a.authKeys) == 0 {
		return nil, err // before a password is hashed in vain
	}
	if a.taken, err = s.nameTaken(ctx, req, a.fields); err != nil {
		return nil, err
	}
	if err := s.setPassword(ctx, req, a, ""); err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		for _, key := range a.authKeys {
			id, known, err := tx.GetValue(authBucket, key)
			if err != nil {
				return nil, err
			}
			if !known {
				continue
			}
			user, err := tx.Get(ctx, "_User", string(id))
			if err != nil {
				return nil, err
			}
			if req.caller.Master || !access.LockedOut(user.ACL()) {
				return s.logInByAuthData(ctx, tx, req, user)
			}
		}
		return s.newUser(ctx, tx, req, a)
	})
}

// nameTaken gives the refusal of a sign-up whose username or e-mail address a user
// has, so that its password need not be hashed. It is told only when everything else
// about the sign-up is right: one that must fail anyway tells nothing of addresses.
func (s *Server) nameTaken(ctx context.Context, req *request, fields map[string]any) (taken, err error) {
	for _, name := range []string{"username", "email"} {
		text, _ := fields[name].(string)
		if text == "" {
			continue
		}
		known, err := s.reader(req).Find(ctx, store.Query{Class: "_User", Where: where.Equal(name, text), Limit: 1, Quick: true})
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			return &store.UniqueError{Class: "_User", Fields: []string{name}}, nil
		}
	}
	return nil, nil
}

// usernameFirst gives the reason why a user could not be stored. If both username
// and e-mail are taken, the database may name either; Parse Server names the
// username.
func usernameFirst(tx *store.Tx, name any, err error) error {
	var unique *store.UniqueError
	if !errors.As(err, &unique) || slices.Contains(unique.Fields, "username") {
		return err
	}
	// This insert does not stay: the error that is returned undoes the transaction.
	if _, taken := tx.Insert("_User", store.Object{ID: randomText(store.IDSize), Fields: map[string]any{"username": name}}); errors.Is(taken, store.ErrDuplicate) {
		return taken
	}
	return err
}

func (s *Server) newUser(ctx context.Context, tx *store.Tx, req *request, a *account) (*response, error) {
	if err := s.maySignUp(req, a); err != nil {
		return nil, err
	}
	sv, err := s.newSave(ctx, tx, req, "_User")
	if err != nil {
		return nil, err
	}
	fields := maps.Clone(a.fields)
	if empty(fields["username"]) {
		fields["username"] = randomText(20)
	}
	if a.authData != nil {
		fields["authData"] = a.authData
	}
	sv.hidden = a.hidden
	if err := sv.customID(fields); err != nil {
		return nil, err
	}
	if sv.id == "" {
		sv.id = s.newID()
	}
	row, err := sv.create(fields)
	if err == nil {
		err = a.taken // and free meanwhile
	}
	if err != nil {
		return nil, usernameFirst(tx, fields["username"], err)
	}
	if err := link(tx, a, row.ID()); err != nil {
		return nil, err
	}
	if a.verify {
		if err := s.sendVerification(tx, req, row); err != nil {
			return nil, err
		}
	}
	if a.hidden != nil {
		if err := s.passwordChanged(tx, row.ID(), nil); err != nil {
			return nil, err
		}
	}
	how := map[string]any{"action": "signup", "authProvider": "password"}
	for provider := range a.authKeys {
		how["authProvider"] = provider
	}
	if len(a.authKeys) > 0 && empty(a.fields["username"]) {
		sv.echo["username"] = fields["username"]
	}
	if !req.caller.Master && !s.cfg.PreventUnverifiedLogin {
		token, _, err := s.sessions.Open(ctx, tx, req.opening(row.ID(), how), req.later)
		if err != nil {
			return nil, err
		}
		sv.echo["sessionToken"] = token
	}
	res := created(req, row, sv.echo)
	res.secret = true
	return res, nil
}

// logInByAuthData answers a sign-up with authData that a user already has.
func (s *Server) logInByAuthData(ctx context.Context, tx *store.Tx, req *request, user store.Row) (*response, error) {
	provider := map[string]any{"action": "login", "authProvider": "anonymous"}
	token, _, err := s.sessions.Open(ctx, tx, req.opening(user.ID(), provider), req.later)
	if err != nil {
		return nil, err
	}
	res, err := s.renderUser(ctx, req, access.NewCaller(user.ID(), nil), user, token)
	if err == nil {
		res.status, res.location = http.StatusOK, req.location+"/users/"+url.PathEscape(user.ID())
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
	if err := s.mayChangeUser(ctx, req, id); err != nil {
		return nil, err
	}
	if err := s.setPassword(ctx, req, a, id); err != nil {
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
		if a.verify {
			if err := s.sendVerification(tx, req, row); err != nil {
				return nil, err
			}
		}
		if a.hidden != nil {
			if err := s.passwordChanged(tx, id, sv.before.Hidden()); err != nil {
				return nil, err
			}
			if err := s.renewSessions(ctx, tx, req, sv, id); err != nil {
				return nil, err
			}
		}
		res := updated(row, sv.echo)
		res.secret = a.hidden != nil
		return res, nil
	})
}

// mayChangeUser refuses a change of a user to those who may not write it, as
// save.load does, but before a password is hashed in vain or a log-in is looked up.
func (s *Server) mayChangeUser(ctx context.Context, req *request, id string) error {
	switch {
	case req.caller.Master:
		return nil
	case req.caller.UserID == "":
		return fault.ErrUserForbidden
	}
	row, err := s.reader(req).Get(ctx, "_User", id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !req.caller.Writes(row.ACL()) {
		return fault.ErrUserForbidden
	}
	return err
}

// renewSessions ends all sessions of a user whose password has changed, and opens
// a new one if the change was the user's own.
func (s *Server) renewSessions(ctx context.Context, tx *store.Tx, req *request, sv *save, id string) error {
	if err := s.endSessions(ctx, tx, req, id); err != nil {
		return err
	}
	if req.caller.Master {
		return nil
	}
	token, _, err := s.sessions.Open(ctx, tx, req.opening(id, map[string]any{"action": "login", "authProvider": "password"}), req.later)
	sv.echo["sessionToken"] = token
	return err
}

// endSessions ends all sessions of a user whose password has changed, unless the
// configuration lets them go on.
func (s *Server) endSessions(ctx context.Context, tx *store.Tx, req *request, id string) error {
	if s.cfg.KeepSessionsOnNewPassword {
		return nil
	}
	return s.sessions.Drop(ctx, tx, req.later, where.Equal("user", values.UserPointer(id)))
}

// forgetUser removes what belongs to a user that is deleted.
func (s *Server) forgetUser(ctx context.Context, tx *store.Tx, req *request, user store.Row) error {
	authData, _ := user.Value("authData").(map[string]any)
	for provider, data := range authData {
		if entry, ok := data.(map[string]any); ok {
			if err := unlink(tx, provider, entry, user.ID()); err != nil {
				return err
			}
		}
	}
	if err := tx.DeleteValue(accountBucket, user.ID()); err != nil {
		return err
	}
	return s.sessions.Drop(ctx, tx, req.later, where.Equal("user", values.UserPointer(user.ID())))
}

// currentUser answers GET /users/me: the caller, as far as he may read himself. It
// reads no parameters, as Parse Server does not.
func (s *Server) currentUser(ctx context.Context, req *request) (*response, error) {
	if req.caller.UserID == "" {
		return nil, fault.ErrSession
	}
	row, err := s.queries.Get(ctx, req.caller, "_User", req.caller.UserID)
	if errors.Is(err, fault.ErrNotFound) {
		return nil, fault.ErrSession
	}
	if err != nil {
		return nil, err
	}
	return s.renderOne(ctx, req, row, &render.Shape{}, true)
}

// renderSelf renders a user who has shown the password, with a new session token
// if there is one. Whatever class permissions and ACL let the user not read is left
// out, and then only the id is shown; the master key sees all.
func (s *Server) renderSelf(ctx context.Context, from finder, req *request, row store.Row, token string) (*response, error) {
	if req.caller.Master {
		return s.renderUser(ctx, req, req.caller, row, token)
	}
	roles, err := session.RolesOf(ctx, from, row.ID())
	if err != nil {
		return nil, err
	}
	self := access.NewCaller(row.ID(), roles)
	class, _ := s.store.Class("_User")
	if fields, err := access.Permit(class.Permissions, self, access.OpGet); err == nil && self.MayRead(row, row.ACL(), fields) {
		return s.renderUser(ctx, req, self, row, token)
	}
	id := map[string]any{"objectId": row.ID()}
	if token != "" {
		id["sessionToken"] = token
	}
	res, err := jsonResponse(id)
	if err == nil {
		res.secret = true
	}
	return res, err
}

// renderUser renders a user as a caller sees it, with a session token if there is
// one.
func (s *Server) renderUser(ctx context.Context, req *request, caller *access.Caller, row store.Row, token string) (*response, error) {
	as, viewer := *req, *caller
	viewer.SessionToken = token
	as.caller = &viewer
	res, err := s.renderOne(ctx, &as, row, &render.Shape{}, true)
	if err == nil {
		res.secret = true
	}
	return res, err
}

// newID makes an objectId that tells nothing of when it was made.
func (s *Server) newID() string { return randomText(s.cfg.ObjectIDSize) }

// randomText makes a text of letters and digits.
func randomText(size int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	out := make([]byte, 0, size)
	var b [16]byte
	for len(out) < size {
		_, _ = rand.Read(b[:]) // never fails
		for _, x := range b {
			if x < 248 && len(out) < size { // 248 = 4*62: all letters are equally likely
				out = append(out, letters[x%62])
			}
		}
	}
	return string(out)
}
