package auditserver

import (
	"context"
	"regexp"
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
	v, _ := req.Param("distinct")
	distinct := v != nil && !rawjson.Falsy(v)
	if err := checkOptions(req, distinct); err != nil {
		return nil, err
	}
	if distinct {
		return s.distinct(ctx, req, class)
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

// pipelineOptions may stand beside a pipeline. Those that are true change what is
// answered into something this server can't give; the others change nothing.
var pipelineOptions = map[string]bool{"where": false, "distinct": false, "hint": false, "comment": false, "readPreference": false,
	"explain": true, "rawValues": true, "rawFieldNames": true}

func checkOptions(req *request, distinct bool) error {
	for name, changes := range pipelineOptions {
		if changes && req.FlagParam(name) {
			return fault.New(wire.CodeInvalidQuery, "%s is not supported by this server", name)
		}
	}
	if _, ok := req.Param("pipeline"); ok {
		return nil
	}
	var first fault.First
	for _, name := range req.ParamNames() {
		if !distinct && (name == "where" || name == "distinct") {
			first.Note(name, fault.New(wire.CodeInvalidQuery, "%s alone chooses nothing here: name a column in distinct, or ask with $match", name))
		}
		if _, known := pipelineOptions[name]; !known && !strings.HasPrefix(name, "$") {
			first.Note(name, fault.New(wire.CodeInvalidQuery, "Invalid aggregate stage '%s'.", name))
		}
	}
	return first.Err
}

func (s *Server) distinct(ctx context.Context, req *request, class string) (*response, error) {
	field, err := req.NameParam("distinct")
	if err != nil {
		return nil, err
	}
	if !fieldName.MatchString(field) {
		return nil, fault.InvalidName(field)
	}
	var node *where.Node
	if v, ok := req.Param("where"); ok {
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

// fieldName is a column, or a member of what a column holds.
var fieldName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

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
		if v.Kind() != '{' {
			return nil, fault.New(wire.CodeInvalidQuery, "pipeline is not a list of stages")
		}
		for name, body := range rawjson.Members(v) {
			stages = append(stages, map[string]jsontext.Value{name: body})
		}
		return stages, nil
	}
	for _, name := range req.ParamNames() {
		if v, _ := req.Param(name); strings.HasPrefix(name, "$") {
			stages = append(stages, map[string]jsontext.Value{name: v})
		}
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
