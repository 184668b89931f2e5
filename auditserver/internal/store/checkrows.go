package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// An object is its document. Its columns say parts of that again, for conditions, orders,
// unique values and permissions to be looked up. Where the two differ, a query finds
// something else than it shows.

// checkRows compares the objects of a class with their columns.
func (r *Report) checkRows(ctx context.Context, c *conn, class *classInfo) error {
	var columns []*column
	sql := "SELECT " + class.table + "." + colID + ", " + colCreated + ", " + colUpdated + ", CASE WHEN " + colACL + " IS NULL THEN '' ELSE coalesce(acls.body, '?') END, " + colDoc
	for _, col := range class.order {
		if !col.system && col.sql != "" {
			columns = append(columns, col)
			sql += ", " + col.sql
		}
	}
	sql += " FROM " + class.table + " LEFT JOIN acls ON acls.id=" + colACL
	edited := 0
	err := c.query(ctx, sql, nil, func(v []driver.Value) (bool, error) {
		r.Objects++
		doc := blobOf(v[4])
		var fields map[string]any
		if err := json.Unmarshal(doc, &fields, wire.Tolerant()); err != nil || fields == nil {
			r.bad("object %v of class %s is not JSON", v[0], class.def.Name)
			return true, nil
		}
		names := differences(v, doc, fields, columns)
		if len(names) == 0 {
			return true, nil
		}
		if edited++; edited <= maxProblems {
			r.Edited = append(r.Edited, fmt.Sprintf("object %v of class %s is looked up by other values than it has: %s", v[0], class.def.Name, strings.Join(names, ", ")))
		}
		return true, nil
	})
	if edited > maxProblems {
		r.Edited = append(r.Edited, fmt.Sprintf("%d more objects of class %s are looked up by other values than they have", edited-maxProblems, class.def.Name))
	}
	return err
}

// differences names the fields of which an object says something else than its columns:
// id, times and ACL, and behind the document those of its class.
func differences(v []driver.Value, doc []byte, fields map[string]any, columns []*column) (names []string) {
	unless := func(name string, same bool) {
		if !same {
			names = append(names, name)
		}
	}
	unless("objectId", fields["objectId"] == v[0])
	for i, name := range []string{"createdAt", "updatedAt"} {
		text, _ := fields[name].(string)
		t, ok := where.ParseDate(text)
		unless(name, ok && t.UnixMilli() == v[1+i])
	}
	acl, _ := findField(doc, "ACL")
	body, _ := v[3].(string)
	unless("ACL", string(acl) == body)
	for i, col := range columns {
		var want any
		ok := true
		if value := fields[col.field]; value != nil {
			_, want, ok = appendField(nil, col, value)
		}
		unless(col.field, ok && want == any(v[5+i]))
	}
	return names
}
