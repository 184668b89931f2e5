package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Object is what a write gives to the store.
type Object struct {
	ID        string    // empty on Insert: a new one; ignored by Update
	CreatedAt time.Time // zero: now (Insert) or unchanged (Update)
	UpdatedAt time.Time // zero: now; on Update always later than before
	Restored  bool      // of Insert: the object was there before, elsewhere; its Change says so

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

	// Cause is why the object is written, for whoever reads the Change. It is not kept.
	Cause string
}

// Tx is a transaction, valid until the function it was given to returns, and
// only in its goroutine. Its reading methods are those of Store and see what
// the transaction has written.
type Tx struct {
	s       *Store
	c       *conn
	catalog *catalog
	changes []Change
	newACLs map[string]int64
	added   []string // the keys of newACLs that this transaction has added
	part    *part    // that Try is running; nil: none
	over    bool

	rehearsal *Rehearsal // nil: this is no rehearsal
}

var errOver = errors.New("store: the transaction is over")

func (tx *Tx) reader() reader { return reader{s: tx.s, c: tx.c, cat: tx.catalog, tx: true} }

// Classes is Store.Classes inside the transaction.
func (tx *Tx) Classes() []schema.Class { return tx.catalog.list() }

// Class is Store.Class inside the transaction.
func (tx *Tx) Class(name string) (schema.Class, bool) { return tx.catalog.class(name) }

// Changes are those of the transaction until now. The slice must not be changed.
func (tx *Tx) Changes() []Change { return tx.changes }

// Get is Store.Get inside the transaction; it also loads Row.Hidden.
func (tx *Tx) Get(ctx context.Context, class, id string) (Row, error) {
	if tx.over {
		return Row{}, errOver
	}
	return tx.get(ctx, class, id)
}

func (tx *Tx) get(ctx context.Context, class, id string) (Row, error) {
	if tx.rehearsal != nil {
		return tx.rehearsal.get(ctx, tx, class, id)
	}
	return tx.reader().get(class, id, true)
}

// GetMany is Store.GetMany inside the transaction.
func (tx *Tx) GetMany(ctx context.Context, class string, ids []string, readers []string) (map[string]Row, error) {
	if tx.over {
		return nil, errOver
	}
	return tx.reader().getMany(ctx, class, ids, readers, nil)
}

// Find is Store.Find inside the transaction.
func (tx *Tx) Find(ctx context.Context, q Query) ([]Row, error) {
	if tx.over {
		return nil, errOver
	}
	return tx.reader().find(ctx, q)
}

// Each is Store.Each inside the transaction; visit must not write.
func (tx *Tx) Each(ctx context.Context, q Query, visit func(Row) bool) error {
	if tx.over {
		return errOver
	}
	return tx.reader().each(ctx, q, visit)
}

// Count is Store.Count inside the transaction.
func (tx *Tx) Count(ctx context.Context, q Query) (int, error) {
	if tx.over {
		return 0, errOver
	}
	return tx.reader().count(ctx, q)
}

// class returns a class to write to.
func (tx *Tx) class(name string) (*classInfo, error) {
	if tx.over {
		return nil, errOver
	}
	if c := tx.catalog.classes[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNoClass, name)
}

// Insert stores a new object. Errors: ErrNoClass, *ValueError, *UniqueError.
// After a *UniqueError or *ValueError the transaction can go on.
func (tx *Tx) Insert(class string, o Object) (Row, error) {
	if o.ID != "" {
		return tx.insertObject(class, o, tx.encode, true)
	}
	return tx.insertNew(class, o, tx.encode)
}

// encoder renders an object of a class.
type encoder func(*classInfo, Object) (encoded, error)

// insertNew inserts an object under a new id.
func (tx *Tx) insertNew(class string, o Object, encode encoder) (Row, error) {
	for {
		o.ID = tx.s.newID()
		row, err := tx.insertObject(class, o, encode, false)
		var taken *UniqueError
		if errors.As(err, &taken) && slices.Equal(taken.Fields, []string{"objectId"}) {
			continue // six random characters meet now and then
		}
		return row, err
	}
}

func (tx *Tx) insertObject(class string, o Object, encode encoder, chosen bool) (Row, error) {
	c, err := tx.class(class)
	if err != nil {
		return Row{}, err
	}
	o.CreatedAt = tx.stamp(o.CreatedAt)
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = o.CreatedAt
	}
	o.UpdatedAt = tx.stamp(o.UpdatedAt)
	e, err := encode(c, o)
	if err != nil {
		return Row{}, err
	}
	if err := tx.insert(c, o.ID, e.args); err != nil {
		return Row{}, tx.writeError(c, err)
	}
	after := c.written(e.doc, o.Hidden)
	tx.changes = append(tx.changes, Change{Kind: Created, Class: class, After: after, Cause: o.Cause, ChosenID: chosen, Restored: o.Restored})
	return after, nil
}

// Update replaces the fields and the ACL of an object: what o does not hold is
// gone. Read the object first (Get), apply the changes, and give the whole.
// Errors: those of Insert, and ErrNotFound.
func (tx *Tx) Update(class, id string, o Object) (before, after Row, err error) {
	c, err := tx.class(class)
	if err != nil {
		return Row{}, Row{}, err
	}
	if before, err = tx.get(context.Background(), class, id); err != nil {
		return Row{}, Row{}, err
	}
	o.ID = id
	if o.CreatedAt.IsZero() {
		o.CreatedAt = before.CreatedAt()
	}
	o.CreatedAt = tx.stamp(o.CreatedAt)
	o.UpdatedAt = tx.stamp(o.UpdatedAt)
	if earliest := before.UpdatedAt().Add(time.Millisecond); o.UpdatedAt.Before(earliest) {
		o.UpdatedAt = earliest
	}
	if o.Hidden == nil {
		o.Hidden = before.hidden
	}
	e, err := tx.encode(c, o)
	if err != nil {
		return Row{}, Row{}, err
	}
	if err := tx.update(c, id, e.args); err != nil {
		return Row{}, Row{}, tx.writeError(c, err)
	}
	after = c.written(e.doc, o.Hidden)
	tx.changes = append(tx.changes, Change{Kind: Updated, Class: class, Before: before, After: after, Cause: o.Cause})
	return before, after, nil
}

// Delete removes an object and the members of its relations, and returns what
// it was. Pointers to it stay, as on Parse Server.
func (tx *Tx) Delete(class, id string) (Row, error) {
	c, err := tx.class(class)
	if err != nil {
		return Row{}, err
	}
	before, err := tx.reader().get(class, id, true)
	if err != nil {
		return Row{}, err
	}
	if _, err := tx.exec("DELETE FROM "+c.table+" WHERE "+colID+"=?", id); err != nil {
		return Row{}, err
	}
	for _, col := range c.relations() {
		if _, err := tx.exec("DELETE FROM "+col.sql+" WHERE owner=?", id); err != nil {
			return Row{}, err
		}
	}
	tx.changes = append(tx.changes, Change{Kind: Deleted, Class: class, Before: before})
	return before, nil
}

// Purge removes all objects of class, with one Change for all. A class that
// does not exist is no error.
func (tx *Tx) Purge(class string) error {
	c, err := tx.class(class)
	if errors.Is(err, ErrNoClass) {
		return nil
	} else if err != nil {
		return err
	}
	for _, col := range c.relations() {
		if _, err := tx.exec("DELETE FROM " + col.sql); err != nil {
			return err
		}
	}
	n, err := tx.exec("DELETE FROM " + c.table)
	if n > 0 {
		tx.changes = append(tx.changes, Change{Kind: Purged, Class: class})
	}
	return err
}

// written is the row as it is after a write.
func (c *classInfo) written(doc []byte, hidden jsontext.Value) Row {
	row := c.withRelations(doc)
	row.hidden = hidden
	return row
}

func hiddenArg(v jsontext.Value) any {
	if v == nil {
		return nil
	}
	return []byte(v)
}

// stamp returns t, or now for a zero t, in UTC and whole milliseconds.
func (tx *Tx) stamp(t time.Time) time.Time {
	if t.IsZero() {
		t = tx.s.cfg.Now()
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// writeError turns SQLite's report of a broken constraint into a *UniqueError.
func (tx *Tx) writeError(c *classInfo, err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || e.Code() != sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return err
	}
	_, broken, _ := strings.Cut(e.Error(), "UNIQUE constraint failed: ")
	for name, ix := range c.indexes {
		if strings.Contains(broken, "index '"+strings.Trim(name, `"`)+"'") {
			return &UniqueError{Class: c.def.Name, Fields: ix.fields}
		}
	}
	u := &UniqueError{Class: c.def.Name}
	broken, _, _ = strings.Cut(broken, " (")
	for part := range strings.SplitSeq(broken, ", ") {
		_, col, _ := strings.Cut(part, ".")
		u.Fields = append(u.Fields, c.fieldOf(col))
	}
	return u
}
