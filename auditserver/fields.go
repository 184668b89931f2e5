package auditserver

import (
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// fields decodes and checks the fields a client sent, once: later calls return
// the same map.
func (req *request) fields() (map[string]any, error) {
	if req.decoded == nil {
		fields, times, err := req.decodeFields()
		req.decoded = &decodedFields{fields, times, err}
	}
	return req.decoded.fields, req.decoded.err
}

func (req *request) decodeFields() (fields map[string]any, times restored, err error) {
	if err := req.fewFields(); err != nil {
		return nil, times, err
	}
	if fields, err = req.Body.Map(); err != nil {
		return nil, times, err
	}
	if err := req.denied.Check(fields); err != nil {
		return nil, times, err
	}
	if req.caller != nil && req.caller.Restores && req.method == http.MethodPost {
		times = restoredTimes(fields)
	}
	for _, name := range []string{"createdAt", "updatedAt"} {
		v, ok := fields[name]
		if !ok {
			continue
		}
		if err := fits(strings.Join(req.path, "/"), name, schema.Date, v); err != nil {
			return nil, times, err
		}
		delete(fields, name)
	}
	return fields, times, nil
}

// fewFields refuses an object with more fields than a class can have columns. Names
// of what is inside a field do not count there: each of their parts may become a value.
func (req *request) fewFields() error {
	fields, inside := 0, 0
	for _, m := range req.Body {
		if dots := strings.Count(m.Name, "."); dots > 0 {
			inside += dots
		} else {
			fields++
		}
	}
	switch {
	case fields > req.limits.Fields:
		return fault.New(wire.CodeInvalidJSON, "the object has %d fields, the limit is %d (option limits.fields)", fields, req.limits.Fields)
	case inside > req.limits.Values:
		return fault.New(wire.CodeInvalidJSON, "the dotted names of the object reach %d values, the limit is %d (option limits.values)", inside, req.limits.Values)
	}
	return nil
}

// fits refuses a value of another type for a column that the server itself
// writes. One that fits is left out, and so is its removal.
func fits(class, column string, want schema.Type, value any) error {
	if op, ok := value.(map[string]any); value == nil || ok && op["__op"] == "Delete" {
		return nil
	}
	got, err := values.TypeOf(value)
	if err == nil && got.Type != want {
		err = values.Mismatch(class, column, schema.Field{Type: want}, got)
	}
	return err
}
