package graphql

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// readArguments reads the arguments of all fields that may be asked for, before any
// of them is.
func (x *execution) readArguments(set ast.SelectionSet, seen map[string]bool) error {
	for _, selection := range set {
		var below ast.SelectionSet
		switch sel := selection.(type) {
		case *ast.Field:
			if err := x.readFieldArguments(sel); err != nil {
				return err
			}
			below = sel.SelectionSet
		case *ast.InlineFragment:
			below = sel.SelectionSet
		case *ast.FragmentSpread:
			if seen[sel.Name] {
				continue
			}
			seen[sel.Name] = true
			below = sel.Definition.SelectionSet
		}
		if err := x.readArguments(below, seen); err != nil {
			return err
		}
	}
	return nil
}

func (x *execution) readFieldArguments(f *ast.Field) error {
	if len(f.Arguments) == 0 || f.Definition == nil {
		return nil
	}
	args := map[string]any{}
	for _, def := range f.Definition.Arguments {
		given := f.Arguments.ForName(def.Name)
		var value *ast.Value
		switch {
		case given == nil:
			value = def.DefaultValue
		case given.Value.Kind == ast.Variable:
			if _, set := x.variables[given.Value.Raw]; !set {
				value = def.DefaultValue
				break
			}
			value = given.Value
		default:
			value = given.Value
		}
		if value == nil {
			continue
		}
		v, err := value.Value(x.variables)
		if err != nil {
			return fmt.Errorf("the argument %s of %s holds a number that is too large", def.Name, f.Name)
		}
		if args[def.Name], err = x.schema.coerce(def.Name, def.Type, v); err != nil {
			return err
		}
	}
	x.args[f] = args
	return nil
}

// coerce gives a value the form in which Parse has values of its type. at is where it
// stands, for the error.
func (s *Schema) coerce(at string, t *ast.Type, v any) (any, error) {
	if v == nil {
		if t.NonNull {
			return nil, fmt.Errorf("the argument %s is null, want %s", at, t)
		}
		return nil, nil
	}
	if t.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		out := make([]any, len(list))
		for i, each := range list {
			var err error
			if out[i], err = s.coerce(at+"."+strconv.Itoa(i), t.Elem, each); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if def := s.ast.Types[t.NamedType]; def.Kind == ast.InputObject {
		return s.coerceObject(at, def, v)
	}
	out, err := coerceScalar(t.NamedType, v)
	if err != nil {
		return nil, fmt.Errorf("the argument %s %w", at, err)
	}
	return out, nil
}

func (s *Schema) coerceObject(at string, def *ast.Definition, v any) (any, error) {
	in, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the argument %s is no %s object", at, def.Name)
	}
	out := map[string]any{}
	for _, field := range def.Fields {
		value, given := in[field.Name]
		var err error
		if !given {
			if field.Type.NonNull && field.DefaultValue == nil { // a variable in a literal that was not set
				return nil, fmt.Errorf("the argument %s.%s is missing, want %s", at, field.Name, field.Type)
			}
			if field.DefaultValue == nil {
				continue
			}
			if value, err = field.DefaultValue.Value(nil); err != nil {
				return nil, err
			}
		}
		if out[field.Name], err = s.coerce(at+"."+field.Name, field.Type, value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// coerceScalar reads a value of a scalar type; the error continues a sentence.
func coerceScalar(name string, v any) (any, error) {
	switch name {
	case "ID":
		return idText(v), nil
	case "Int":
		return wholeNumber(v)
	case "Object":
		if _, ok := v.(map[string]any); !ok {
			return nil, errors.New("is no object")
		}
	case "Date":
		return dateValue(v)
	case "Bytes":
		return bytesValue(v)
	case "File":
		return fileValue(v)
	}
	return v, nil
}

func idText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return fmt.Sprint(v)
}

func wholeNumber(v any) (any, error) {
	switch n := v.(type) {
	case int64:
		if n < math.MinInt32 || n > math.MaxInt32 {
			return nil, errors.New("is a number that an Int can't hold")
		}
		return int(n), nil
	case float64:
		if n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
			return nil, errors.New("is a number that an Int can't hold")
		}
		return int(n), nil
	}
	return nil, errors.New("is no whole number")
}

// dateValue reads a date: text, or Parse's encoding.
func dateValue(v any) (any, error) {
	if object, ok := v.(map[string]any); ok && object["__type"] == "Date" {
		v = object["iso"]
	}
	text, _ := v.(string)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return map[string]any{"__type": "Date", "iso": t.UTC().Format(isoLayout)}, nil
		}
	}
	return nil, errors.New("is no date: write it as 2026-03-01T09:00:00.000Z")
}

// isoLayout is how Parse writes dates.
const isoLayout = "2006-01-02T15:04:05.000Z"

func bytesValue(v any) (any, error) {
	if object, ok := v.(map[string]any); ok && object["__type"] == "Bytes" {
		v = object["base64"]
	}
	text, ok := v.(string)
	if _, err := base64.RawStdEncoding.DecodeString(wire.PlainBase64(text)); !ok || err != nil {
		return nil, errors.New("is no base64 text")
	}
	return map[string]any{"__type": "Bytes", "base64": text}, nil
}

func fileValue(v any) (any, error) {
	if name, ok := v.(string); ok {
		return map[string]any{"__type": "File", "name": name}, nil
	}
	if object, ok := v.(map[string]any); ok && object["__type"] == "File" {
		if _, ok := object["name"].(string); ok {
			return object, nil
		}
	}
	return nil, errors.New(`is no file: write its name, or {__type: "File", name: "...", url: "..."}`)
}
