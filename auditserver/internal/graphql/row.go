package graphql

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/schema"
)

// row is an object of a class as REST answers it, or only a pointer to it.
type row struct {
	class  *class
	fields rawjson.Object
}

func newRow(c *class, raw jsontext.Value) (row, error) {
	fields, err := rawjson.Split(raw)
	return row{c, fields}, err
}

func (r row) typeName() string { return r.class.name }

func (r row) id() string { return r.fields.Text("objectId") }

// field gives the value of a column, or of what every object has.
func (r row) field(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error) {
	if f.Name == "id" {
		return globalID(r.class.def.Name, r.id()), nil
	}
	v, ok := r.fields.Get(f.Name)
	if f.Name == "ACL" {
		return aclRecord(v)
	}
	column := r.class.fields[f.Name]
	if column.Type == schema.Relation {
		return x.related(r, f, sets)
	}
	if !ok || v.Kind() == 'n' {
		return nil, nil
	}
	return x.columnValue(column, v)
}

// columnValue makes what GraphQL shows of a value of a column.
func (x *execution) columnValue(column schema.Field, v jsontext.Value) (any, error) {
	switch column.Type {
	case schema.Pointer:
		if target := x.schema.classes[column.TargetClass]; target != nil && v.Kind() == '{' {
			return newRow(target, v)
		}
	case schema.Array:
		return x.elements(v)
	case schema.File:
		return recordOf("FileInfo", v, "name", "url")
	case schema.GeoPoint:
		return recordOf("GeoPoint", v, "latitude", "longitude")
	case schema.Polygon:
		return corners(v)
	}
	return v, nil
}

// elements are those of a list: objects that were included, and other values.
func (x *execution) elements(v jsontext.Value) (any, error) {
	list := []any{}
	for e := range rawjson.Elements(v) {
		if e.Kind() == '{' {
			fields, err := rawjson.Split(e)
			if err != nil {
				return nil, err
			}
			if c := x.schema.classes[fields.Text("className")]; c != nil && fields.Text("__type") == "Object" {
				list = append(list, row{c, fields})
				continue
			}
		}
		list = append(list, record{"Element", map[string]any{"value": e}})
	}
	return list, nil
}

// recordOf takes members of a JSON object.
func recordOf(name string, v jsontext.Value, members ...string) (any, error) {
	fields, err := rawjson.Split(v)
	if err != nil {
		return nil, err
	}
	r := record{name, map[string]any{}}
	for _, member := range members {
		if value, ok := fields.Get(member); ok {
			r.fields[member] = value
		}
	}
	return r, nil
}

// corners are the points of a polygon.
func corners(v jsontext.Value) (any, error) {
	var polygon struct {
		Coordinates [][]jsontext.Value `json:"coordinates"`
	}
	if err := json.Unmarshal(v, &polygon, rawjson.Options); err != nil {
		return nil, err
	}
	points := []any{}
	for _, pair := range polygon.Coordinates {
		if len(pair) == 2 {
			points = append(points, record{"GeoPoint", map[string]any{"latitude": pair[0], "longitude": pair[1]}})
		}
	}
	return points, nil
}

// aclRecord is an ACL by kinds of its entries. An object without one is public.
func aclRecord(v jsontext.Value) (any, error) {
	var entries map[string]struct{ Read, Write bool }
	if len(v) == 0 || v.Kind() == 'n' {
		v = jsontext.Value(`{"*":{"read":true,"write":true}}`)
	}
	if err := json.Unmarshal(v, &entries, rawjson.Options, json.MatchCaseInsensitiveNames(true)); err != nil {
		return nil, err
	}
	acl := record{"ACL", map[string]any{}}
	var users, roles []any
	for _, who := range sortedKeys(entries) {
		fields := map[string]any{"read": entries[who].Read, "write": entries[who].Write}
		if role, ok := strings.CutPrefix(who, "role:"); ok {
			fields["roleName"] = role
			roles = append(roles, record{"RoleACL", fields})
		} else if who == "*" {
			acl.fields["public"] = record{"PublicACL", fields}
		} else {
			fields["userId"] = globalID("_User", who)
			users = append(users, record{"UserACL", fields})
		}
	}
	if users != nil {
		acl.fields["users"] = users
	}
	if roles != nil {
		acl.fields["roles"] = roles
	}
	return acl, nil
}
