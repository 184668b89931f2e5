package store

import (
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
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

// JSON returns the object in Parse's REST form: objectId, createdAt,
// updatedAt, ACL (if it has one) and every field with a value, relation
// markers included, without className. The bytes must not be changed.
func (r Row) JSON() jsontext.Value { return r.doc }

// ID returns the objectId.
func (r Row) ID() string { return "" }

// CreatedAt returns when the object was made, in UTC and whole milliseconds.
func (r Row) CreatedAt() time.Time { return time.Time{} }

// UpdatedAt returns when the object was last written, in UTC and whole
// milliseconds. It grows with each write of the object.
func (r Row) UpdatedAt() time.Time { return time.Time{} }

// Field returns the JSON of one top-level field; false if it has no value.
func (r Row) Field(name string) (jsontext.Value, bool) { return nil, false }

// Fields yields the top-level fields in their order in JSON.
func (r Row) Fields() iter.Seq2[string, jsontext.Value] {
	return func(func(string, jsontext.Value) bool) {}
}

// Pointer returns the objectId a Pointer field points to; false if it has no value.
func (r Row) Pointer(field string) (id string, ok bool) { return "", false }

// ACL returns the object's ACL, nil if it has none (anybody may read and write).
func (r Row) ACL() map[string]schema.Access { return nil }

// Map decodes the object.
func (r Row) Map() map[string]any { return nil }

// Hidden returns what Object.Hidden was at the last write. It is loaded only
// by Tx.Get and queries with Query.Hidden.
func (r Row) Hidden() jsontext.Value { return r.hidden }
