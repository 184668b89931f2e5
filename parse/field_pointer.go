package parse

import (
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// PointerField is a Pointer column to the class that P stands for.
type PointerField[T, P any] struct{ field[T] }

// NewPointerField names a Pointer column of a class of your own.
func NewPointerField[T, P any](name string) PointerField[T, P] {
	return PointerField[T, P]{newField[T](name, schema.Pointer)}
}

func (f PointerField[T, P]) holds(*T, Pointer[P]) {}

// Eq holds where the column points to the same object.
func (f PointerField[T, P]) Eq(p Pointer[P]) Condition[T] {
	return Condition[T]{node: pointersTo(f.column, "", p)}
}

// Ne holds where the column does not point to that object, also where it is empty.
func (f PointerField[T, P]) Ne(p Pointer[P]) Condition[T] {
	return Condition[T]{node: pointersTo(f.column, where.Ne, p)}
}

// In holds where the column points to one of the objects. Without objects it
// holds nowhere.
func (f PointerField[T, P]) In(ps ...Pointer[P]) Condition[T] {
	if len(ps) == 0 {
		return Condition[T]{node: f.column.never()}
	}
	return Condition[T]{node: pointersTo(f.column, where.In, ps...)}
}

// NotIn holds where the column points to an object that is none of these.
// Without objects it holds everywhere.
func (f PointerField[T, P]) NotIn(ps ...Pointer[P]) Condition[T] {
	if len(ps) == 0 {
		return Condition[T]{node: f.column.always()}
	}
	return Condition[T]{node: allOf(*pointersTo(f.column, where.Nin, ps...), *f.column.exists())}
}

// Matches holds where the column points to an object that the query finds. The
// server ignores limit, order, skip and selected keys of such a query, so one
// that has them is refused.
//
// An empty column never matches; a server on PostgreSQL would find it where the
// query finds nothing (protocol section 12.12).
func (f PointerField[T, P]) Matches(query Query[P]) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.InQuery, inQuery[P]{query}), where.Is(where.Exists, true))}
}

// NotMatches holds where the column points to an object that the query does not
// find.
func (f PointerField[T, P]) NotMatches(query Query[P]) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.NotInQuery, inQuery[P]{query}), where.Is(where.Exists, true))}
}

// Set points the column to another object.
func (f PointerField[T, P]) Set(p Pointer[P]) Change[T] { return Change[T]{change: f.column.set(p)} }

// Unset clears the column.
func (f PointerField[T, P]) Unset() Change[T] {
	return Change[T]{change: f.column.change(opUnset, nil)}
}

// Then names a pointer of the object this one points to, for Include.
func (f PointerField[T, P]) Then(next Includable[P]) Path[T] { return then[T](f.column, next) }

func (f PointerField[T, P]) includePath(*T) columnPath { return f.column.path() }

// pointersTo is the condition op on the column with one pointer or a list.
func pointersTo[P any](c column, op where.Op, ps ...Pointer[P]) *where.Clause {
	for _, p := range ps {
		if err := p.check(); err != nil {
			return c.refused(err.Error())
		}
	}
	if op == where.In || op == where.Nin || op == where.All || op == where.ContainedBy {
		return c.clause(where.Is(op, ps))
	}
	return c.clause(where.Is(op, ps[0]))
}
