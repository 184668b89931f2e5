package parse

import (
	"fmt"
	"reflect"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// column is a field without its class and kind: a name, checked when the field is
// made, and what conditions, changes and orderings of any kind are made of. The
// methods of a generic type are compiled for each class, and again in each package
// that uses it, so what does not need the class stands here and is not inlined there.
type column struct{ name, mistake string }

func newColumn(name string) column {
	if !validColumn(name) {
		return column{name, "bad field name: a letter, then letters, digits and _"}
	}
	return column{name: name}
}

// validColumn is the server's own rule (protocol section 5), so that no text
// becomes a part of a query it should not be.
func validColumn(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

func (c column) whatIsWrong() string {
	if c.name == "" && c.mistake == "" {
		return "zero field: use the fields of a class or the New...Field functions"
	}
	return c.mistake
}

// clause makes one piece of memory of the clause and its terms, which are seldom more
// than one: every condition of a program is made here.
//
//go:noinline
func (c column) clause(terms ...where.Term) *where.Clause {
	var made struct {
		where.Clause
		terms [2]where.Term
	}
	made.Clause = where.Clause{Field: c.name, Terms: append(made.terms[:0], terms...), Mistake: c.whatIsWrong()}
	return &made.Clause
}

// always and never are clauses for a column that is sound.
func (c column) always() *where.Clause { return c.constant(&where.Always) }
func (c column) never() *where.Clause  { return c.constant(&where.Never) }

//go:noinline
func (c column) constant(n *where.Clause) *where.Clause {
	own := *n
	own.Mistake = c.whatIsWrong()
	return &own
}

//go:noinline
func (c column) refused(mistake string) *where.Clause {
	return &where.Clause{Field: c.name, Mistake: mistake}
}

func (c column) exists() *where.Clause { return c.clause(where.Is(where.Exists, true)) }

func (c column) missing() *where.Clause { return c.clause(where.Is(where.Exists, false)) }

// in does not send an empty list, for which a server on PostgreSQL would return
// the rows without a value (protocol section 12.12).
func in[V any](c column, values []V) *where.Clause {
	if len(values) == 0 {
		return c.never()
	}
	return c.clause(where.Is(where.In, values))
}

// notIn also requires that there is a value. Without that a server on MongoDB
// would return the rows without one, and a server on PostgreSQL would not
// (protocol section 3.1).
func notIn[V any](c column, values []V) *where.Clause {
	if len(values) == 0 {
		return c.always()
	}
	return c.clause(where.Is(where.Nin, values), where.Is(where.Exists, true))
}

//go:noinline
func (c column) change(op changeOp, value any) change {
	return change{field: c.name, op: op, value: value, mistake: c.whatIsWrong()}
}

//go:noinline
func (c column) refuseChange(mistake string) change {
	return change{field: c.name, mistake: mistake}
}

// set replaces the value.
func (c column) set(value any) change {
	if p, ok := value.(pointerValue); ok {
		if err := p.check(); err != nil {
			return c.refuseChange(err.Error())
		}
	}
	return c.change(opSet, value)
}

//go:noinline
func (c column) order(descending bool) order {
	return order{name: c.name, descending: descending, mistake: c.whatIsWrong()}
}

func (c column) path() columnPath { return columnPath{c.name, c.whatIsWrong()} }

// anyOf holds where one of the clauses does, allOf where each of them does.
func anyOf(clauses ...where.Clause) *where.Clause {
	c := where.AnyClause(clauses...)
	return &c
}

func allOf(clauses ...where.Clause) *where.Clause {
	c := where.EachClause(clauses...)
	return &c
}

// columnOf is newColumn for a column of the struct type t that is of the kind; "" is any.
// A name that no field of t has, and a field of another kind, are mistakes: a query for
// a misspelt column finds nothing and says nothing.
//
//go:noinline
func columnOf(t reflect.Type, name string, kind schema.Type) column {
	c := newColumn(name)
	if c.mistake != "" || kind == "" || t.Kind() != reflect.Struct {
		return c
	}
	found, open := wire.MemberType(t, name)
	switch {
	case found == nil && !open:
		c.mistake = fmt.Sprintf("no field of %s has this JSON name: correct it or add the field (a column that the struct is to lack has NewAnyField)", t)
	case found != nil:
		if own, err := schema.ColumnOf(found); err == nil && own.Type != kind {
			c.mistake = fmt.Sprintf("the field of %s is for a column of type %s, and this one for %s: make it with the function for that type", t, own.Type, kind)
		}
	}
	return c
}
