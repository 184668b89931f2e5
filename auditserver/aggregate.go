package auditserver

import (
	"context"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// aggregate answers GET /aggregate/C: a pipeline, or the distinct values of a field.
func (s *Server) aggregate(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	class := req.path[1]
	if field := req.TextParam("distinct"); field != "" {
		return s.distinct(ctx, req, class, field)
	}
	pipeline, err := readPipeline(req)
	if err != nil {
		return nil, err
	}
	if pipeline, err = checkedStages(pipeline); err != nil {
		return nil, err
	}
	results, err := s.store.Aggregate(ctx, class, pipeline, s.queries.WhereLimits(req.caller))
	if err != nil {
		return nil, err
	}
	if results == nil {
		results = []map[string]any{}
	}
	return jsonResponse(map[string]any{"results": results})
}

func (s *Server) distinct(ctx context.Context, req *request, class, field string) (*response, error) {
	var node *where.Node
	if v, ok := req.Param("where"); ok {
		var err error
		if node, err = s.queries.ParseWhere(v, req.caller); err != nil {
			return nil, err
		}
	}
	target, _ := s.store.Class(class)
	if err := s.queries.ConditionsEndHere(target, where.AllOf(node, where.Equal(field, nil))); err != nil {
		return nil, err
	}
	values, err := s.store.Distinct(ctx, class, field, node)
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		if m, ok := v.(map[string]any); ok && m["__type"] == "Date" {
			values[i] = m["iso"]
		}
	}
	if values == nil {
		values = []any{}
	}
	return jsonResponse(map[string]any{"results": values})
}

// readPipeline reads the stages: a list under pipeline, one object, or stages
// as parameters.
func readPipeline(req *request) ([]map[string]jsontext.Value, error) {
	var stages []map[string]jsontext.Value
	if v, ok := req.Param("pipeline"); ok {
		if v.Kind() == '[' {
			if json.Unmarshal(v, &stages, rawjson.Options) != nil {
				return nil, fault.New(wire.CodeInvalidQuery, "pipeline is not a list of stages")
			}
			return stages, nil
		}
		var one map[string]jsontext.Value
		if json.Unmarshal(v, &one, rawjson.Options) != nil {
			return nil, fault.New(wire.CodeInvalidQuery, "pipeline is not a list of stages")
		}
		return append(stages, one), nil
	}
	names := req.ParamNames()
	slices.Sort(names)
	for _, name := range names {
		if name == "where" {
			continue
		}
		if !strings.HasPrefix(name, "$") {
			return nil, fault.New(wire.CodeInvalidQuery, "Invalid aggregate stage '%s'.", name)
		}
		v, _ := req.Param(name)
		stages = append(stages, map[string]jsontext.Value{name: v})
	}
	return stages, nil
}

// checkedStages checks what Parse Server checks of stages before the database
// sees them.
func checkedStages(pipeline []map[string]jsontext.Value) ([]map[string]jsontext.Value, error) {
	for _, stage := range pipeline {
		if len(stage) != 1 {
			return nil, fault.New(wire.CodeInvalidQuery, "Pipeline stages should only have one key but found %d.", len(stage))
		}
		for name, body := range stage {
			if !strings.HasPrefix(name, "$") {
				return nil, fault.New(wire.CodeInvalidQuery, "Invalid aggregate stage '%s'.", name)
			}
			var group map[string]jsontext.Value
			if name != "$group" || json.Unmarshal(body, &group, rawjson.Options) != nil {
				continue
			}
			if _, wrong := group["objectId"]; wrong {
				return nil, fault.New(wire.CodeInvalidQuery, "Cannot use 'objectId' in aggregation stage $group.")
			}
			if _, ok := group["_id"]; !ok {
				return nil, fault.New(wire.CodeInvalidQuery, "Invalid parameter for query: group. Missing key _id")
			}
		}
	}
	return pipeline, nil
}
