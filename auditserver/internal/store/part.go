package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
)

// part is what Try can undo. A savepoint makes SQLite copy every page that is
// written after it, which cost a large batch a third of its time. So it is set
// only before what cannot be undone by itself: most parts insert objects, which
// are undone by deleting them.
type part struct {
	outer    *part      // that this one is in; nil: none
	saved    bool       // the savepoint is set
	inserted []inserted // before the savepoint
}

// inserted is an object that a part has inserted.
type inserted struct {
	class *classInfo
	id    string
}

// Try runs fn as a part of the transaction that fails alone: when fn returns an
// error (or panics), what it wrote is undone, Try returns that error, and the
// transaction can go on.
func (tx *Tx) Try(fn func() error) error {
	if tx.over {
		return errOver
	}
	p := &part{outer: tx.part}
	covered := p.outer == nil || p.outer.saved // by the savepoint of the outer one
	tx.part = p
	defer func() { tx.part = p.outer }()
	catalog, changes, added := tx.catalog, len(tx.changes), len(tx.added)
	failed := tx.safely(fn)
	if failed != nil {
		if err := tx.undo(); err != nil {
			tx.c.lost = fmt.Errorf("store: a failed part could not be undone: %w", err)
			return errors.Join(failed, err)
		}
		tx.catalog, tx.changes = catalog, tx.changes[:changes]
		for _, body := range tx.added[added:] {
			delete(tx.newACLs, body)
		}
		tx.added = tx.added[:added]
	}
	if !covered { // also if it failed: to undo the outer one may undo the deletions above
		p.outer.inserted = append(p.outer.inserted, p.inserted...)
	}
	if !p.saved {
		return failed
	}
	_, err := tx.c.exec("RELEASE part")
	return errors.Join(failed, err)
}

// save sets the savepoints of the part and of those it is in, if they are not
// set yet.
func (p *part) save(c *conn) error {
	if p == nil || p.saved {
		return nil
	}
	if err := p.outer.save(c); err != nil {
		return err
	}
	_, err := c.exec("SAVEPOINT part")
	p.saved = err == nil
	return err
}

func (tx *Tx) undo() error {
	if tx.part.saved {
		if _, err := tx.c.exec("ROLLBACK TO part"); err != nil {
			return err
		}
	}
	for _, each := range tx.part.inserted {
		if _, err := tx.c.exec("DELETE FROM "+each.class.table+" WHERE "+colID+"=?", each.id); err != nil {
			return err
		}
	}
	return nil
}

// exec runs a statement that writes. All but the inserts of a part go through
// it or through returning, so that Try can undo them.
func (tx *Tx) exec(sql string, args ...any) (int64, error) {
	if err := tx.part.save(tx.c); err != nil {
		return 0, err
	}
	return tx.c.exec(sql, args...)
}

// returning runs a statement that writes and returns one row.
func (tx *Tx) returning(sql string, args ...any) ([]driver.Value, error) {
	if err := tx.part.save(tx.c); err != nil {
		return nil, err
	}
	return tx.c.queryRow(sql, args...)
}

// insert runs a class's insertSQL, or notes it in a rehearsal.
func (tx *Tx) insert(c *classInfo, id string, args []any) error {
	if r := tx.rehearsal; r != nil {
		r.drafts = append(r.drafts, draft{class: c, id: id, args: args})
	} else if _, err := tx.c.exec(c.insertSQL, args...); err != nil {
		return err
	}
	if tx.part != nil && !tx.part.saved {
		tx.part.inserted = append(tx.part.inserted, inserted{c, id})
	}
	return nil
}

// update runs a class's updateSQL with the arguments of its insertSQL, or notes it in
// a rehearsal.
func (tx *Tx) update(c *classInfo, id string, args []any) error {
	if r := tx.rehearsal; r != nil && tx.part == nil { // in a part it might have to be undone
		r.drafts = append(r.drafts, draft{class: c, id: id, update: true, args: args})
		return nil
	}
	_, err := tx.exec(c.updateSQL, append(args[1:], id)...)
	return err
}
