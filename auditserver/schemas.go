package auditserver

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// schemaRoutes are the operations on class descriptions (protocol section 5).
func (s *Server) schemaRoutes(method string, n int) handler {
	handlers := map[string]handler{}
	switch n {
	case 1:
		handlers = map[string]handler{http.MethodGet: s.listSchemas, http.MethodPost: s.createSchema}
	case 2:
		handlers = map[string]handler{http.MethodGet: s.getSchema, http.MethodPost: s.createSchema,
			http.MethodPut: s.updateSchema, http.MethodDelete: s.deleteSchema}
	}
	h := handlers[method]
	if h == nil {
		return nil
	}
	return func(ctx context.Context, req *request) (*response, error) {
		if !req.caller.Master {
			return nil, fault.ErrMasterOnly
		}
		return h(ctx, req)
	}
}

func (s *Server) listSchemas(context.Context, *request) (*response, error) {
	results := []schema.Class{}
	for _, c := range s.store.Classes() {
		results = append(results, s.shownClass(c))
	}
	return jsonResponse(map[string]any{"results": results})
}

func (s *Server) getSchema(_ context.Context, req *request) (*response, error) {
	class, ok := s.store.Class(req.path[1])
	if !ok {
		return nil, fault.New(wire.CodeInvalidClassName, "Class %s does not exist.", req.path[1])
	}
	return jsonResponse(s.shownClass(class))
}

// shownClass is a class as the schema API shows it: with the fields it has by
// itself and its permissions spelt out.
func (s *Server) shownClass(c schema.Class) schema.Class {
	c.Fields = classes.Fields(c)
	if c.Permissions == nil {
		open := schema.Grant{Public: true}
		c.Permissions = &schema.Permissions{Find: open, Get: open, Count: open, Create: open, Update: open, Delete: open, AddField: open,
			ProtectedFields: map[string][]string{"*": {}}}
	}
	if len(s.protected[c.Name]) > 0 {
		p := *c.Permissions
		p.ProtectedFields = maps.Clone(s.protected.Merged(c.Name, c.Permissions.ProtectedFields))
		for audience, list := range p.ProtectedFields {
			list = slices.Clone(list)
			slices.Sort(list)
			p.ProtectedFields[audience] = slices.Compact(list)
		}
		c.Permissions = &p
	}
	return c
}

// schemaBody is the body of a schema request; on an update it is a delta.
type schemaBody struct {
	ClassName   string                    `json:"className"`
	Fields      map[string]jsontext.Value `json:"fields"`
	Permissions jsontext.Value            `json:"classLevelPermissions"`
	Indexes     map[string]jsontext.Value `json:"indexes"`
}

func readSchemaBody(req *request) (name string, b schemaBody, err error) {
	for _, m := range req.Body {
		var to any
		want := "an object of columns"
		switch m.Name {
		case "className":
			to, want = &b.ClassName, "text"
		case "fields":
			to = &b.Fields
		case "classLevelPermissions":
			b.Permissions = m.Value
			continue
		case "indexes":
			to, want = &b.Indexes, "an object of indexes"
		default:
			continue
		}
		if json.Unmarshal(m.Value, to, rawjson.Options) != nil {
			return "", b, fault.New(wire.CodeInvalidJSON, "%s is %s, want %s", m.Name, rawjson.KindOf(m.Value), want)
		}
	}
	name = b.ClassName
	if len(req.path) > 1 {
		if name != "" && name != req.path[1] {
			return "", b, fault.New(wire.CodeInvalidClassName, "Class name mismatch between %s and %s.", name, req.path[1])
		}
		name = req.path[1]
	}
	if name == "" {
		return "", b, fault.New(wire.CodeMissingField, "POST schemas needs a class name.")
	}
	if !classes.ValidName(name) {
		return "", b, classes.InvalidName(name)
	}
	return name, b, nil
}

func (s *Server) createSchema(ctx context.Context, req *request) (*response, error) {
	name, body, err := readSchemaBody(req)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, _ *request) (*response, error) {
		if _, exists := tx.Class(name); exists || classes.Inherited(name) {
			return nil, fault.New(wire.CodeInvalidClassName, "Class %s already exists.", name)
		}
		class := classes.New(name)
		for _, column := range slices.Sorted(maps.Keys(body.Fields)) {
			if _, own := class.Fields[column]; own {
				return nil, fault.New(wire.CodeImmutableField, "field %s cannot be added", column)
			}
		}
		return s.putSchema(tx, class, body)
	})
}

func (s *Server) updateSchema(ctx context.Context, req *request) (*response, error) {
	name, body, err := readSchemaBody(req)
	if err != nil {
		return nil, err
	}
	if name == event.Class {
		if err := s.keepsTrail(body.Fields); err != nil {
			return nil, err
		}
	}
	return s.write(ctx, req, func(tx *store.Tx, _ *request) (*response, error) {
		class, exists := tx.Class(name)
		if !exists {
			return nil, fault.New(wire.CodeInvalidClassName, "Class %s does not exist.", name)
		}
		class.Fields = maps.Clone(class.Fields)
		class.Indexes = maps.Clone(class.Indexes)
		return s.putSchema(tx, class, body)
	})
}

// putSchema applies a body to a class and stores it.
func (s *Server) putSchema(tx *store.Tx, class schema.Class, body schemaBody) (*response, error) {
	if err := classes.ApplyFields(&class, body.Fields); err != nil {
		return nil, err
	}
	if err := classes.ApplyIndexes(&class, body.Indexes); err != nil {
		return nil, err
	}
	if len(body.Permissions) > 0 && body.Permissions.Kind() != 'n' {
		p, err := access.ReadPermissions(class, body.Permissions, s.cfg.AllowCustomObjectID)
		if err != nil {
			return nil, err
		}
		class.Permissions = p
	}
	if err := tx.PutClass(class); err != nil {
		return nil, err
	}
	kept, _ := tx.Class(class.Name)
	return jsonResponse(s.shownClass(kept))
}

// deleteSchema answers DELETE /schemas/C. A class that the server needs is made
// again, empty.
func (s *Server) deleteSchema(ctx context.Context, req *request) (*response, error) {
	name := req.path[1]
	if !classes.ValidName(name) {
		return nil, fault.New(wire.CodeInvalidClassName, "Invalid classname: %s", name)
	}
	return s.write(ctx, req, func(tx *store.Tx, _ *request) (*response, error) {
		err := tx.DropClass(name)
		switch {
		case errors.Is(err, store.ErrNoClass):
		case errors.Is(err, store.ErrNotEmpty):
			return nil, fault.New(wire.CodeInvalidSchema, "Class %s is not empty, cannot drop schema.", name)
		case err != nil:
			return nil, err
		}
		if slices.Contains(classes.Own(), name) { // the server needs it
			return emptyResponse, tx.PutClass(classes.New(name))
		}
		return emptyResponse, nil
	})
}
