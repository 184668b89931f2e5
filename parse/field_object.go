package parse

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// ObjectField is an Object column: JSON of its own form, read into V.
type ObjectField[T, V any] struct{ field[T] }

// NewObjectField names an Object column of a class of your own.
func NewObjectField[T, V any](name string) ObjectField[T, V] {
	return ObjectField[T, V]{newField[T](name, schema.Object)}
}

func (f ObjectField[T, V]) holds(*T, V) {}

// Set replaces the whole object.
func (f ObjectField[T, V]) Set(value V) Change[T] { return Change[T]{change: f.column.set(value)} }

// Unset clears the column.
func (f ObjectField[T, V]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }

// Text is a text inside the object, by its keys from the outside in.
func (f ObjectField[T, V]) Text(keys ...string) InnerField[T, string] {
	return InnerField[T, string]{column: f.column.inner(keys)}
}

// Number is a number inside the object.
func (f ObjectField[T, V]) Number(keys ...string) InnerField[T, float64] {
	return InnerField[T, float64]{column: f.column.inner(keys)}
}

// Bool is a boolean inside the object.
func (f ObjectField[T, V]) Bool(keys ...string) InnerField[T, bool] {
	return InnerField[T, bool]{column: f.column.inner(keys)}
}

func (c column) inner(keys []string) column {
	inner := column{name: c.name + "." + strings.Join(keys, "."), mistake: c.whatIsWrong()}
	if len(keys) == 0 {
		inner.mistake = "no keys: name one inside the object"
	}
	for _, key := range keys {
		if inner.mistake == "" && !validColumn(key) {
			inner.mistake = "bad key inside an object: a letter, then letters, digits and _"
		}
	}
	return inner
}

// InnerField is a value inside an Object column. Its conditions are spelt so
// that PostgreSQL answers them rightly: it goes wrong on $in and $exists there
// (protocol section 3.1).
type InnerField[T any, V string | float64 | bool] struct {
	_      [0]*T
	column column
}

// Name is the dotted path of the value.
func (f InnerField[T, V]) Name() string { return f.column.name }

// Eq holds where the value is value.
func (f InnerField[T, V]) Eq(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is("", value))}
}

// Ne holds where the value is not value, also where there is none.
func (f InnerField[T, V]) Ne(value V) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.Ne, value))}
}

// In holds where the value is one of values. Without values it holds nowhere.
func (f InnerField[T, V]) In(values ...V) Condition[T] {
	if len(values) == 0 {
		return Condition[T]{node: f.column.never()}
	}
	each := make([]Condition[T], len(values))
	for i, v := range values {
		each[i] = f.Eq(v)
	}
	return Or(each...)
}

// Exists holds where there is a value. On PostgreSQL {"$ne": null} finds no row.
func (f InnerField[T, V]) Exists() Condition[T] { return Nor(f.Missing()) }

// Missing holds where there is no value.
func (f InnerField[T, V]) Missing() Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is("", nil))}
}

// Set replaces the value and leaves the rest of the object alone.
func (f InnerField[T, V]) Set(value V) Change[T] { return Change[T]{change: f.column.set(value)} }

// Unset removes the key.
func (f InnerField[T, V]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }
