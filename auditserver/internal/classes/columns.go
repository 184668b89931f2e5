package classes

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// ApplyFields makes the changes of columns that a schema request asks for.
func ApplyFields(class *schema.Class, fields map[string]jsontext.Value) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := applyField(class, name, fields[name]); err != nil {
			return err
		}
	}
	return OneGeoPoint(*class)
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
	if !PlainName(name) || name == "className" || name == "length" {
		return fault.New(wire.CodeInvalidKeyName, "invalid field name: %s", name)
	}
	if !exists && Inherited(name) {
		return fault.New(wire.CodeImmutableField, "field %s cannot be added", name)
	}
	var f schema.Field
	if err := json.Unmarshal(raw, &f, rawjson.Options); err != nil {
		return fault.New(wire.CodeInvalidJSON, "the field %s is %s, or holds what does not belong there: want an object such as {\"type\":\"String\"}", name, rawjson.KindOf(raw))
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
		if !ValidName(f.TargetClass) {
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
	got, err := values.TypeOf(f.Default)
	if err != nil {
		return err
	}
	if got.Type != f.Type || got.TargetClass != f.TargetClass {
		return fault.New(wire.CodeIncorrectType, "schema mismatch for default value of %s; expected %s but got %s", name, values.TypeName(f), values.TypeName(got))
	}
	return nil
}

// OneGeoPoint refuses a class with more than one GeoPoint, as Parse Server does.
func OneGeoPoint(class schema.Class) error {
	n := 0
	for _, f := range class.Fields {
		if f.Type == schema.GeoPoint {
			n++
		}
	}
	if n > 1 {
		return fault.New(wire.CodeIncorrectType, "currently, only one GeoPoint field may exist in an object of class %s", class.Name)
	}
	return nil
}
