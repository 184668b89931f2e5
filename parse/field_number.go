package parse

import (
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Number is any Go type that a Number column can be read into. The server
// computes with 64-bit floating point: integers from 2^53 on lose digits, so one
// that would come back as another is refused before it is sent.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// NumberField is a Number column whose values have the Go type V.
type NumberField[T any, V Number] struct{ field[T] }

// NewNumberField names a Number column of a class of your own.
func NewNumberField[T any, V Number](name string) NumberField[T, V] {
	return NumberField[T, V]{newField[T](name, schema.Number)}
}

func (f NumberField[T, V]) holds(*T, V) {}

// Eq holds where the number is value.
func (f NumberField[T, V]) Eq(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is("", value))}
}

// Ne holds where the number is not value, also where there is none.
func (f NumberField[T, V]) Ne(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Ne, value))}
}

// In holds where the number is one of values. Without values it holds nowhere.
func (f NumberField[T, V]) In(values ...V) Condition[T] {
	return Condition[T]{node: in(f.column, numbers(values))}
}

// NotIn holds where there is a number and it is none of values. Without values
// it holds everywhere.
func (f NumberField[T, V]) NotIn(values ...V) Condition[T] {
	return Condition[T]{node: notIn(f.column, numbers(values))}
}

// numbers keeps a list of bytes from being sent as Bytes.
func numbers[V Number](values []V) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// Lt holds where the number is less than value.
func (f NumberField[T, V]) Lt(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Lt, value))}
}

// Lte holds where the number is at most value.
func (f NumberField[T, V]) Lte(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Lte, value))}
}

// Gt holds where the number is greater than value.
func (f NumberField[T, V]) Gt(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Gt, value))}
}

// Gte holds where the number is at least value.
func (f NumberField[T, V]) Gte(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Gte, value))}
}

// Asc sorts with the smallest first.
func (f NumberField[T, V]) Asc() Order[T] { return Order[T]{order: f.column.order(false)} }

// Desc sorts with the largest first.
func (f NumberField[T, V]) Desc() Order[T] { return Order[T]{order: f.column.order(true)} }

// Set replaces the number.
func (f NumberField[T, V]) Set(value V) Change[T] {
	return Change[T]{change: f.column.set(value)}
}

// Increment adds amount, which may be negative, on the server: of two
// increments at the same time none is lost.
func (f NumberField[T, V]) Increment(amount V) Change[T] {
	return Change[T]{change: f.column.change(opIncrement, amount)}
}

// Unset clears the column.
func (f NumberField[T, V]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }
