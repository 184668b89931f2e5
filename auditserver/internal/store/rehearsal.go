package store

import "errors"

// Rehearsal is what a function given to Rehearse has inserted.
type Rehearsal struct {
	catalog *catalog // that it saw
	drafts  []draft
	changes []Change
}

// draft is an object ready to be inserted.
type draft struct {
	class *classInfo
	id    string
	args  []any // of classInfo.insertSQL
}

// errRehearsal is what a rehearsal gets from all that needs the database.
var errRehearsal = errors.New("store: a rehearsal can only insert")

// Rehearse runs fn, which is about to be given to Write, in the goroutine of its
// caller: checking and encoding objects is half of the work of inserting them,
// and Write does everything one after another. It returns nil if fn fails or
// does more than insert objects of classes that exist; then it must run again.
func (s *Store) Rehearse(fn func(tx *Tx) error) *Rehearsal {
	r := &Rehearsal{catalog: s.catalog.Load()}
	c := newConn()
	c.lost = errRehearsal
	tx := &Tx{s: s, c: c, catalog: r.catalog, rehearsal: r}
	if err := tx.run(fn); err != nil {
		return nil
	}
	r.changes = tx.changes
	return r
}

// Replay writes what was rehearsed. It returns false, and nothing is written, if
// there is no rehearsal, the schema has changed since, or an insert fails.
func (tx *Tx) Replay(r *Rehearsal) bool {
	if r == nil || r.catalog != tx.catalog {
		return false
	}
	return nil == tx.Try(func() error {
		for _, d := range r.drafts {
			if err := tx.insert(d.class, d.id, d.args); err != nil {
				return err
			}
		}
		tx.changes = append(tx.changes, r.changes...)
		return nil
	})
}
