package auditserver

import (
	"bytes"
	"context"
	"errors"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
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
		if err := s.passwordFresh(tx, user.ID()); err != nil {
			return nil, err
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
