package parse

import (
	"reflect"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Field is any field of T's class that holds a V.
type Field[T, V any] interface {
	Key[T]
	Name() string // of the column
	holds(*T, V)
}

// Key is any field of T's class, for Select and Exclude.
type Key[T any] interface{ keyOf(*T) columnPath }

// field is what all fields share: a column, and the class it belongs to.
//
// A kind of field is a struct around a field with the conditions and changes
// that the kind has; field_bool.go is the shortest. A Go type that is not written
// as ordinary JSON also has a marshaler and an unmarshaler, in newCodec (codec.go) or
// internal/wire/options.go, and a line in decoderOf (rest.go).
type field[T any] struct {
	_      [0]*T
	column column
}

// newField names a column of T that is of the kind; "" is any.
func newField[T any](name string, kind schema.Type) field[T] {
	return field[T]{column: columnOf(reflect.TypeFor[T](), name, kind)}
}

// Name is the column's name on the server.
func (f field[T]) Name() string { return f.column.name }

// Exists holds where the column has a value. On MongoDB that includes a null that
// another client stored, which this SDK reads like a missing value.
func (f field[T]) Exists() Condition[T] { return Condition[T]{node: f.column.exists()} }

// Missing holds where the column has no value. On MongoDB it does not hold for a
// null that another client stored (see Exists).
func (f field[T]) Missing() Condition[T] {
	return Condition[T]{node: f.column.missing()}
}

func (f field[T]) keyOf(*T) columnPath { return f.column.path() }

// Order sorts a query by one column.
type Order[T any] struct {
	_     [0]*T
	order order
}

// order is an Order without its class.
type order struct {
	name       string
	descending bool
	mistake    string
}
