package store

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Ready is a new object that the server makes of what it knows. Its fields are JSON
// already, as the store writes it, so that storing it neither decodes nor encodes them.
type Ready struct {
	ACL    map[string]schema.Access
	Fields jsontext.Value // an object: compact, its names sorted, nothing null
	Stored []Stored       // what columns hold besides, sorted by name
}

// Stored is what the column of a field holds: a string for a String and a Pointer,
// an int64 for a Date (milliseconds) and a Boolean (0 or 1).
type Stored struct {
	Field string
	Value any
}

// InsertReady is Insert for an object whose fields the caller has compared with the
// class: they are stored as they are.
func (tx *Tx) InsertReady(class string, r Ready) (Row, error) {
	return tx.insertNew(class, Object{ACL: r.ACL}, func(c *classInfo, o Object) (encoded, error) { return tx.place(c, o, r) })
}

// place puts a ready object into its document and its columns.
func (tx *Tx) place(c *classInfo, o Object, r Ready) (encoded, error) {
	doc, acl, err := tx.beginDocument(o, len(r.Fields))
	if err != nil {
		return encoded{}, err
	}
	doc = append(append(doc, ','), r.Fields[1:]...)
	e := encoded{doc, c.newArgs(o, acl, doc)}
	next := 0
	for _, stored := range r.Stored {
		col := c.columns[stored.Field]
		if col == nil {
			return encoded{}, &ValueError{Class: c.def.Name, Field: stored.Field}
		}
		if col.sql == "" {
			continue
		}
		for c.order[next] != col {
			next++
		}
		e.args[leadingArgs+next] = stored.Value
	}
	return e, nil
}
