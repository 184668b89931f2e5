package parse

import (
	"bytes"
	"maps"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Diff gives the changes that lead from one state of an object to another, in the order
// of their columns; none where the two are the same. A field that is tagged omitzero
// and is zero in wanted only becomes an Unset.
//
// Columns that the server sets and relations are left out, and so are passwords, whose
// old value nobody knows, and an ACL that is nil in wanted. The error is an
// [*InputError] for a value that cannot be sent, such as a zero pointer.
func Diff[T any, P Entity[T]](have, wanted *T) ([]Change[T], error) {
	const op = "Diff"
	if have == nil || wanted == nil {
		return nil, badInput(op, "", "", "an object is nil")
	}
	was, err := plain.stateOf(have)
	if err != nil {
		return nil, mistakeIn(op, "", err)
	}
	will, err := plain.stateOf(wanted)
	if err != nil {
		return nil, mistakeIn(op, "", err)
	}
	return typedChanges[T](was.changesTo(will)), nil
}

func typedChanges[T any](plain []change) []Change[T] {
	var typed []Change[T]
	for _, ch := range plain {
		typed = append(typed, Change[T]{change: ch})
	}
	return typed
}

// state are the columns of an object that a client may change and that have a value, as
// JSON.
type state map[string]jsontext.Value

// stateOf gives the state of what a pointer to a struct points to.
func (c *codec) stateOf(row any) (state, error) {
	copied := reflect.New(reflect.TypeOf(row).Elem())
	copied.Elem().Set(reflect.ValueOf(row).Elem())
	for password := range c.passwordsIn(copied.Elem()) {
		password.SetZero()
	}
	raw, err := c.encodeStored(copied.Interface())
	if err != nil {
		return nil, err
	}
	s := state{}
	if err := json.Unmarshal(raw, &s, wire.Tolerant()); err != nil {
		return nil, err
	}
	maps.DeleteFunc(s, func(name string, value jsontext.Value) bool { return alwaysFilled(name) || value.Kind() == 'n' })
	return s, nil
}

func (s state) changesTo(wanted state) []change {
	var changes []change
	for name, value := range wanted {
		if !sameJSON(s[name], value) {
			changes = append(changes, change{field: name, op: opSet, value: Raw(value)})
		}
	}
	for name := range s {
		if _, stays := wanted[name]; !stays && name != "ACL" {
			changes = append(changes, change{field: name, op: opUnset})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return bytes.Compare([]byte(a.field), []byte(b.field)) })
	return changes
}
