package graphql

import (
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// save makes the body of a create or update of the fields of a mutation, and hands it
// to write. What the fields say to create besides is created with it or not at all.
func (x *execution) save(c *class, fields map[string]any, write func(document.Server, map[string]any) (row, error)) (saved row, err error) {
	fields, err = x.beforehand(c, fields)
	if err != nil {
		return row{}, err
	}
	both := func(server document.Server) error {
		body, err := x.body(server, c, fields)
		if err == nil {
			saved, err = write(server, body)
		}
		return err
	}
	if x.createsMore(c, fields) {
		return saved, x.server.Together(x.ctx, both)
	}
	return saved, both(x.server)
}

// createsMore reports whether fields say to create other objects.
func (x *execution) createsMore(c *class, fields map[string]any) bool {
	for name, v := range fields {
		in, _ := v.(map[string]any)
		kind := c.fields[name].Type
		if kind == schema.Pointer && in["createAndLink"] != nil || kind == schema.Relation && in["createAndAdd"] != nil {
			return true
		}
	}
	return false
}

// body is what a REST request sends of the fields.
func (x *execution) body(server document.Server, c *class, fields map[string]any) (map[string]any, error) {
	body := map[string]any{}
	for _, name := range sortedKeys(fields) {
		v, column := fields[name], c.fields[name]
		if name == "ACL" {
			if v != nil {
				body[name] = aclBody(v)
			}
			continue
		}
		var err error
		in, isObject := v.(map[string]any)
		target := x.schema.classes[column.TargetClass]
		switch {
		case column.Type == schema.Relation && target != nil:
			body[name], err = x.relationBody(server, target, name, in)
		case v == nil:
			body[name] = map[string]any{"__op": "Delete"}
		case column.Type == schema.Pointer && target != nil:
			body[name], err = x.pointerBody(server, target, name, in)
		case column.Type == schema.File && isObject:
			body[name], err = fileBody(name, in)
		case column.Type == schema.GeoPoint:
			body[name] = geoPoint(v)
		case column.Type == schema.Polygon:
			body[name] = polygonBody(v)
		default:
			body[name] = v
		}
		if err != nil {
			return nil, err
		}
	}
	return body, nil
}

// pointerBody is the pointer to an object, which may have to be created for it.
func (x *execution) pointerBody(server document.Server, target *class, name string, in map[string]any) (any, error) {
	if len(in) != 1 {
		return nil, fault.New(wire.CodeInvalidPointer, "You need to provide link OR createLink on the pointer mutation of field %s", name)
	}
	if fields, ok := in["createAndLink"].(map[string]any); ok {
		id, err := x.createBeside(server, target, fields)
		return pointer(target.def.Name, id), err
	}
	id, _ := in["link"].(string)
	if id = plainID(target.def.Name, id); id == "" {
		return nil, fault.New(wire.CodeInvalidPointer, "the pointer of field %s has an empty link", name)
	}
	return pointer(target.def.Name, id), nil
}

// relationBody is the operation on a relation.
func (x *execution) relationBody(server document.Server, target *class, name string, in map[string]any) (any, error) {
	var operations []any
	var added []any
	for _, each := range listOf(in["createAndAdd"]) {
		fields, _ := each.(map[string]any)
		id, err := x.createBeside(server, target, fields)
		if err != nil {
			return nil, err
		}
		added = append(added, pointer(target.def.Name, id))
	}
	added = append(pointers(target, in["add"]), added...)
	if len(added) > 0 {
		operations = append(operations, map[string]any{"__op": "AddRelation", "objects": added})
	}
	if removed := pointers(target, in["remove"]); len(removed) > 0 {
		operations = append(operations, map[string]any{"__op": "RemoveRelation", "objects": removed})
	}
	if len(operations) == 0 {
		return nil, fault.New(wire.CodeInvalidPointer, "You need to provide at least one operation on the relation mutation of field %s", name)
	}
	return map[string]any{"__op": "Batch", "ops": operations}, nil
}

func listOf(v any) []any {
	list, _ := v.([]any)
	return list
}

func pointers(target *class, ids any) []any {
	var out []any
	for _, each := range listOf(ids) {
		id, _ := each.(string)
		out = append(out, pointer(target.def.Name, plainID(target.def.Name, id)))
	}
	return out
}

// createBeside creates an object to which another one points.
func (x *execution) createBeside(server document.Server, c *class, fields map[string]any) (id string, err error) {
	body, err := x.body(server, c, fields)
	if err != nil {
		return "", err
	}
	raw, err := x.doOn(server, document.Call{Method: http.MethodPost, Path: classPath(c), Params: body})
	if err != nil {
		return "", err
	}
	made, err := newRow(c, raw)
	return made.id(), err
}

// beforehand does what belongs to no transaction, and gives the fields as they are
// then: it stores files that came along, and signs up users. In a transaction that
// fails elsewhere a sign-up would tell whether an address is known, and leave no trace.
func (x *execution) beforehand(c *class, fields map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range sortedKeys(fields) {
		out[name] = fields[name]
		in, isObject := fields[name].(map[string]any)
		if !isObject {
			continue
		}
		target := x.schema.classes[c.fields[name].TargetClass]
		var err error
		switch upload, isUpload := in["upload"].(document.Upload); {
		case c.fields[name].Type == schema.File && isUpload:
			out[name], err = x.storeFile(upload)
		case target != nil && target.def.Name == "_User":
			out[name], err = x.signedUp(target, in)
		case target != nil:
			out[name], err = x.beforehandBelow(target, in)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// beforehandBelow is beforehand for what a pointer or relation says to create.
func (x *execution) beforehandBelow(target *class, in map[string]any) (map[string]any, error) {
	out := maps.Clone(in)
	var err error
	if fields, ok := in["createAndLink"].(map[string]any); ok {
		if out["createAndLink"], err = x.beforehand(target, fields); err != nil {
			return nil, err
		}
	}
	if list := listOf(in["createAndAdd"]); len(list) > 0 {
		below := make([]any, len(list))
		for i, each := range list {
			fields, _ := each.(map[string]any)
			if below[i], err = x.beforehand(target, fields); err != nil {
				return nil, err
			}
		}
		out["createAndAdd"] = below
	}
	return out, nil
}

// signedUp signs up the users that a pointer or relation says to create, and says to
// link them.
func (x *execution) signedUp(users *class, in map[string]any) (map[string]any, error) {
	out := maps.Clone(in)
	if fields, ok := in["createAndLink"].(map[string]any); ok && len(in) == 1 {
		id, err := x.createBeside(x.server, users, fields)
		return map[string]any{"link": id}, err
	}
	for _, each := range listOf(in["createAndAdd"]) {
		fields, _ := each.(map[string]any)
		id, err := x.createBeside(x.server, users, fields)
		if err != nil {
			return nil, err
		}
		out["add"] = append(slices.Clone(listOf(out["add"])), id)
	}
	delete(out, "createAndAdd")
	return out, nil
}

// storeFile uploads a file and gives what a column holds of it.
func (x *execution) storeFile(upload document.Upload) (any, error) {
	raw, err := x.do(document.Call{Method: http.MethodPost, Path: []string{"files", upload.Name}, File: &upload})
	if err != nil {
		return nil, err
	}
	file := map[string]any{}
	if err := json.Unmarshal(raw, &file, rawjson.Options); err != nil {
		return nil, err
	}
	file["__type"] = "File"
	return map[string]any{"file": file}, nil
}

func fileBody(name string, in map[string]any) (any, error) {
	if file, ok := in["file"].(map[string]any); ok && file["name"] != "" {
		return file, nil
	}
	return nil, fault.New(wire.CodeFileSave, "Invalid file upload: the field %s has neither a file nor an upload", name)
}

func polygonBody(v any) any {
	coordinates := []any{}
	for _, each := range listOf(v) {
		point, _ := each.(map[string]any)
		coordinates = append(coordinates, []any{point["latitude"], point["longitude"]})
	}
	return map[string]any{"__type": "Polygon", "coordinates": coordinates}
}

// aclBody is an ACL in Parse's form.
func aclBody(v any) any {
	in, _ := v.(map[string]any)
	acl := map[string]any{}
	put := func(who string, rule map[string]any) {
		granted := map[string]any{}
		for _, access := range []string{"read", "write"} {
			if rule[access] == true {
				granted[access] = true
			}
		}
		if len(granted) > 0 {
			acl[who] = granted
		}
	}
	if rule, ok := in["public"].(map[string]any); ok {
		put("*", rule)
	}
	for _, each := range listOf(in["users"]) {
		rule, _ := each.(map[string]any)
		id, _ := rule["userId"].(string)
		put(plainID("_User", id), rule)
	}
	for _, each := range listOf(in["roles"]) {
		rule, _ := each.(map[string]any)
		name, _ := rule["roleName"].(string)
		put("role:"+name, rule)
	}
	return acl
}
