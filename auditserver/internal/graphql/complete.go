package graphql

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// appendObject writes an object with the fields that are asked of it. ok is false
// where one is null that may not be: then the object is null itself.
func (x *execution) appendObject(b []byte, o object, sets []ast.SelectionSet) (out []byte, ok bool) {
	b = append(b, '{')
	for i, g := range x.collect(o.typeName(), sets) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, rawjson.Quoted(g.key)...), ':')
		x.path = append(x.path, g.key)
		b, ok = x.appendField(b, o, g)
		x.path = x.path[:len(x.path)-1]
		if !ok {
			return b, false
		}
	}
	return append(b, '}'), true
}

// appendField resolves a field and writes its value.
func (x *execution) appendField(b []byte, o object, g *selected) (out []byte, ok bool) {
	f := g.fields[0]
	if f.Name == "__typename" {
		return append(b, rawjson.Quoted(o.typeName())...), true
	}
	var v any
	var err error
	if x.full {
		err = errFull
	} else if v, err = o.field(x, f, g.sets()); err == nil && v == nil && f.Definition.Type.NonNull {
		err = &brokenValue{fmt.Sprintf("Cannot return null for non-nullable field %s.%s.", o.typeName(), f.Name)}
	}
	if err != nil {
		if !x.full {
			x.fail(f, err)
		}
		return append(b, "null"...), !f.Definition.Type.NonNull
	}
	return x.appendValue(b, f, f.Definition.Type, v, g.sets())
}

// appendValue writes a value of a type. The place of one that must not be null and is
// makes the whole list or object null.
func (x *execution) appendValue(b []byte, f *ast.Field, t *ast.Type, v any, sets []ast.SelectionSet) (out []byte, ok bool) {
	start := len(b)
	switch v := v.(type) {
	case nil:
		ok = false
	case []any:
		b, ok = x.appendList(b, f, t, v, sets)
	case object:
		b, ok = x.appendObject(b, v, sets)
	default:
		b, ok = x.appendLeaf(b, f, t, v)
	}
	if len(b) > x.limits.AnswerSize && !x.full {
		x.full = true
		x.fail(f, fault.New(wire.CodeInvalidQuery, "the answer has more than %d bytes (option limits.answerSize): ask for less", x.limits.AnswerSize))
	}
	if !ok || x.full {
		return append(b[:start], "null"...), !t.NonNull
	}
	return b, true
}

func (x *execution) appendList(b []byte, f *ast.Field, t *ast.Type, list []any, sets []ast.SelectionSet) (out []byte, ok bool) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		x.path = append(x.path, i)
		b, ok = x.appendValue(b, f, t.Elem, v, sets)
		x.path = x.path[:len(x.path)-1]
		if !ok {
			return b, false
		}
	}
	return append(b, ']'), true
}

// appendLeaf writes a value without fields.
func (x *execution) appendLeaf(b []byte, f *ast.Field, t *ast.Type, v any) (out []byte, ok bool) {
	raw, err := leaf(t.NamedType, v)
	if err != nil {
		x.fail(f, err)
		return b, false
	}
	return append(b, raw...), true
}

func leaf(typeName string, v any) (jsontext.Value, error) {
	raw, isRaw := v.(jsontext.Value)
	if !isRaw {
		var err error
		if raw, err = json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
			return nil, err
		}
	}
	raw = bytes.TrimSpace(raw)
	fits := true
	switch typeName {
	case "Date", "Bytes":
		member := map[string]string{"Date": "iso", "Bytes": "base64"}[typeName]
		if raw.Kind() == '{' {
			o, err := rawjson.Split(raw)
			if err != nil {
				return nil, err
			}
			raw, _ = o.Get(member)
		}
		fits = raw.Kind() == '"'
	case "String":
		if kind := raw.Kind(); kind == '0' || kind == 't' || kind == 'f' {
			return rawjson.Quoted(string(raw)), nil
		}
		fits = raw.Kind() == '"'
	case "ID":
		fits = raw.Kind() == '"'
	case "Int", "Float":
		fits = raw.Kind() == '0'
	case "Boolean":
		fits = raw.Kind() == 't' || raw.Kind() == 'f'
	case "Object":
		fits = raw.Kind() == '{' || raw.Kind() == '['
	}
	if !fits {
		return nil, &brokenValue{fmt.Sprintf("%s cannot represent %s", typeName, rawjson.KindOf(raw))}
	}
	return raw, nil
}

// record is an object whose fields are all known.
type record struct {
	name   string
	fields map[string]any
}

func (r record) typeName() string { return r.name }

func (r record) field(_ *execution, f *ast.Field, _ []ast.SelectionSet) (any, error) {
	return r.fields[f.Name], nil
}

// number is a whole number as JSON text.
func number(n int) jsontext.Value { return strconv.AppendInt(nil, int64(n), 10) }
