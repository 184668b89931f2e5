package auditserver

import (
	"encoding/base64"
	"math"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// typeOf infers the column type of a value in Parse's JSON encoding. An
// unknown or malformed __type is 111.
func typeOf(v any) (schema.Field, error) {
	switch v := v.(type) {
	case bool:
		return schema.Field{Type: schema.Boolean}, nil
	case string:
		return schema.Field{Type: schema.String}, nil
	case float64:
		return schema.Field{Type: schema.Number}, nil
	case []any:
		return schema.Field{Type: schema.Array}, nil
	case map[string]any:
		return objectType(v)
	}
	return schema.Field{}, fault.New(wire.CodeIncorrectType, "bad value: %T", v)
}

func objectType(v map[string]any) (schema.Field, error) {
	kind, ok := v["__type"].(string)
	if !ok {
		if v["__type"] != nil {
			return schema.Field{}, fault.New(wire.CodeIncorrectType, "__type is not text")
		}
		return schema.Field{Type: schema.Object}, nil
	}
	isText := func(key string) bool { s, ok := v[key].(string); return ok && s != "" }
	isNumber := func(key string) bool { n, ok := v[key].(float64); return ok && !math.IsNaN(n) }
	switch kind {
	case "Pointer":
		if isText("className") && v["objectId"] != nil {
			return schema.Field{Type: schema.Pointer, TargetClass: v["className"].(string)}, nil
		}
	case "Relation":
		if isText("className") {
			return schema.Field{Type: schema.Relation, TargetClass: v["className"].(string)}, nil
		}
	case "File":
		if isText("name") {
			return schema.Field{Type: schema.File}, nil
		}
	case "Date":
		if isText("iso") {
			return schema.Field{Type: schema.Date}, nil
		}
	case "GeoPoint":
		if isNumber("latitude") && isNumber("longitude") {
			return schema.Field{Type: schema.GeoPoint}, nil
		}
	case "Bytes":
		if isText("base64") {
			return schema.Field{Type: schema.Bytes}, nil
		}
	case "Polygon":
		if v["coordinates"] != nil {
			return schema.Field{Type: schema.Polygon}, nil
		}
	}
	return schema.Field{}, fault.New(wire.CodeIncorrectType, "This is not a valid %s", kind)
}

// typeName spells a column's type as Parse Server does in its messages.
func typeName(f schema.Field) string {
	switch f.Type {
	case schema.Pointer:
		return "*" + f.TargetClass
	case schema.Relation:
		return "Relation<" + f.TargetClass + ">"
	}
	return string(f.Type)
}

func mismatch(class, field string, want, got schema.Field) error {
	return fault.New(wire.CodeIncorrectType, "schema mismatch for %s.%s; expected %s but got %s", class, field, typeName(want), typeName(got))
}

// stored gives the value as it is kept: dates in UTC, polygons closed, files
// without a URL. It refuses values that are not what their __type says.
func stored(name string, v any, f schema.Field) (any, error) {
	m, _ := v.(map[string]any)
	switch f.Type {
	case schema.Date:
		t, ok := where.ParseDate(m["iso"].(string))
		if !ok {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Date: want ISO 8601, a year from 0 to 9999", name)
		}
		return where.DateValue(t), nil
	case schema.Bytes:
		text, _ := m["base64"].(string)
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not valid Bytes: want base64", name)
		}
		return map[string]any{"__type": "Bytes", "base64": text}, nil
	case schema.Pointer:
		id, ok := m["objectId"].(string)
		if !ok || id == "" {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Pointer: want an objectId", name)
		}
		return pointerTo(f.TargetClass, id), nil
	case schema.File:
		return map[string]any{"__type": "File", "name": m["name"]}, nil
	case schema.GeoPoint:
		return map[string]any{"__type": "GeoPoint", "latitude": m["latitude"], "longitude": m["longitude"]}, nil
	case schema.Polygon:
		return closedPolygon(name, m["coordinates"])
	case schema.Object, schema.Array:
		return v, checkNested(v)
	}
	return v, nil
}

func closedPolygon(name string, v any) (any, error) {
	points, _ := v.([]any)
	distinct := map[[2]float64]bool{}
	for _, p := range points {
		pair, _ := p.([]any)
		if len(pair) != 2 {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Polygon: want a list of [latitude, longitude]", name)
		}
		lat, ok1 := pair[0].(float64)
		lon, ok2 := pair[1].(float64)
		if !ok1 || !ok2 {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Polygon: want numbers", name)
		}
		distinct[[2]float64{lat, lon}] = true
	}
	if len(distinct) < 3 {
		return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Polygon: want at least 3 different points", name)
	}
	first, last := points[0].([]any), points[len(points)-1].([]any)
	if first[0] != last[0] || first[1] != last[1] {
		points = append(slices.Clone(points), first)
	}
	return map[string]any{"__type": "Polygon", "coordinates": points}, nil
}

// checkNested refuses keys that queries could not address (121).
func checkNested(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if strings.ContainsAny(key, "$.") {
				return fault.New(wire.CodeInvalidNestedKey, "Nested keys should not contain the '$' or '.' characters")
			}
			if err := checkNested(value); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkNested(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkKeywords refuses the keys that attack JavaScript servers, as Parse
// Server's requestKeywordDenylist does: data that passes here passes there.
func checkKeywords(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if key == "__proto__" || key == "constructor" || key == "_bsontype" && value == "Code" {
				return fault.New(wire.CodeInvalidKeyName, "Prohibited keyword in request data: {\"key\":%q}.", key)
			}
			if err := checkKeywords(value); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkKeywords(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// parseACL reads an ACL; only granted rights are kept.
func parseACL(v any) (map[string]schema.Access, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: want an object of users and roles.")
	}
	acl := make(map[string]schema.Access, len(m))
	for name, entry := range m {
		if name == "*unresolved" { // how the JavaScript SDK writes a user that was not saved yet
			return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: it names a user that was not saved.")
		}
		rights, ok := entry.(map[string]any)
		if !ok {
			return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: the entry of %q is not an object.", name)
		}
		var a schema.Access
		for right, granted := range rights {
			on, isBool := granted.(bool)
			if !isBool || right != "read" && right != "write" {
				return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: the entry of %q may only hold read and write, true or false.", name)
			}
			if right == "read" {
				a.Read = on
			} else {
				a.Write = on
			}
		}
		if a.Read || a.Write {
			acl[name] = a
		}
	}
	return acl, nil
}

// aclValue is an ACL in Parse's JSON encoding, nil for none.
func aclValue(acl map[string]schema.Access) any {
	if acl == nil {
		return nil
	}
	out := map[string]any{}
	for name, a := range acl {
		entry := map[string]any{}
		if a.Read {
			entry["read"] = true
		}
		if a.Write {
			entry["write"] = true
		}
		out[name] = entry
	}
	return out
}
