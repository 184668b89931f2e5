package auditserver

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
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
		if !req.caller.master {
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
	fields := defaultFields()
	maps.Copy(fields, systemFields(c.Name))
	maps.Copy(fields, c.Fields)
	c.Fields = fields
	if c.Permissions == nil {
		open := schema.Grant{Public: true}
		c.Permissions = &schema.Permissions{Find: open, Get: open, Count: open, Create: open, Update: open, Delete: open, AddField: open,
			ProtectedFields: map[string][]string{"*": {}}}
	}
	if more := s.cfg.ProtectedFields[c.Name]; len(more) > 0 {
		p := *c.Permissions
		p.ProtectedFields = maps.Clone(mergedProtection(c.Permissions.ProtectedFields, more))
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
		switch m.Name {
		case "className":
			to = &b.ClassName
		case "fields":
			to = &b.Fields
		case "classLevelPermissions":
			b.Permissions = m.Value
			continue
		case "indexes":
			to = &b.Indexes
		default:
			continue
		}
		if json.Unmarshal(m.Value, to, rawjson.Options) != nil {
			return "", b, fault.New(wire.CodeInvalidJSON, "%s has the wrong form", m.Name)
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
	if !validClassName(name) {
		return "", b, fault.New(wire.CodeInvalidClassName, "Invalid classname: %s, classnames can only have alphanumeric characters and _, and must start with an alpha character ", name)
	}
	return name, b, nil
}

func (s *Server) createSchema(ctx context.Context, req *request) (*response, error) {
	name, body, err := readSchemaBody(req)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, _ *request) (*response, error) {
		if _, exists := tx.Class(name); exists {
			return nil, fault.New(wire.CodeInvalidClassName, "Class %s already exists.", name)
		}
		return s.putSchema(tx, ownClass(name), body)
	})
}

func (s *Server) updateSchema(ctx context.Context, req *request) (*response, error) {
	name, body, err := readSchemaBody(req)
	if err != nil {
		return nil, err
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
	for _, name := range slices.Sorted(maps.Keys(body.Fields)) {
		if err := applyField(&class, name, body.Fields[name]); err != nil {
			return nil, err
		}
	}
	if err := oneGeoPoint(class); err != nil {
		return nil, err
	}
	if err := applyIndexes(&class, body.Indexes); err != nil {
		return nil, err
	}
	if len(body.Permissions) > 0 && body.Permissions.Kind() != 'n' {
		if err := knownPermissions(body.Permissions); err != nil {
			return nil, err
		}
		var p schema.Permissions
		if err := json.Unmarshal(body.Permissions, &p, rawjson.Options); err != nil {
			return nil, fault.New(wire.CodeInvalidJSON, "classLevelPermissions: %s", innerText(err))
		}
		if err := checkPermissions(class, p); err != nil {
			return nil, err
		}
		class.Permissions = &p
	}
	if err := tx.PutClass(class); err != nil {
		return nil, err
	}
	kept, _ := tx.Class(class.Name)
	return jsonResponse(s.shownClass(kept))
}

// permissionKeys are what classLevelPermissions may hold.
var permissionKeys = []string{"find", "get", "count", "create", "update", "delete", "addField",
	"readUserFields", "writeUserFields", "protectedFields", "ACL"}

func knownPermissions(raw jsontext.Value) error {
	if raw.Kind() != '{' {
		return fault.New(wire.CodeInvalidJSON, "classLevelPermissions is not an object")
	}
	for name := range rawjson.Members(raw) {
		if !slices.Contains(permissionKeys, name) {
			return fault.New(wire.CodeInvalidJSON, "%s is not a valid operation for class level permissions", name)
		}
	}
	return nil
}

// innerText is the text of the innermost cause: what was wrong, without the
// names of Go types around it.
func innerText(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// builtIn tells the fields a class has by itself.
func builtIn(class, field string) bool {
	if _, ok := defaultFields()[field]; ok {
		return true
	}
	_, ok := systemFields(class)[field]
	return ok
}

func applyField(class *schema.Class, name string, raw jsontext.Value) error {
	var op struct {
		Op string `json:"__op"`
	}
	_ = json.Unmarshal(raw, &op, rawjson.Options) // not an operation: a field
	present, exists := class.Fields[name]
	if op.Op == "Delete" {
		switch {
		case builtIn(class.Name, name):
			return fault.New(wire.CodeImmutableField, "field %s cannot be changed", name)
		case !exists:
			return fault.New(wire.CodeInvalidSchema, "Field %s does not exist, cannot delete.", name)
		}
		delete(class.Fields, name)
		return nil
	}
	if !plainName(name) || name == "className" || name == "length" {
		return fault.New(wire.CodeInvalidKeyName, "invalid field name: %s", name)
	}
	var f schema.Field
	if err := json.Unmarshal(raw, &f, rawjson.Options); err != nil {
		return fault.New(wire.CodeInvalidJSON, "the field %s has the wrong form", name)
	}
	if builtIn(class.Name, name) {
		if f.Type != present.Type || f.TargetClass != present.TargetClass {
			return fault.New(wire.CodeImmutableField, "field %s cannot be added", name)
		}
		class.Fields[name] = f
		return nil
	}
	if err := checkField(name, f); err != nil {
		return err
	}
	if exists && (present.Type != f.Type || present.TargetClass != f.TargetClass) {
		return fault.New(wire.CodeInvalidSchema, "Field %s exists, cannot update.", name)
	}
	class.Fields[name] = f
	return nil
}

func checkField(name string, f schema.Field) error {
	switch f.Type {
	case "":
		return fault.New(wire.CodeInvalidJSON, "the field %s needs a type", name)
	case schema.Pointer, schema.Relation:
		if f.TargetClass == "" {
			return fault.New(wire.CodeMissingField, "type %s needs a class name", f.Type)
		}
		if !validClassName(f.TargetClass) {
			return fault.New(wire.CodeInvalidClassName, "Invalid classname: %s", f.TargetClass)
		}
	case schema.String, schema.Number, schema.Boolean, schema.Date, schema.Object, schema.Array, schema.GeoPoint,
		schema.Polygon, schema.File, schema.Bytes:
	default:
		return fault.New(wire.CodeIncorrectType, "invalid field type: %s", f.Type)
	}
	if f.Type == schema.Relation {
		if f.Required || f.Default != nil {
			return fault.New(wire.CodeIncorrectType, "the relation %s can't be required or have a default value", name)
		}
		return nil
	}
	if f.Default == nil {
		return nil
	}
	got, err := typeOf(f.Default)
	if err != nil {
		return err
	}
	if got.Type != f.Type || got.TargetClass != f.TargetClass {
		return fault.New(wire.CodeIncorrectType, "schema mismatch for default value of %s; expected %s but got %s", name, typeName(f), typeName(got))
	}
	return nil
}

func applyIndexes(class *schema.Class, indexes map[string]jsontext.Value) error {
	for _, name := range slices.Sorted(maps.Keys(indexes)) {
		raw := indexes[name]
		var op struct {
			Op string `json:"__op"`
		}
		_ = json.Unmarshal(raw, &op, rawjson.Options) // not an operation: an index
		_, exists := class.Indexes[name]
		switch {
		case op.Op == "Delete" && !exists:
			return fault.New(wire.CodeInvalidQuery, "Index %s does not exist, cannot delete.", name)
		case op.Op == "Delete":
			delete(class.Indexes, name)
			continue
		case exists:
			return fault.New(wire.CodeInvalidQuery, "Index %s exists, cannot update.", name)
		}
		var index schema.Index
		if err := json.Unmarshal(raw, &index, rawjson.Options); err != nil || len(index) == 0 {
			return fault.New(wire.CodeInvalidQuery, "the index %s is not an object of fields and directions", name)
		}
		for _, key := range index {
			if _, ok := class.Fields[key.Field]; !ok {
				return fault.New(wire.CodeInvalidQuery, "Field %s does not exist, cannot add index.", key.Field)
			}
		}
		if class.Indexes == nil {
			class.Indexes = map[string]schema.Index{}
		}
		class.Indexes[name] = index
	}
	return nil
}

// checkPermissions refuses permissions that name fields which can't carry them.
func checkPermissions(class schema.Class, p schema.Permissions) error {
	var fields []string
	for op := opFind; op <= opAddField; op++ {
		fields = append(fields, grantOf(&p, op).PointerFields...)
	}
	for _, name := range slices.Concat(fields, p.ReadUserFields, p.WriteUserFields) {
		f := class.Fields[name]
		if f.Type != schema.Array && (f.Type != schema.Pointer || f.TargetClass != "_User") {
			return fault.New(wire.CodeInvalidJSON, "'%s' is not a valid column for class level pointer permissions", name)
		}
	}
	for audience, list := range p.ProtectedFields {
		for _, name := range list {
			if _, ok := class.Fields[name]; !ok || slices.Contains(alwaysShown, name) && name != "ACL" {
				return fault.New(wire.CodeInvalidJSON, "Field '%s' in protectedFields:%s does not exist or can't be protected", name, audience)
			}
		}
	}
	return nil
}

// deleteSchema answers DELETE /schemas/C. A class of the server's own is made
// anew.
func (s *Server) deleteSchema(ctx context.Context, req *request) (*response, error) {
	name := req.path[1]
	if !validClassName(name) {
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
		if slices.Contains(ownClasses(), name) { // the server does not work without
			return emptyResponse, tx.PutClass(ownClass(name))
		}
		return emptyResponse, nil
	})
}
