package store

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// AddRelated puts ids into the relation field of an object. Ids that are
// already in are no error, and neither the owner nor the members need exist.
// It does not change the owner's updatedAt.
func (tx *Tx) AddRelated(class, id, field string, ids ...string) error {
	return tx.relate("INSERT OR IGNORE INTO %(owner, related) VALUES(?, ?)", class, id, field, ids)
}

// RemoveRelated takes ids out of the relation field of an object. Ids that are
// not in are no error.
func (tx *Tx) RemoveRelated(class, id, field string, ids ...string) error {
	return tx.relate("DELETE FROM % WHERE owner=? AND related=?", class, id, field, ids)
}

// relate runs sql, with the join table in place of %, for each of ids.
func (tx *Tx) relate(sql, class, id, field string, ids []string) error {
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
		if _, err := tx.exec(sql, id, related); err != nil {
			return err
		}
	}
	return nil
}
