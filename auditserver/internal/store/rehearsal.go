package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Rehearsal is what a function given to Rehearse has written.
type Rehearsal struct {
	catalog *catalog // that it saw
	seen    []sight
	drafts  []draft
	changes []Change
}

// sight is an object as a rehearsal has read it; the zero Row if there was none.
type sight struct {
	class, id string // empty for one that was not looked for by its id
	row       Row
	read      func(reader) (Row, error) // reads it again
}

// draft is an object ready to be written.
type draft struct {
	class  *classInfo
	id     string
	update bool
	args   []any // of classInfo.insertSQL or updateSQL
}

// errRehearsal is what a rehearsal gets from all that needs the database.
var errRehearsal = errors.New("store: a rehearsal can only read, insert and update single objects")

// Rehearse runs fn, which is about to be given to Write, in the goroutine of its
// caller: checking and encoding objects is most of the work of writing them, and
// Write does everything one after another. The result is nil if fn does more than
// get objects, the latest of objects too, insert objects of classes that exist and,
// outside of Try, update objects; then it must run again. An error is what Write would have returned.
func (s *Store) Rehearse(fn func(tx *Tx) error) (*Rehearsal, error) {
	r := &Rehearsal{catalog: s.catalog.Load()}
	c := newConn()
	c.lost = errRehearsal
	tx := &Tx{s: s, c: c, catalog: r.catalog, rehearsal: r}
	err := tx.run(fn)
	if c.missed || s.catalog.Load() != r.catalog {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.changes = tx.changes
	return r, nil
}

// get reads an object that the rehearsal has not written.
func (r *Rehearsal) get(ctx context.Context, tx *Tx, class, id string) (Row, error) {
	for _, d := range r.drafts {
		if d.class.def.Name == class && d.id == id {
			return Row{}, tx.c.gone()
		}
	}
	if row, ok := r.known(class, id); ok && row.IsZero() {
		return Row{}, fmt.Errorf("%w: %s", ErrNotFound, class)
	} else if ok {
		return row, nil
	}
	return r.see(ctx, tx, sight{class: class, id: id, read: func(reader reader) (Row, error) { return reader.get(class, id, true) }})
}

// latest reads what Tx.Latest does, unless the rehearsal has written to the class.
func (r *Rehearsal) latest(tx *Tx, class string, read func(reader) (Row, error)) (Row, error) {
	for _, d := range r.drafts {
		if d.class.def.Name == class {
			return Row{}, tx.c.gone()
		}
	}
	return r.see(context.Background(), tx, sight{class: class, read: read})
}

func (r *Rehearsal) see(ctx context.Context, tx *Tx, of sight) (Row, error) {
	err := tx.s.readQuick(ctx, func(reader reader) (err error) {
		of.row, err = of.read(reader)
		return err
	})
	if err == nil || errors.Is(err, ErrNotFound) {
		r.seen = append(r.seen, of)
	}
	return of.row, err
}

// known gives an object that the rehearsal has read.
func (r *Rehearsal) known(class, id string) (Row, bool) {
	for _, each := range r.seen {
		if each.class == class && each.id == id {
			return each.row, true
		}
	}
	return Row{}, false
}

// Replay writes what was rehearsed. It returns false, and nothing is written, if
// there is no rehearsal, the schema or an object that it read has changed since, or a
// write fails.
func (tx *Tx) Replay(r *Rehearsal) bool {
	if r == nil || r.catalog != tx.catalog || !tx.stillSees(r) {
		return false
	}
	return nil == tx.Try(func() error {
		for _, d := range r.drafts {
			write := tx.insert
			if d.update {
				write = tx.update
			}
			if err := write(d.class, d.id, d.args); err != nil {
				return err
			}
		}
		tx.changes = append(tx.changes, r.changes...)
		return nil
	})
}

// stillSees tells whether the objects that a rehearsal has read are the same now.
func (tx *Tx) stillSees(r *Rehearsal) bool {
	for _, each := range r.seen {
		now, err := each.read(tx.reader())
		if err != nil && !errors.Is(err, ErrNotFound) {
			return false
		}
		if !bytes.Equal(now.doc, each.row.doc) || !bytes.Equal(now.hidden, each.row.hidden) {
			return false
		}
	}
	return true
}
