package store

import (
	"bytes"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Row is one stored object. Its JSON is kept ready in the database, so that
// sending it costs a copy. The zero Row is no object.
type Row struct {
	class  string
	doc    []byte
	hidden []byte
}

// Class returns the name of the object's class.
func (r Row) Class() string { return r.class }

// IsZero tells whether r is no object.
func (r Row) IsZero() bool { return r.doc == nil }

// JSON returns the object in Parse's REST form: objectId, createdAt,
// updatedAt, ACL (if it has one) and every field with a value, relation
// markers included, without className. It is compact. The bytes must not be
// changed.
func (r Row) JSON() jsontext.Value { return r.doc }

// ID returns the objectId.
func (r Row) ID() string {
	v, _ := r.Field("objectId")
	return unquote(v)
}

// CreatedAt returns when the object was made, in UTC and whole milliseconds.
func (r Row) CreatedAt() time.Time { return r.stamp("createdAt") }

// UpdatedAt returns when the object was last written, in UTC and whole
// milliseconds. It grows with each write of the object.
func (r Row) UpdatedAt() time.Time { return r.stamp("updatedAt") }

func (r Row) stamp(name string) time.Time {
	v, _ := r.Field(name)
	t, _ := where.ParseDate(unquote(v))
	return t
}

// Field returns the JSON of one top-level field; false if it has no value.
func (r Row) Field(name string) (jsontext.Value, bool) { return findField(r.doc, name) }

// Fields yields the top-level fields in their order in JSON: objectId,
// createdAt, updatedAt, ACL, then the others by name.
func (r Row) Fields() iter.Seq2[string, jsontext.Value] {
	return func(yield func(string, jsontext.Value) bool) {
		for m := range membersOf(r.doc) {
			if !yield(string(m.name), m.value) {
				return
			}
		}
	}
}

// Value decodes one top-level field; nil if it has no value.
func (r Row) Value(name string) any {
	raw, ok := r.Field(name)
	if !ok {
		return nil
	}
	v, err := wire.ReadAny(raw)
	if err != nil {
		return nil
	}
	return v
}

// Text returns the value of a String field; false if it has none.
func (r Row) Text(field string) (string, bool) {
	v, ok := r.Field(field)
	if !ok || len(v) == 0 || v[0] != '"' {
		return "", false
	}
	return unquote(v), true
}

// Time returns the value of a Date field; the zero time if it has none.
func (r Row) Time(field string) time.Time {
	v, ok := r.Field(field)
	if !ok {
		return time.Time{}
	}
	iso, _ := findField(v, "iso")
	t, _ := where.ParseDate(unquote(iso))
	return t
}

// Pointer returns the objectId a Pointer field points to; false if it has no value.
func (r Row) Pointer(field string) (id string, ok bool) {
	v, ok := r.Field(field)
	if !ok {
		return "", false
	}
	raw, ok := findField(v, "objectId")
	if !ok || len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return unquote(raw), true
}

// ACL returns the object's ACL, nil if it has none (anybody may read and write).
func (r Row) ACL() map[string]schema.Access {
	v, ok := r.Field("ACL")
	if !ok {
		return nil
	}
	return maps.Collect(entriesOf(v))
}

// readableBy tells whether readers (see Query.Readers) may read the object.
func (r Row) readableBy(readers []string) bool {
	v, ok := r.Field("ACL")
	if !ok || readers == nil {
		return true
	}
	for who, access := range entriesOf(v) {
		if access.Read && slices.Contains(readers, who) {
			return true
		}
	}
	return false
}

// entriesOf yields the entries of an ACL as the store has written it.
func entriesOf(acl jsontext.Value) iter.Seq2[string, schema.Access] {
	return func(yield func(string, schema.Access) bool) {
		for m := range membersOf(acl) {
			access := schema.Access{Read: bytes.Contains(m.value, []byte(`"read":true`)), Write: bytes.Contains(m.value, []byte(`"write":true`))}
			if !yield(unquote(acl[m.start:m.nameEnd]), access) {
				return
			}
		}
	}
}

// Map decodes the object.
func (r Row) Map() map[string]any {
	var m map[string]any
	_ = json.Unmarshal(r.doc, &m) // the store wrote it
	return m
}

// Hidden returns what Object.Hidden was at the last write. It is loaded only
// by Tx.Get and queries with Query.Hidden.
func (r Row) Hidden() jsontext.Value { return r.hidden }

// unquote decodes a JSON string; most have no escapes.
func unquote(v []byte) string {
	if len(v) < 2 {
		return ""
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1])
	}
	text, _ := jsontext.AppendUnquote(make([]byte, 0, len(v)), v) // the store wrote it
	return string(text)
}

// appendQuoted appends s as a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	dst, err := jsontext.AppendQuote(dst, s)
	if err != nil { // not UTF-8: the replacement character was written
		return dst
	}
	return dst
}

func appendNumber(dst []byte, f float64) []byte {
	if f == float64(int64(f)) && f < 1<<53 && f > -1<<53 {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	b, _ := json.Marshal(f)
	return append(dst, b...)
}
