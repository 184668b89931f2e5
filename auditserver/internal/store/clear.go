package store

import (
	"maps"
	"slices"
)

// Clear removes the objects of all classes, the members of all relations and all values
// by key. Classes stay, and so do the objects of the classes that are named.
func (tx *Tx) Clear(kept ...string) error {
	if tx.over {
		return errOver
	}
	for _, name := range slices.Sorted(maps.Keys(tx.catalog.classes)) {
		c := tx.catalog.classes[name]
		for _, col := range c.relations() {
			if _, err := tx.exec("DELETE FROM " + col.sql); err != nil {
				return err
			}
		}
		if slices.Contains(kept, name) {
			continue
		}
		n, err := tx.exec("DELETE FROM " + c.table)
		if err != nil {
			return err
		}
		if n > 0 {
			tx.changes = append(tx.changes, Change{Kind: Purged, Class: name})
		}
	}
	_, err := tx.exec("DELETE FROM keyvalues")
	return err
}
