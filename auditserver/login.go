package auditserver

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

var errBadLogin = &fault.Error{Code: wire.CodeObjectNotFound, Message: "Invalid username/password."}

// logIn answers /login.
func (s *Server) logIn(ctx context.Context, req *request) (*response, error) {
	user, err := s.authenticate(ctx, req)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		// A change of the password ends all sessions, so no session may begin
		// afterwards with the old password.
		if now, err := tx.Get(ctx, "_User", user.ID()); err == nil && !bytes.Equal(now.Hidden(), user.Hidden()) {
			return nil, errBadLogin
		}
		return s.enter(ctx, tx, req, user.ID(), "password")
	})
}

// enter opens a session for a user and answers with both.
func (s *Server) enter(ctx context.Context, tx *store.Tx, req *request, userID, provider string) (*response, error) {
	row, err := tx.Get(ctx, "_User", userID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errBadLogin
	}
	if err != nil {
		return nil, err
	}
	token, _, err := s.sessions.Open(ctx, tx, req.opening(userID, map[string]any{"action": "login", "authProvider": provider}), req.later)
	if err != nil {
		return nil, err
	}
	return s.renderSelf(ctx, tx, req, row, token)
}

// logInAs answers /loginAs: a session of any user, for the master key.
func (s *Server) logInAs(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	id := req.TextParam("userId")
	if id == "" {
		return nil, fault.New(wire.CodeInvalidValue, "userId must not be empty, null, or undefined")
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		res, err := s.enter(ctx, tx, req, id, "masterkey")
		if errors.Is(err, errBadLogin) {
			return nil, fault.New(wire.CodeObjectNotFound, "user not found")
		}
		return res, err
	})
}

// logOut answers /logout: it ends the session of the request.
func (s *Server) logOut(ctx context.Context, req *request) (*response, error) {
	if req.caller.SessionID == "" {
		return emptyResponse, nil
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		return emptyResponse, s.sessions.Drop(ctx, tx, req.later, where.Equal("objectId", req.caller.SessionID))
	})
}

// verifyPassword answers /verifyPassword: like a log-in, without a session.
func (s *Server) verifyPassword(ctx context.Context, req *request) (*response, error) {
	user, err := s.authenticate(ctx, req)
	if err != nil {
		return nil, err
	}
	return s.renderSelf(ctx, s.reader(req), req, user, "")
}

// errNoMail is the answer of a server that can't send mail.
var errNoMail = &fault.Error{Code: wire.CodeInternal, Message: "An appName, publicServerURL, and emailAdapter are required for password reset and email verification functionality."}

const (
	resetBucket = "password-reset" // token digest to resetEntry
	resetTTL    = 24 * time.Hour
)

// resetEntry is what is stored for a token: the user, and a digest of the user's
// secrets. It makes the token invalid once the password has changed.
func resetEntry(user store.Row) string {
	return user.ID() + " " + session.Digest(string(user.Hidden()))
}

// requestPasswordReset answers /requestPasswordReset: it hands a token to the
// program's PasswordReset. The answer does not tell whether the address
// is known.
func (s *Server) requestPasswordReset(ctx context.Context, req *request) (*response, error) {
	if s.cfg.PasswordReset == nil {
		return nil, errNoMail
	}
	address := detailOf(req.Body.Get("email"))
	switch {
	case !address.given:
		return nil, fault.New(wire.CodeEmailMissing, "you must provide an email")
	case !address.isText:
		return nil, fault.New(wire.CodeInvalidEmail, "you must provide a valid email string")
	}
	email := address.text
	nameless := where.AllOf(where.Equal("username", email), &where.Node{Op: where.Exists, Path: "email", Value: false})
	rows, err := s.store.Find(ctx, store.Query{Class: "_User", Where: where.AnyOf(where.Equal("email", email), nameless), Limit: 1, Hidden: true})
	if err != nil || len(rows) == 0 {
		return emptyResponse, err
	}
	token := session.NewToken()
	if _, err := s.write(ctx, req, func(tx *store.Tx, _ *request) (*response, error) {
		return nil, tx.PutValue(resetBucket, session.Digest(token), []byte(resetEntry(rows[0])), resetTTL)
	}); err != nil {
		return nil, err
	}
	username, _ := rows[0].Value("username").(string)
	if err := s.cfg.PasswordReset(email, username, token); err != nil {
		s.cfg.Logger.ErrorContext(ctx, "password reset was not delivered", "user", rows[0].ID(), "error", err)
		return nil, &fault.Error{Code: wire.CodeInternal, Message: "The password reset could not be delivered."}
	}
	return emptyResponse, nil
}

// ResetPassword sets a user's password with a token that Config.PasswordReset
// was given, and ends the user's sessions. A token that is unknown, used or older
// than the password is code 101.
func (s *Server) ResetPassword(ctx context.Context, token, password string) error {
	return published(s.resetPassword(ctx, token, password))
}

func (s *Server) resetPassword(ctx context.Context, token, password string) error {
	if password == "" {
		return fault.New(wire.CodePasswordMissing, "password is required")
	}
	hidden, err := s.hashPassword(password)
	if err != nil {
		return err
	}
	req := &request{caller: &access.Caller{Master: true}, method: http.MethodPut}
	_, err = s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		entry, _, err := tx.GetValue(resetBucket, session.Digest(token))
		if err != nil {
			return nil, err
		}
		id, _, _ := strings.Cut(string(entry), " ")
		user, err := tx.Get(ctx, "_User", id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err != nil || resetEntry(user) != string(entry) {
			return nil, fault.New(wire.CodeObjectNotFound, "the password reset token is unknown, used, expired or older than the password")
		}
		if err := tx.DeleteValue(resetBucket, session.Digest(token)); err != nil {
			return nil, err
		}
		sv, err := s.newSave(ctx, tx, req, "_User")
		if err != nil {
			return nil, err
		}
		sv.hidden = hidden
		if _, err := sv.update(id, map[string]any{}); err != nil {
			return nil, err
		}
		return nil, s.sessions.Drop(ctx, tx, req.later, where.Equal("user", values.UserPointer(id)))
	})
	return err
}
