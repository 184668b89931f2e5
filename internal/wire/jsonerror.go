package wire

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FieldError is a mistake of the caller in the condition, the change or the
// value of one field.
type FieldError struct {
	Field  string // "" where it is about no single field
	Reason string
}

// Error implements error.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Reason
	}
	return e.Field + ": " + e.Reason
}

// BadField is a mistake in one field.
func BadField(field, reason string) *FieldError { return &FieldError{field, reason} }

// FieldOf names the field at which the JSON package failed; "" if it names none.
func FieldOf(err error) string {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	var at jsontext.Pointer
	switch {
	case errors.As(err, &semantic):
		at = semantic.JSONPointer
	case errors.As(err, &syntactic):
		at = syntactic.JSONPointer
	}
	for element := range at.Tokens() {
		return element
	}
	return ""
}

// BareCause strips what the JSON package adds to an error of ours, or of its own.
func BareCause(err error) error {
	for {
		var semantic *json.SemanticError
		var syntactic *jsontext.SyntacticError
		switch {
		case errors.As(err, &semantic) && semantic.Err != nil:
			err = semantic.Err
		case errors.As(err, &syntactic) && syntactic.Err != nil:
			err = syntactic.Err
		default:
			return err
		}
	}
}

// KindName names a kind of JSON value with its article, as "an array".
func KindName(kind jsontext.Kind) string {
	switch kind {
	case '[', ']':
		return "an array"
	case '{', '}':
		return "an object"
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	}
	return "a " + kind.String()
}
