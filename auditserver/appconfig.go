package auditserver

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ops"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// configBucket holds the parameters of /config by name.
const configBucket = "config"

type configParam struct {
	Value      jsontext.Value `json:"value"`
	MasterOnly bool           `json:"masterOnly,omitempty"`
}

// getConfig answers GET /config: clients don't see the secret parameters.
func (s *Server) getConfig(ctx context.Context, req *request) (*response, error) {
	values, err := s.store.Values(ctx, configBucket)
	if err != nil {
		return nil, err
	}
	params, masterOnly := map[string]jsontext.Value{}, map[string]bool{}
	for name, raw := range values {
		var p configParam
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, err
		}
		if p.MasterOnly && !req.caller.Master {
			continue
		}
		params[name] = p.Value
		if p.MasterOnly {
			masterOnly[name] = true
		}
	}
	if !req.caller.Master {
		return jsonResponse(map[string]any{"params": params})
	}
	return jsonResponse(map[string]any{"params": params, "masterKeyOnly": masterOnly})
}

// putConfig answers PUT /config: each given parameter is set, or changed by an
// operation.
func (s *Server) putConfig(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	var params map[string]jsontext.Value
	var masterOnly map[string]bool
	if err := req.Body.Decode("params", &params, "an object of parameters"); err != nil {
		return nil, err
	}
	if err := req.Body.Decode("masterKeyOnly", &masterOnly, "an object of true and false"); err != nil {
		return nil, err
	}
	raw, _ := req.Body.Get("params")
	if err := req.denied.CheckJSON(raw); err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, _ *request) (*response, error) {
		for name, value := range params {
			value, err := s.operated(tx, name, value)
			if err != nil {
				return nil, err
			}
			if value == nil {
				if err := tx.DeleteValue(configBucket, name); err != nil {
					return nil, err
				}
				continue
			}
			raw, err := json.Marshal(configParam{value, masterOnly[name]})
			if err != nil {
				return nil, err
			}
			if err := tx.PutValue(configBucket, name, raw, 0); err != nil {
				return nil, err
			}
		}
		return &response{body: []byte(`{"result":true}`)}, nil
	})
}

// operated gives the new value of a parameter, for which an operation may ask; nil
// if it is deleted.
func (s *Server) operated(tx *store.Tx, name string, value jsontext.Value) (jsontext.Value, error) {
	var given any
	if err := json.Unmarshal(value, &given, rawjson.Options); err != nil {
		return nil, fault.New(wire.CodeInvalidJSON, "the parameter %s holds a number that is too large", name) // the syntax has been checked
	}
	if _, isOp := ops.Named(given); !isOp {
		return value, nil
	}
	var present configParam
	if raw, ok, err := tx.GetValue(configBucket, name); err != nil {
		return nil, err
	} else if ok {
		if err := json.Unmarshal(raw, &present); err != nil {
			return nil, err
		}
	}
	var before any
	if present.Value != nil {
		if err := json.Unmarshal(present.Value, &before, rawjson.Options); err != nil {
			return nil, err
		}
	}
	const field = "parameter" // the name may be none of a column
	changes, err := ops.WorkOut(schema.Class{}, map[string]any{field: before}, map[string]any{field: given}, s.cfg.Quirks)
	switch {
	case err != nil:
		return nil, err
	case len(changes.Relations) > 0:
		return nil, fault.New(wire.CodeInvalidJSON, "the parameter %s can't be a relation", name)
	case changes.Set[field] == nil:
		return nil, nil
	}
	return json.Marshal(changes.Set[field], json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
}
