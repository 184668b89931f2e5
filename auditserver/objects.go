package auditserver

import (
	"context"
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
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
	return s.writeLarge(ctx, req, class, func(tx *store.Tx, req *request) (*response, error) {
		if class == "_Installation" {
			fields = installationFields(fields)
			known, err := s.settleInstallation(ctx, tx, req, "", fields)
			if err != nil {
				return nil, err
			}
			if known != "" {
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
	return s.writeLarge(ctx, req, class, func(tx *store.Tx, req *request) (*response, error) {
		id, fields := req.path[len(req.path)-1], maps.Clone(fields)
		if class == "_Installation" {
			fields = installationFields(fields)
			var err error
			if id, err = s.settleInstallation(ctx, tx, req, id, fields); err != nil {
				return nil, err
			}
		}
		return s.updateIn(ctx, tx, req, class, id, fields)
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
