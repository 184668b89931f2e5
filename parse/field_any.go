package parse

import (
	"fmt"
	"reflect"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// AnyField is a column whose kind the program does not know, as in a [Row]. Values
// are texts, numbers, booleans, times and pointers; anything else is refused by the
// query that gets the condition. Where the kind is known, its own field has more
// conditions, and the compiler checks the values.
type AnyField[T any] struct{ field[T] }

// NewAnyField names a column of any kind.
func NewAnyField[T any](name string) AnyField[T] { return AnyField[T]{newField[T](name, "")} }

// Eq holds where the column is value.
func (f AnyField[T]) Eq(value any) Condition[T] { return Condition[T]{node: f.column.is("", value)} }

// Ne holds where the column is not value, also where it is empty.
func (f AnyField[T]) Ne(value any) Condition[T] {
	return Condition[T]{node: f.column.is(where.Ne, value)}
}

// In holds where the column is one of values. Without values it holds nowhere.
func (f AnyField[T]) In(values ...any) Condition[T] {
	return Condition[T]{node: f.column.isAny(values)}
}

// Lt holds where the column is less than value, or before it.
func (f AnyField[T]) Lt(value any) Condition[T] {
	return Condition[T]{node: f.column.is(where.Lt, value)}
}

// Lte holds where the column is at most value.
func (f AnyField[T]) Lte(value any) Condition[T] {
	return Condition[T]{node: f.column.is(where.Lte, value)}
}

// Gt holds where the column is greater than value, or after it.
func (f AnyField[T]) Gt(value any) Condition[T] {
	return Condition[T]{node: f.column.is(where.Gt, value)}
}

// Gte holds where the column is at least value.
func (f AnyField[T]) Gte(value any) Condition[T] {
	return Condition[T]{node: f.column.is(where.Gte, value)}
}

// Asc sorts with the smallest or earliest first.
func (f AnyField[T]) Asc() Order[T] { return Order[T]{order: f.column.order(false)} }

// Desc sorts with the largest or latest first.
func (f AnyField[T]) Desc() Order[T] { return Order[T]{order: f.column.order(true)} }

// Set replaces the value by one of any kind that a column may hold, a [Raw] too.
func (f AnyField[T]) Set(value any) Change[T] {
	if value == nil {
		return Change[T]{change: f.column.refuseChange("no value: use Unset to clear the column")}
	}
	return Change[T]{change: f.column.set(value)}
}

// Unset clears the column.
func (f AnyField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }

func (f AnyField[T]) includePath(*T) columnPath { return f.column.path() }

// is is the comparison of a column with a value, as the field of the value's kind
// would make it.
func (c column) is(op where.Op, value any) *where.Clause {
	if moment, ok := value.(time.Time); ok {
		return c.time(moment, timeComparisons[op])
	}
	if pointer, ok := value.(pointerValue); ok {
		if err := pointer.check(); err != nil {
			return c.refused(err.Error())
		}
		if op != "" && op != where.Ne {
			return c.refused("pointers have no order")
		}
		return c.clause(where.Is(op, value))
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.String:
		return c.isText(op, v.String())
	case reflect.Bool, reflect.Float32, reflect.Float64, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return c.clause(where.Is(op, value))
	}
	return c.refused(fmt.Sprintf("cannot be compared with a %T: give a text, a number, a boolean, a time or a pointer, and ask for an empty column with Missing", value))
}

// timeComparisons has what compares times, by operator.
var timeComparisons = map[where.Op]func(column, time.Time) *where.Clause{
	"": column.at, where.Ne: column.notAt, where.Lt: column.before, where.Lte: column.upTo, where.Gt: column.beyond, where.Gte: column.from,
}

func (c column) isText(op where.Op, value string) *where.Clause {
	switch {
	case op == where.Lt:
		return c.textBefore(value)
	case op == where.Gt:
		return c.textBehind(value)
	case value == "" && op == where.Lte:
		return text(c, value, "")
	case value == "" && op == where.Gte:
		return c.exists()
	}
	return text(c, value, op)
}

func (c column) isAny(values []any) *where.Clause {
	if len(values) == 0 {
		return c.never()
	}
	each := make([]where.Clause, len(values))
	for i, v := range values {
		each[i] = *c.is("", v)
	}
	return anyOf(each...)
}
