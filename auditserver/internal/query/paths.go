package query

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// pathsEndHere refuses a query that filters or sorts by a column of the object
// a pointer points to: Parse Server can't run it, and running it as
// if the column had no value would give a wrong answer.
func (q *Queries) pathsEndHere(class schema.Class, f *Find) error {
	for _, o := range f.Query.Order {
		if target := behindPointer(class, o.Field); target != "" {
			return q.pathError("can't order by %s, a field of the class %s: include the pointer and sort the results", o.Field, target)
		}
	}
	return q.ConditionsEndHere(class, f.Query.Where)
}

// ConditionsEndHere is pathsEndHere for the conditions of a query alone. It also
// refuses to compare with a time that is relative what is no date.
func (q *Queries) ConditionsEndHere(class schema.Class, node *where.Node) error {
	const text = "can't compare %s behind a pointer: use $inQuery with a query of the class %s"
	for n := range node.Walk() {
		if target := behindPointer(class, n.Path); target != "" {
			return q.pathError(text, n.Path, target)
		}
		if f, known := class.Fields[n.Path]; n.Relative && (known && f.Type != schema.Date || n.Path == "objectId") {
			return fault.New(wire.CodeInvalidJSON, "$relativeTime can only be used with a Date, which %s is not", n.Path)
		}
		if n.Query == nil {
			continue
		}
		sub, _ := q.Store.Class(q.Store.SearchedClass(n.Query.Class, n.Query.RedirectKey))
		if target := behindPointer(sub, strings.TrimSuffix(n.Query.Key, ".objectId")); target != "" { // the id is in the pointer
			return q.pathError(text, n.Query.Key, target)
		}
		if err := q.ConditionsEndHere(sub, n.Query.Where); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queries) pathError(format, path, target string) error {
	if q.Quirks {
		return errPostgres
	}
	return fault.New(wire.CodeInvalidQuery, format, path, target)
}

// behindPointer gives the class that path reaches into; "" for a path that
// stays in its own object.
func behindPointer(class schema.Class, path string) string {
	root, _, dotted := strings.Cut(path, ".")
	if f := class.Fields[root]; dotted && (f.Type == schema.Pointer || f.Type == schema.Relation) {
		return f.TargetClass
	}
	return ""
}
