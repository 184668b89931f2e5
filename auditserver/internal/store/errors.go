package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Errors of this package; check them with errors.Is. See also UniqueError and
// ValueError.
var (
	ErrNotFound  = errors.New("store: object not found")
	ErrNoClass   = errors.New("store: class does not exist")
	ErrInUse     = errors.New("store: the database file is in use by another process")
	ErrClosed    = errors.New("store: closed")
	ErrNotEmpty  = errors.New("store: class is not empty")
	ErrDuplicate = errors.New("store: duplicate value") // every *UniqueError
	// ErrBroken says that the disk failed to keep what was written. Nothing is
	// read or written any more; what the disk has is there when the file is
	// opened again.
	ErrBroken = errors.New("store: the disk failed")
	// ErrDamaged says that the log of a database does not hold writes that were
	// acknowledged, or that the database beside it was emptied.
	ErrDamaged = errors.New("store: acknowledged writes are missing: the log is damaged")
	// ErrSchema says that a class can't be stored as asked: a bad name, or a
	// field whose type would change.
	ErrSchema = errors.New("store: invalid schema change")
)

// UniqueError says that a write would give two objects of a class the same
// values in Fields. It is an ErrDuplicate.
type UniqueError struct {
	Class  string
	Fields []string // as the constraint was declared; ["objectId"] for a taken id
}

// Error names the class and the fields, never the values.
func (e *UniqueError) Error() string {
	return fmt.Sprintf("store: another object of class %s has the same %s", e.Class, strings.Join(e.Fields, ", "))
}

// Is makes every UniqueError an ErrDuplicate.
func (e *UniqueError) Is(target error) bool { return target == ErrDuplicate }

// ValueError says that a value does not fit its column.
type ValueError struct {
	Class, Field string
	Want         schema.Type // the column's type; empty: there is no such column
	Got          string      // the kind of the value, in words
}

// Error names class, field and kinds, never the value.
func (e *ValueError) Error() string {
	if e.Want == "" {
		return fmt.Sprintf("store: class %s has no field %s", e.Class, e.Field)
	}
	return fmt.Sprintf("store: %s.%s is a %s, not %s", e.Class, e.Field, e.Want, e.Got)
}

// invalid is the error for a query that asks for what there is not.
func invalid(format string, args ...any) error {
	return &where.Error{Code: 102, Message: fmt.Sprintf(format, args...)}
}
