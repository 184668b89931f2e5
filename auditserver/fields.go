package auditserver

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/schema"
)

// fields decodes and checks the fields a client sent, once: later calls return
// the same map.
func (req *request) fields() (map[string]any, error) {
	if req.decoded == nil {
		fields, err := req.decodeFields()
		req.decoded = &decodedFields{fields, err}
	}
	return req.decoded.fields, req.decoded.err
}

func (req *request) decodeFields() (map[string]any, error) {
	fields, err := req.Body.Map()
	if err != nil {
		return nil, err
	}
	if err := req.denied.Check(fields); err != nil {
		return nil, err
	}
	for _, name := range []string{"createdAt", "updatedAt"} {
		v, ok := fields[name]
		if !ok {
			continue
		}
		if _, isText := v.(string); isText {
			return nil, values.Mismatch(strings.Join(req.path, "/"), name, schema.Field{Type: schema.Date}, schema.Field{Type: schema.String})
		}
		delete(fields, name)
	}
	return fields, nil
}
