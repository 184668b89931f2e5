package auditserver

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
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

// putConfig answers PUT /config: each given parameter is set, or removed by a
// Delete operation.
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
			var op struct {
				Op string `json:"__op"`
			}
			if value.Kind() == '{' && json.Unmarshal(value, &op, rawjson.Options) == nil && op.Op == "Delete" {
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
