package parse

import (
	"github.com/isoaudit/isoaudit-go/schema"
)

// FileField is a File column.
type FileField[T any] struct{ field[T] }

// NewFileField names a File column of a class of your own.
func NewFileField[T any](name string) FileField[T] {
	return FileField[T]{newField[T](name, schema.File)}
}

func (f FileField[T]) holds(*T, File) {}

// Set refers to a file that was uploaded. One without name or URL is refused.
func (f FileField[T]) Set(file File) Change[T] {
	if file.Name == "" || file.URL == "" {
		return Change[T]{change: f.column.refuseChange("file without name or URL: set what the upload returned")}
	}
	return Change[T]{change: f.column.set(file)}
}

// Unset clears the column; the file itself stays.
func (f FileField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }
