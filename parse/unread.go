package parse

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// DecodeError is a value in the server's answer that does not fit its field, or
// one that is missing from an answer that must have it. It never holds the value
// itself.
type DecodeError struct {
	Class    string // "" where the answer is about no class
	ObjectID string // "" if the object had none
	Field    string // dotted for a field of an included object
	Reason   string // "want a date, found a number"
}

// Error implements error.
func (e *DecodeError) Error() string {
	where := e.Class
	if e.ObjectID != "" {
		where += fmt.Sprintf(" %q", e.ObjectID)
	}
	if where != "" {
		where += ": "
	}
	return where + "field " + e.Field + ": " + e.Reason
}

// DecodeErrors are the values of an answer that do not fit their fields, where
// everything else of the answer was read: other rows, and the other columns of
// these. The fields are left zero. A write whose answer holds such values was
// carried out. Find it with errors.As; it wraps each [DecodeError].
type DecodeErrors []*DecodeError

// Error tells the first and how many there are.
func (e DecodeErrors) Error() string {
	switch len(e) {
	case 0:
		return "no value that does not fit"
	case 1:
		return e[0].Error()
	}
	return fmt.Sprintf("%v (and %d more)", e[0], len(e)-1)
}

// Unwrap gives the errors one by one.
func (e DecodeErrors) Unwrap() []error {
	list := make([]error, len(e))
	for i, err := range e {
		list[i] = err
	}
	return list
}

func (e DecodeErrors) orNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// unreadIn gives the values for whose sake err is an error, nil where it is one
// for another reason.
func unreadIn(err error) (unread DecodeErrors) {
	errors.As(err, &unread)
	return unread
}

// readObject reads an object. Values that fit nowhere leave their fields as they
// were and are told; any other error means that raw is no object.
func readObject[T any](c *codec, class string, raw jsontext.Value, into *T) (DecodeErrors, error) {
	row := *into
	err := json.Unmarshal(raw, &row, c.reading)
	if err == nil {
		c.tidyRest(&row)
		*into = row
		return nil, nil
	}
	if !errors.As(err, new(*json.SemanticError)) || raw.Kind() != '{' {
		return nil, explainDecoding(err, class, raw)
	}
	row = *into
	unread, err := readColumns(c, class, raw, &row)
	if err == nil {
		c.tidyRest(&row)
		*into = row
	}
	return unread, err
}

// readColumns reads an object one column after the other.
func readColumns[T any](c *codec, class string, raw jsontext.Value, row *T) (unread DecodeErrors, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), wire.Tolerant())
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	var names []string // of the columns in unread
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if i := slices.Index(names, string(name)); i >= 0 { // of a repeated name the last one counts
			names, unread = slices.Delete(names, i, i+1), slices.Delete(unread, i, i+1)
		}
		column, repeated := append(append(jsontext.Value{'{'}, name...), ':'), string(name)
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		before := *row
		err = json.Unmarshal(append(append(column, value...), '}'), row, c.reading)
		if err == nil {
			continue
		}
		*row = before
		wrong := new(DecodeError)
		if !errors.As(explainDecoding(err, class, raw), &wrong) {
			return nil, err
		}
		names, unread = append(names, repeated), append(unread, wrong)
	}
	_, err = dec.ReadToken()
	return unread, err
}

// maxPath is how many names a DecodeError's Field has.
const maxPath = 10

// explainDecoding turns an error of the JSON package about the object raw into a
// DecodeError. Broken JSON stays what it is.
func explainDecoding(err error, class string, raw []byte) error {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return err
	}
	var path []string
	for element := range semantic.JSONPointer.Tokens() {
		path = append(path, element)
	}
	if len(path) > maxPath {
		path = append(path[:maxPath], "...")
	}
	for wrapped := semantic; errors.As(wrapped.Err, &wrapped); { // the innermost knows best
		semantic = wrapped
	}
	reason := ""
	if semantic.Err != nil {
		reason = wire.BareCause(semantic).Error()
	}
	var typed *wire.TypeError
	if !errors.As(semantic.Err, &typed) && semantic.JSONKind != 0 {
		typed = &wire.TypeError{Want: fmt.Sprint(semantic.GoType), Found: wire.KindName(semantic.JSONKind)}
		reason = strings.TrimSuffix(typed.Error()+": "+reason, ": ")
	}
	return &DecodeError{
		Class: class, ObjectID: objectIDOf(raw),
		Field: strings.Join(path, "."), Reason: reason,
	}
}

// objectIDOf finds the objectId of the object that raw begins with.
func objectIDOf(raw []byte) string {
	raw = bytes.TrimLeft(raw, ", \t\r\n")
	value, err := jsontext.NewDecoder(bytes.NewBuffer(raw), wire.Tolerant()).ReadValue()
	if err != nil {
		return ""
	}
	var object struct {
		ObjectID jsontext.Value `json:"objectId"`
	}
	var id string
	if json.Unmarshal(value, &object, wire.Tolerant()) != nil || json.Unmarshal(object.ObjectID, &id, wire.Tolerant()) != nil {
		return ""
	}
	return id
}
