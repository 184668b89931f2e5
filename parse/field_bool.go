package parse

import (
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// BoolField is a Boolean column.
type BoolField[T any] struct{ field[T] }

// NewBoolField names a Boolean column of a class of your own.
func NewBoolField[T any](name string) BoolField[T] {
	return BoolField[T]{newField[T](name, schema.Boolean)}
}

func (f BoolField[T]) holds(*T, bool) {}

// Eq holds where the column is value; an empty one is neither true nor false.
func (f BoolField[T]) Eq(value bool) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is("", value))}
}

// Ne holds where the column is not value, also where it is empty.
func (f BoolField[T]) Ne(value bool) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Ne, value))}
}

// Asc sorts with false first.
func (f BoolField[T]) Asc() Order[T] { return Order[T]{order: f.column.order(false)} }

// Desc sorts with true first.
func (f BoolField[T]) Desc() Order[T] { return Order[T]{order: f.column.order(true)} }

// Set replaces the value.
func (f BoolField[T]) Set(value bool) Change[T] { return Change[T]{change: f.column.set(value)} }

// Unset clears the column.
func (f BoolField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }
