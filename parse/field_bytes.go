package parse

import (
	"github.com/isoaudit/isoaudit-go/schema"
)

// BytesField is a Bytes column.
type BytesField[T any] struct{ field[T] }

// NewBytesField names a Bytes column of a class of your own.
func NewBytesField[T any](name string) BytesField[T] {
	return BytesField[T]{newField[T](name, schema.Bytes)}
}

func (f BytesField[T]) holds(*T, []byte) {}

// Set replaces the bytes. Empty ones are refused by the server: use Unset.
func (f BytesField[T]) Set(data []byte) Change[T] {
	if len(data) == 0 {
		return Change[T]{change: f.column.refuseChange("empty bytes: use Unset")}
	}
	return Change[T]{change: f.column.set(data)}
}

// Unset clears the column.
func (f BytesField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }
