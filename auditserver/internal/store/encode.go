package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// encoded is an object ready to be written.
type encoded struct {
	doc    []byte
	values []any // of classInfo.order
	acl    any   // the id of its ACL, or nil
}

// encode checks an object and renders its document. The document begins with
// objectId, createdAt and updatedAt; the fields follow by name.
func (tx *Tx) encode(c *classInfo, o Object) (encoded, error) {
	for name := range o.Fields {
		if c.columns[name] == nil {
			return encoded{}, &ValueError{Class: c.def.Name, Field: name}
		}
	}
	e := encoded{values: make([]any, len(c.order))}
	e.doc = append(make([]byte, 0, 512), `{"objectId":`...)
	e.doc = appendQuoted(e.doc, o.ID)
	e.doc = append(append(e.doc, `,"createdAt":"`...), where.FormatDate(o.CreatedAt)...)
	e.doc = append(append(e.doc, `","updatedAt":"`...), where.FormatDate(o.UpdatedAt)...)
	e.doc = append(e.doc, '"')
	if o.ACL != nil {
		body := appendACL(nil, o.ACL)
		e.doc = append(append(e.doc, `,"ACL":`...), body...)
		var err error
		if e.acl, err = tx.internACL(o.ACL, body); err != nil {
			return encoded{}, err
		}
	}
	next := 0
	for _, name := range slices.Sorted(maps.Keys(o.Fields)) {
		v := o.Fields[name]
		if _, system := systemFields[name]; system || v == nil {
			continue
		}
		col := c.columns[name]
		e.doc = append(append(append(e.doc, `,"`...), name...), `":`...)
		var value any
		var ok bool
		if e.doc, value, ok = appendField(e.doc, col, v); !ok {
			return encoded{}, &ValueError{Class: c.def.Name, Field: name, Want: col.typ, Got: kindName(v)}
		}
		if col.sql != "" {
			for c.order[next] != col {
				next++
			}
			e.values[next] = value
		}
	}
	e.doc = append(e.doc, '}')
	return e, nil
}

// appendField appends a value to the document in its one canonical form, and
// returns what its column stores; false if the value does not fit.
func appendField(dst []byte, col *column, v any) ([]byte, any, bool) {
	switch col.typ {
	case schema.String:
		s, ok := v.(string)
		return appendQuoted(dst, s), strings.ToValidUTF8(s, "\uFFFD"), ok
	case schema.Number:
		n, ok := operandValue(col, v)
		if !ok {
			return dst, nil, false
		}
		return appendNumber(dst, n.(float64)), n, true
	case schema.Boolean:
		b, ok := v.(bool)
		return fmt.Appendf(dst, "%t", b), boolInt(b), ok
	case schema.Date:
		t, ok := where.DateOf(v)
		dst = append(append(dst, `{"__type":"Date","iso":"`...), where.FormatDate(t)...)
		return append(dst, `"}`...), t.UnixMilli(), ok
	case schema.Pointer:
		p, ok := where.PointerOf(v)
		dst = append(append(dst, `{"__type":"Pointer","className":"`...), col.target...)
		dst = append(appendQuoted(append(dst, `","objectId":`...), p.ObjectID), '}')
		return dst, p.ObjectID, ok && p.Class == col.target && p.ObjectID != ""
	}
	return appendComposite(dst, col, v)
}

// appendComposite appends the types whose JSON is kept as it is.
func appendComposite(dst []byte, col *column, v any) ([]byte, any, bool) {
	m, isMap := v.(map[string]any)
	ok := false
	var value any
	switch col.typ {
	case schema.Array:
		_, ok = v.([]any)
	case schema.Object:
		ok = isMap && (m["__type"] == nil || m["__type"] == "Object")
	case schema.File:
		value, ok = where.FileNameOf(v)
	case schema.GeoPoint:
		_, ok = where.PointOf(v)
	case schema.Polygon:
		ok = isMap && m["__type"] == "Polygon"
	case schema.Bytes:
		var text string
		if text, ok = m["base64"].(string); ok {
			_, err := base64.StdEncoding.DecodeString(text)
			value, ok = text, m["__type"] == "Bytes" && err == nil
		}
	}
	if !ok {
		return dst, nil, false
	}
	raw, err := json.Marshal(v, json.Deterministic(true))
	return append(dst, raw...), value, err == nil
}

// appendACL renders an ACL: by principal, only what is granted.
func appendACL(dst []byte, acl map[string]schema.Access) []byte {
	dst = append(dst, '{')
	for _, who := range slices.Sorted(maps.Keys(acl)) {
		a := acl[who]
		if !a.Read && !a.Write {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(dst, who), `:{`...)
		if a.Read {
			dst = append(dst, `"read":true,`...)
		}
		if a.Write {
			dst = append(dst, `"write":true,`...)
		}
		dst = append(bytes.TrimSuffix(dst, []byte(",")), '}')
	}
	return append(dst, '}')
}

// kindName names the kind of a value for messages.
func kindName(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a Boolean"
	case string:
		return "a String"
	case float64, int, int64:
		return "a Number"
	case []any:
		return "an Array"
	case map[string]any:
		if t, ok := v["__type"].(string); ok {
			switch t {
			case "Pointer", "Object":
				class, _ := v["className"].(string)
				if identifier.MatchString(class) {
					return fmt.Sprintf("a %s<%s>", t, class)
				}
			case "Date", "File", "GeoPoint", "Polygon", "Bytes", "Relation":
				return "a " + t
			}
		}
		return "an Object"
	}
	return fmt.Sprintf("a %T", v)
}
