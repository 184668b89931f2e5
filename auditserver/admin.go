package auditserver

import (
	"context"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// parseServerVersion is the version whose behaviour this server follows.
const parseServerVersion = "9.10.0"

// health answers GET /health, without keys.
func (s *Server) health(context.Context, *request) (*response, error) {
	return &response{body: []byte(`{"status":"ok"}`)}, nil
}

// serverInfo answers GET /serverInfo: what this server can do.
func (s *Server) serverInfo(_ context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	all := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	return jsonResponse(map[string]any{"parseServerVersion": parseServerVersion, "features": map[string]any{
		"globalConfig": all("create", "read", "update", "delete"),
		"hooks":        map[string]bool{"create": false, "read": false, "update": false, "delete": false},
		"cloudCode":    map[string]bool{"jobs": true},
		"logs":         map[string]bool{"level": false, "size": false, "order": false, "until": false, "from": false},
		"push":         map[string]bool{"immediatePush": false, "pushAudiences": false, "scheduledPush": false, "storedPushData": false, "localization": false},
		"schemas": all("addField", "removeField", "addClass", "removeClass", "clearAllDataFromClass",
			"editClassLevelPermissions", "editPointerPermissions"),
		"settings": map[string]bool{"securityCheck": false},
	}})
}

// purgeClass answers DELETE /purge/C: all objects go, without triggers.
func (s *Server) purgeClass(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	class := req.path[1]
	if err := unwritable(req, class); err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		if _, ok := tx.Class(class); !ok {
			return emptyResponse, nil
		}
		switch class {
		case "_Session", "_User":
			if err := s.sessions.Drop(ctx, tx, req.later, nil); err != nil {
				return nil, err
			}
		}
		if class == "_User" {
			if err := s.unlinkAll(ctx, tx); err != nil {
				return nil, err
			}
		}
		req.later(s.sessions.ForgetAll)
		return emptyResponse, tx.Purge(class)
	})
}
