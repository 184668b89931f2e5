package store

import (
	"fmt"
	"strings"
)

// Equal is a condition: a String column has a text.
type Equal struct{ Field, Text string }

// Latest gives, of the objects that meet all conditions, the one that comes last in
// the order of a column and then of their insertion; the zero Row if there is none.
// An index that begins with the columns of the conditions and goes on with by makes
// it one look-up.
func (tx *Tx) Latest(class string, conditions []Equal, by string) (Row, error) {
	c, err := tx.class(class)
	if err != nil {
		return Row{}, err
	}
	var sql strings.Builder
	sql.WriteString("SELECT " + colDoc + " FROM " + c.table)
	args := make([]any, len(conditions))
	for i, e := range conditions {
		col := c.columns[e.Field]
		if col == nil || col.sql == "" {
			return Row{}, fmt.Errorf("store: %s.%s has no column", class, e.Field)
		}
		sql.WriteString([2]string{" WHERE ", " AND "}[min(i, 1)] + col.sql + "=?")
		args[i] = e.Text
	}
	order := c.columns[by]
	if order == nil || order.sql == "" {
		return Row{}, fmt.Errorf("store: %s.%s has no column", class, by)
	}
	sql.WriteString(" ORDER BY " + order.sql + " DESC, " + colCreated + " DESC, " + colRow + " DESC LIMIT 1")
	read := func(r reader) (Row, error) {
		v, err := r.c.queryRow(sql.String(), args...)
		if err != nil || v == nil {
			return Row{}, err
		}
		return c.row(v), nil
	}
	if tx.rehearsal != nil {
		return tx.rehearsal.latest(tx, class, read)
	}
	return read(tx.reader())
}
