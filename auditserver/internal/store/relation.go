package store

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// AddRelated puts ids into the relation field of an object. Ids that are
// already in are no error, and neither the owner nor the members need exist.
// It does not change the owner's updatedAt.
func (tx *Tx) AddRelated(class, id, field string, ids ...string) error {
	return tx.relate("INSERT OR IGNORE INTO %(owner, related) VALUES(?, ?)", Change{Kind: Related, Class: class, ID: id, Field: field}, ids)
}

// RemoveRelated takes ids out of the relation field of an object. Ids that are
// not in are no error.
func (tx *Tx) RemoveRelated(class, id, field string, ids ...string) error {
	return tx.relate("DELETE FROM % WHERE owner=? AND related=?", Change{Kind: Related, Class: class, ID: id, Field: field, Removed: true}, ids)
}

// relate runs sql, with the join table in place of %, for each of ids, and notes
// those that came or went by it.
func (tx *Tx) relate(sql string, change Change, ids []string) error {
	class, id, field := change.Class, change.ID, change.Field
	c, err := tx.class(class)
	if err != nil {
		return err
	}
	col := c.columns[field]
	switch {
	case col == nil:
		return &ValueError{Class: class, Field: field}
	case col.typ != schema.Relation:
		return &ValueError{Class: class, Field: field, Want: col.typ, Got: "a Relation"}
	}
	sql = strings.Replace(sql, "%", col.sql, 1)
	for _, related := range ids {
		n, err := tx.exec(sql, id, related)
		if err != nil {
			return err
		}
		if n > 0 {
			change.Members = append(change.Members, related)
		}
	}
	if len(change.Members) > 0 {
		tx.changes = append(tx.changes, change)
	}
	return nil
}
