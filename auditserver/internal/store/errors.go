package store

import (
	"fmt"
	"strings"
)

func (e *UniqueError) Error() string {
	return fmt.Sprintf("store: another object of class %s has the same %s", e.Class, strings.Join(e.Fields, ", "))
}

// Is makes every UniqueError an ErrDuplicate.
func (e *UniqueError) Is(target error) bool { return target == ErrDuplicate }

func (e *ValueError) Error() string {
	if e.Want == "" {
		return fmt.Sprintf("store: class %s has no field %s", e.Class, e.Field)
	}
	return fmt.Sprintf("store: %s.%s is a %s, not %s", e.Class, e.Field, e.Want, e.Got)
}
