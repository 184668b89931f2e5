package store

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Object is what a write gives to the store.
type Object struct {
	ID        string    // empty on Insert: a new one
	CreatedAt time.Time // zero: now (Insert) or unchanged (Update)
	UpdatedAt time.Time // zero: now; never earlier than the last one of the object

	// ACL of the object. Nil: none, anybody may read and write. Empty: only
	// the master key may.
	ACL map[string]schema.Access

	// Fields are the values of the columns in Parse's JSON encoding, as
	// decoded by a JSON package. A nil value means no value. Keys that are
	// not columns, values that do not fit and relation fields are refused
	// with a *ValueError; objectId, createdAt, updatedAt and ACL are ignored.
	Fields map[string]any

	// Hidden is JSON kept beside the object that no query and no Row.JSON
	// shows: password hashes and the like. Nil on Update: unchanged.
	Hidden jsontext.Value
}

// ChangeKind tells what happened to an object.
type ChangeKind int

// What a Change can be.
const (
	Created ChangeKind = iota + 1
	Updated
	Deleted
)

// Change is one object written by a commit.
type Change struct {
	Kind          ChangeKind
	Class         string
	Before, After Row // zero where there is none
}

// Write runs fn in a transaction: if fn returns an error (or panics), nothing
// of it is kept and Write returns that error. Write returns nil only when the
// changes are committed, and on the disk unless Config.Unsynced is set.
//
// Functions run one after another, so fn must be quick and must not call
// Write. Calls that come while the disk is busy are committed together.
// When ctx ends before fn has started, fn never runs.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error { return ErrClosed }

// Tx is a transaction, valid until the function it was given to returns, and
// only in its goroutine. Its reading methods are those of Store and see what
// the transaction has written.
type Tx struct{ s *Store }

// Classes is Store.Classes inside the transaction.
func (tx *Tx) Classes() []schema.Class { return nil }

// Class is Store.Class inside the transaction.
func (tx *Tx) Class(name string) (schema.Class, bool) { return schema.Class{}, false }

// Get is Store.Get inside the transaction; it also loads Row.Hidden.
func (tx *Tx) Get(ctx context.Context, class, id string) (Row, error) { return Row{}, ErrNotFound }

// Find is Store.Find inside the transaction.
func (tx *Tx) Find(ctx context.Context, q Query) ([]Row, error) { return nil, nil }

// Each is Store.Each inside the transaction; visit must not write.
func (tx *Tx) Each(ctx context.Context, q Query, visit func(Row) bool) error { return nil }

// Count is Store.Count inside the transaction.
func (tx *Tx) Count(ctx context.Context, q Query) (int, error) { return 0, nil }

// Insert stores a new object. Errors: ErrNoClass, *ValueError, *UniqueError.
// After a *UniqueError or *ValueError the transaction can go on.
func (tx *Tx) Insert(class string, o Object) (Row, error) { return Row{}, ErrNoClass }

// Update replaces the fields and the ACL of an object: what o does not hold is
// gone. Read the object first (Get), apply the changes, and give the whole.
// Errors: those of Insert, and ErrNotFound.
func (tx *Tx) Update(class, id string, o Object) (before, after Row, err error) {
	return Row{}, Row{}, ErrNotFound
}

// Delete removes an object and the members of its relations, and returns what
// it was. Pointers to it stay, as on Parse Server.
func (tx *Tx) Delete(class, id string) (Row, error) { return Row{}, ErrNotFound }

// Purge removes all objects of class, without a Change for each. A class that
// does not exist is no error.
func (tx *Tx) Purge(class string) error { return nil }

// PutClass makes class c, or changes the class of that name to be exactly c:
// new fields and indexes are added; fields and indexes that c lacks are
// removed with their data. A field can't change its type. objectId, createdAt,
// updatedAt and ACL are always there.
func (tx *Tx) PutClass(c schema.Class) error { return nil }

// DropClass removes a class. It returns ErrNotEmpty if it has objects, and
// ErrNoClass.
func (tx *Tx) DropClass(name string) error { return nil }

// Unique is a constraint: no two objects of Class have the same values in
// Fields. Objects without a value in one of them are exempt.
type Unique struct {
	Class    string
	Fields   []string
	FoldCase bool // texts that differ only in case count as the same
}

// SetUnique makes the constraints of class be exactly list, besides those it
// has by itself: username and email of _User (folding case), name of _Role. A
// *UniqueError says that present objects break one.
func (tx *Tx) SetUnique(class string, list []Unique) error { return nil }

// AddRelated puts ids into the relation field of an object; RemoveRelated
// takes them out. Ids that are already in, or not in, are no error, and
// neither the owner nor the members need exist.
func (tx *Tx) AddRelated(class, id, field string, ids ...string) error { return nil }

// RemoveRelated takes ids out of the relation field of an object.
func (tx *Tx) RemoveRelated(class, id, field string, ids ...string) error { return nil }
