package auditserver

import (
	"context"
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// createObject answers POST /classes/C.
func (s *Server) createObject(ctx context.Context, req *request, class string) (*response, error) {
	switch class {
	case "_User":
		return s.signUp(ctx, req)
	case "_Session":
		return s.createSession(ctx, req)
	}
	fields, err := req.fields()
	if err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		if class == "_Installation" {
			if known, err := s.knownInstallation(ctx, tx, fields); err != nil || known != "" {
				if err != nil {
					return nil, err
				}
				return s.updateIn(ctx, tx, req, class, known, fields)
			}
		}
		sv, err := s.newSave(ctx, tx, req, class)
		if err != nil {
			return nil, err
		}
		if class == "_Role" {
			if err := requireRoleFields(fields); err != nil {
				return nil, err
			}
		}
		row, err := sv.create(maps.Clone(fields))
		if err != nil {
			return nil, err
		}
		return created(req, row, sv.echo), nil
	})
}

// updateObject answers PUT /classes/C/id.
func (s *Server) updateObject(ctx context.Context, req *request, class string) (*response, error) {
	if class == "_User" {
		return s.updateUser(ctx, req)
	}
	fields, err := req.fields()
	if err != nil {
		return nil, err
	}
	if class == "_Session" {
		if err := checkSessionUpdate(req.caller, fields); err != nil {
			return nil, err
		}
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		return s.updateIn(ctx, tx, req, class, req.path[len(req.path)-1], maps.Clone(fields))
	})
}

func (s *Server) updateIn(ctx context.Context, tx *store.Tx, req *request, class, id string, fields map[string]any) (*response, error) {
	sv, err := s.newSave(ctx, tx, req, class)
	if err != nil {
		return nil, err
	}
	if class == "_Role" {
		if err := keepRoleFields(fields); err != nil {
			return nil, err
		}
	}
	row, err := sv.update(id, fields)
	if err != nil {
		return nil, err
	}
	return updated(row, sv.echo), nil
}

// deleteObject answers DELETE /classes/C/id.
func (s *Server) deleteObject(ctx context.Context, req *request, class string) (*response, error) {
	if class == "_Installation" && !req.caller.Master {
		return nil, fault.ErrPermission
	}
	id := req.path[len(req.path)-1]
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		sv, err := s.newSave(ctx, tx, req, class)
		if err != nil {
			return nil, err
		}
		if err := sv.load(id, access.OpDelete); err != nil {
			return nil, err
		}
		if err := sv.beforeDelete(); err != nil {
			return nil, err
		}
		switch class {
		case "_Session":
			if err := s.sessions.DropToken(tx, req.later, sv.before); err != nil {
				return nil, err
			}
		case "_User":
			if err := s.forgetUser(ctx, tx, req, sv.before); err != nil {
				return nil, err
			}
		case "_Role":
			sv.req.later(s.sessions.ForgetAll)
		}
		if _, err := tx.Delete(class, id); err != nil {
			return nil, err
		}
		sv.afterDelete()
		return emptyResponse, nil
	})
}

// roleFields are the fields that every role must have.
var roleFields = []string{"name", "ACL"}

// requireRoleFields checks a new role.
func requireRoleFields(fields map[string]any) error {
	for _, name := range roleFields {
		if empty(fields[name]) {
			return fault.New(wire.CodeIncorrectType, "%s is required.", name)
		}
	}
	return nil
}

// keepRoleFields checks a change of a role.
func keepRoleFields(fields map[string]any) error {
	for _, name := range roleFields {
		if op, _ := fields[name].(map[string]any); op["__op"] == "Delete" {
			return fault.New(wire.CodeIncorrectType, "%s is required.", name)
		}
	}
	return nil
}

// knownInstallation gives the id of the installation that fields describe, ""
// if it is new.
func (s *Server) knownInstallation(ctx context.Context, tx *store.Tx, fields map[string]any) (string, error) {
	installation, _ := fields["installationId"].(string)
	if _, hasToken := fields["deviceToken"]; installation == "" && !hasToken {
		return "", fault.New(wire.CodeMissingField, "at least one ID field (deviceToken, installationId) must be specified in this operation")
	}
	if empty(fields["deviceType"]) {
		return "", fault.New(wire.CodeMissingField, "deviceType must be specified in this operation")
	}
	if installation == "" {
		return "", nil
	}
	rows, err := tx.Find(ctx, store.Query{Class: "_Installation", Where: where.Equal("installationId", installation), Limit: 1})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].ID(), nil
}
