package auditserver

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// What may be set in a session, besides columns of the application's own, depends
// on the field. createdWith is an object, so that its parts have names too; parts of
// the others are refused by their type.

// setByServer are the fields that nobody gives to a new session; what a client sends
// for them is passed over.
var setByServer = []string{"sessionToken", "expiresAt", "createdWith", "user"}

func isCreatedWith(name string) bool {
	root, _, _ := strings.Cut(name, ".")
	return root == "createdWith"
}

// checkSessionUpdate refuses a change of what the server alone sets.
func checkSessionUpdate(c *access.Caller, fields map[string]any) error {
	if !c.Master && c.UserID == "" {
		return fault.ErrSession
	}
	var first fault.First
	for name, v := range fields {
		refused := false
		switch {
		case name == "ACL":
			first.Note(name, errSessionACL)
		case name == "user":
			refused = !c.Master && !values.PointsToUser(v, c.UserID)
		case name == "installationId", name == "sessionToken":
			refused = true
		case name == "expiresAt", isCreatedWith(name):
			refused = !c.Master
		}
		if refused {
			first.Note(name, fault.New(wire.CodeInvalidKeyName, "Invalid key name: %s", name))
		}
	}
	return first.Err
}

var errSessionACL = fault.New(wire.CodeInvalidKeyName, "Cannot set ACL on a Session.")

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
	if _, given := fields["ACL"]; given {
		return nil, errSessionACL
	}
	if id := fields["objectId"]; id != nil && id != "" && !s.cfg.AllowCustomObjectID {
		return nil, fault.New(wire.CodeInvalidKeyName, "objectId is an invalid field name.")
	}
	// An extra session belongs to the installation that the body names, and not to
	// the one that sends it: it does not replace that one's session.
	installation, _ := fields["installationId"].(string)
	fields = maps.Clone(fields)
	maps.DeleteFunc(fields, func(name string, _ any) bool {
		return slices.Contains(setByServer, name) || isCreatedWith(name) || name == "objectId" || name == "installationId" && installation != ""
	})
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		extra := session.Opening{UserID: req.caller.UserID, InstallationID: installation, CreatedWith: map[string]any{"action": "create"}}
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
