package auditserver

import (
	"context"
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// protectedSessionFields are set by the server alone.
var protectedSessionFields = []string{"sessionToken", "expiresAt", "createdWith", "user"}

func sessionFieldsUntouched(c *access.Caller, fields map[string]any) error {
	if c.Master {
		return nil
	}
	if c.UserID == "" {
		return fault.ErrSession
	}
	for _, name := range protectedSessionFields {
		if _, ok := fields[name]; ok {
			return fault.New(wire.CodeInvalidKeyName, "%s is protected and can't be set", name)
		}
	}
	return nil
}

// currentSession answers GET /sessions/me. It alone shows a session token: the
// one the client sent, because the server keeps only digests.
func (s *Server) currentSession(ctx context.Context, req *request) (*response, error) {
	if req.caller.SessionID == "" {
		return nil, fault.ErrSession
	}
	row, err := s.store.Get(ctx, "_Session", req.caller.SessionID)
	if err != nil {
		return nil, fault.ErrSession
	}
	return s.renderOne(ctx, req, row, &render.Shape{}, false)
}

// createSession answers POST /sessions: one more session for the caller.
func (s *Server) createSession(ctx context.Context, req *request) (*response, error) {
	if req.caller.UserID == "" {
		return nil, fault.ErrSession
	}
	fields, err := req.fields()
	if err != nil {
		return nil, err
	}
	for _, name := range append(protectedSessionFields, "objectId", "ACL", "installationId") {
		delete(fields, name)
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		// An extra session belongs to no installation: it replaces none.
		extra := session.Opening{UserID: req.caller.UserID, CreatedWith: map[string]any{"action": "create"}}
		token, row, err := s.sessions.Open(ctx, tx, extra, req.later)
		if err != nil {
			return nil, err
		}
		if len(fields) > 0 { // columns of the application's own
			sv, err := s.newSave(ctx, tx, req, "_Session")
			if err != nil {
				return nil, err
			}
			if row, err = sv.update(row.ID(), maps.Clone(fields)); err != nil {
				return nil, err
			}
		}
		echo := row.Map()
		delete(echo, "objectId")
		delete(echo, "createdAt")
		delete(echo, "updatedAt")
		echo["sessionToken"] = token
		res := created(req, row, echo)
		res.secret = true
		return res, nil
	})
}

// upgradeSession answers /upgradeToRevocableSession: all sessions are revocable.
func (s *Server) upgradeSession(ctx context.Context, req *request) (*response, error) {
	return s.currentSession(ctx, req)
}
