package values

import (
	"math"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// TypeOf infers the column type of a value in Parse's JSON encoding. For an unknown
// or malformed __type the error has code 111.
func TypeOf(v any) (schema.Field, error) {
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
	return schema.Field{}, fault.New(wire.CodeIncorrectType, "bad value: it is of no kind that JSON has")
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

// TypeName spells a column's type as Parse Server does in its messages.
func TypeName(f schema.Field) string {
	switch f.Type {
	case schema.Pointer:
		return "Pointer<" + f.TargetClass + ">"
	case schema.Relation:
		return "Relation<" + f.TargetClass + ">"
	}
	return string(f.Type)
}

// Mismatch refuses a value of another type than its column has.
func Mismatch(class, field string, want, got schema.Field) error {
	return fault.New(wire.CodeIncorrectType, "schema mismatch for %s.%s; expected %s but got %s", class, field, TypeName(want), TypeName(got))
}
