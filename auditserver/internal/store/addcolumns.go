package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// addFields gives the table the columns and the joins that next has and old has not.
func (tx *Tx) addFields(old, next *classInfo) error {
	var columns []string
	for _, name := range slices.Sorted(maps.Keys(next.columns)) {
		col := next.columns[name]
		switch {
		case old.columns[name] != nil || col.sql == "":
		case col.typ == schema.Relation:
			if err := tx.createJoin(col); err != nil {
				return err
			}
		default:
			columns = append(columns, col.sql+" "+sqlTypes[col.typ])
		}
	}
	switch len(columns) {
	case 0:
		return nil
	case 1:
		_, err := tx.exec("ALTER TABLE " + next.table + " ADD COLUMN " + columns[0])
		return err
	}
	return tx.addColumns(next, columns)
}

// addColumns does for many columns what ALTER TABLE ADD COLUMN does for one: it
// appends them to the table's definition, for a row may end before its last columns.
// ALTER TABLE parses the definitions of all tables anew each time, so that the columns
// of one object of a client would keep the other writers waiting for seconds. This
// parses them once (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds
// Of Table Schema Changes").
func (tx *Tx) addColumns(c *classInfo, columns []string) (err error) {
	table := strings.Trim(c.table, `"`)
	row, err := tx.c.queryRow("SELECT sql FROM sqlite_schema WHERE type='table' AND name=?", table)
	if err != nil {
		return err
	}
	if row == nil {
		return fmt.Errorf("store: there is no table %s", table)
	}
	text, ends := strings.CutSuffix(fmt.Sprint(row[0]), ")")
	if !ends {
		return fmt.Errorf("store: the definition of table %s is not one of this store", table)
	}
	version, err := tx.c.queryRow("PRAGMA schema_version")
	if err != nil {
		return err
	}
	if _, err := tx.exec("PRAGMA writable_schema=ON"); err != nil {
		return err
	}
	defer func() {
		_, off := tx.c.execute("PRAGMA writable_schema=OFF", nil) // whatever has happened
		err = errors.Join(err, off)
	}()
	if _, err := tx.exec("UPDATE sqlite_schema SET sql=? WHERE type='table' AND name=?", text+", "+strings.Join(columns, ", ")+")", table); err != nil {
		return err
	}
	_, err = tx.exec(fmt.Sprintf("PRAGMA schema_version=%d", version[0].(int64)+1))
	return err
}
