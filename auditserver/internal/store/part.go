package store

import (
	"database/sql/driver"
	"errors"
)

// part is what Try can undo. A savepoint makes SQLite copy every page that is
// written after it, which cost a large batch a third of its time. So it is set
// only before a second statement: most parts insert one object, which is undone
// by deleting it.
type part struct {
	saved bool // the savepoint is set
	alone struct {
		class *classInfo // of the object inserted before the savepoint; nil: none
		id    string
	}
}

// Try runs fn as a part of the transaction that fails alone: when fn returns an
// error, what it wrote is undone, Try returns that error, and the transaction
// can go on.
func (tx *Tx) Try(fn func() error) error {
	if tx.over {
		return errOver
	}
	if err := tx.save(); err != nil { // of the part this one is in
		return err
	}
	outer := tx.part
	tx.part = &part{}
	defer func() { tx.part = outer }()
	catalog, changes, added := tx.catalog, len(tx.changes), len(tx.added)
	failed := fn()
	if failed != nil {
		if err := tx.undo(); err != nil {
			return errors.Join(failed, err)
		}
		tx.catalog, tx.changes = catalog, tx.changes[:changes]
		for _, body := range tx.added[added:] {
			delete(tx.newACLs, body)
		}
		tx.added = tx.added[:added]
	}
	if !tx.part.saved {
		return failed
	}
	_, err := tx.c.exec("RELEASE part")
	return errors.Join(failed, err)
}

// save sets the savepoint of the part, if it is not set yet.
func (tx *Tx) save() error {
	if tx.part == nil || tx.part.saved {
		return nil
	}
	_, err := tx.c.exec("SAVEPOINT part")
	tx.part.saved = err == nil
	return err
}

func (tx *Tx) undo() error {
	if tx.part.saved {
		if _, err := tx.c.exec("ROLLBACK TO part"); err != nil {
			return err
		}
	}
	alone := tx.part.alone
	if alone.class == nil {
		return nil
	}
	_, err := tx.c.exec("DELETE FROM "+alone.class.table+" WHERE "+colID+"=?", alone.id)
	return err
}

// exec runs a statement that writes. All but the first insert of a part go
// through it or through returning, so that Try can undo them.
func (tx *Tx) exec(sql string, args ...any) (int64, error) {
	if err := tx.save(); err != nil {
		return 0, err
	}
	return tx.c.exec(sql, args...)
}

// returning runs a statement that writes and returns one row.
func (tx *Tx) returning(sql string, args ...any) ([]driver.Value, error) {
	if err := tx.save(); err != nil {
		return nil, err
	}
	return tx.c.queryRow(sql, args...)
}

// insert runs a class's insertSQL.
func (tx *Tx) insert(c *classInfo, id string, args ...any) error {
	if tx.part == nil || tx.part.saved || tx.part.alone.class != nil {
		_, err := tx.exec(c.insertSQL, args...)
		return err
	}
	if _, err := tx.c.exec(c.insertSQL, args...); err != nil {
		return err
	}
	tx.part.alone.class, tx.part.alone.id = c, id
	return nil
}
