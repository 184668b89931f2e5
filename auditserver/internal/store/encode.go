package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// encoded is an object ready to be written.
type encoded struct {
	doc  []byte
	args []any // of classInfo.insertSQL
}

// docSize is room for the fields of most documents, beginSize for what stands before.
const (
	docSize   = 1024
	beginSize = 256
)

// encode checks an object and renders its document. The document begins with
// objectId, createdAt and updatedAt; the fields follow by name.
func (tx *Tx) encode(c *classInfo, o Object) (encoded, error) {
	var room [32]string
	names := slices.AppendSeq(room[:0], maps.Keys(o.Fields))
	slices.Sort(names)
	doc, acl, err := tx.beginDocument(o, docSize)
	if err != nil {
		return encoded{}, err
	}
	args := c.newArgs(o, acl, nil)
	next := 0
	for _, name := range names {
		v, col := o.Fields[name], c.columns[name]
		if col == nil {
			return encoded{}, &ValueError{Class: c.def.Name, Field: name}
		}
		if col.system || v == nil {
			continue
		}
		doc = append(append(append(doc, `,"`...), name...), `":`...)
		var value any
		var ok bool
		if doc, value, ok = appendField(doc, col, v); !ok {
			return encoded{}, &ValueError{Class: c.def.Name, Field: name, Want: col.typ, Got: kindName(v)}
		}
		if col.sql != "" {
			for c.order[next] != col {
				next++
			}
			args[leadingArgs+next] = value
		}
	}
	doc = append(doc, '}')
	args[docArg] = doc
	return encoded{doc, args}, nil
}

// beginDocument renders what every document begins with, and returns the number of
// the object's ACL, nil if it has none. The document has room for size bytes more.
func (tx *Tx) beginDocument(o Object, size int) (doc []byte, acl any, err error) {
	doc = append(make([]byte, 0, size+beginSize), `{"objectId":`...)
	doc = appendQuoted(doc, o.ID)
	doc = wire.AppendISO(append(doc, `,"createdAt":"`...), o.CreatedAt)
	doc = wire.AppendISO(append(doc, `","updatedAt":"`...), o.UpdatedAt)
	doc = append(doc, '"')
	if o.ACL != nil {
		start := len(doc)
		doc = appendACL(append(doc, `,"ACL":`...), o.ACL)
		acl, err = tx.internACL(o.ACL, doc[start+len(`,"ACL":`):])
	}
	return doc, acl, err
}

// newArgs gives the arguments of insertSQL, with those that stand before the fields.
func (c *classInfo) newArgs(o Object, acl any, doc []byte) []any {
	args := make([]any, leadingArgs+len(c.order), leadingArgs+len(c.order)+1)
	args[0], args[1], args[2], args[3], args[4], args[docArg] = o.ID, o.CreatedAt.UnixMilli(), o.UpdatedAt.UnixMilli(), acl, hiddenArg(o.Hidden), doc
	return args
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
		if !ok || !finite(n.(float64)) {
			return dst, nil, false
		}
		return appendNumber(dst, n.(float64)), n, true
	case schema.Boolean:
		b, ok := v.(bool)
		return fmt.Appendf(dst, "%t", b), boolInt(b), ok
	case schema.Date:
		t, ok := where.DateOf(v)
		dst = wire.AppendISO(append(dst, `{"__type":"Date","iso":"`...), t)
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

// finite tells whether JSON can express a number.
func finite(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }

// appendACL renders an ACL: by principal, only what is granted.
func appendACL(dst []byte, acl map[string]schema.Access) []byte {
	dst = append(dst, '{')
	var room [8]string
	principals := slices.AppendSeq(room[:0], maps.Keys(acl))
	slices.Sort(principals)
	for _, who := range principals {
		a := acl[who]
		if !a.Read && !a.Write {
			continue
		}
		if dst[len(dst)-1] != '{' {
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
	case float64:
		if !finite(v) {
			return "a Number that is not finite"
		}
		return "a Number"
	case int, int64:
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
