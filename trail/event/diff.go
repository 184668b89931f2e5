package event

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Diff returns what changes between two states of a row of a class, in the order
// of the columns' names. A row is Parse JSON as the server shows it to the master
// key; nil is no row, so that Diff gives all columns of a new and of a deleted one.
// What every row has (objectId, createdAt, updatedAt) and the markers of relations
// are no columns; columns that [Secret] names come without values.
func Diff(class string, before, after jsontext.Value) ([]Change, error) {
	old, err := columnsOf(before)
	if err != nil {
		return nil, fmt.Errorf("event: row of %s before: %w", class, err)
	}
	now, err := columnsOf(after)
	if err != nil {
		return nil, fmt.Errorf("event: row of %s after: %w", class, err)
	}
	changes := make([]Change, 0, max(len(old), len(now)))
	for len(old) > 0 || len(now) > 0 {
		var c Change
		var name []byte
		switch order := firstOf(old, now); {
		case order < 0:
			c, name = Change{Before: old[0].value}, old[0].name
			old = old[1:]
		case order > 0:
			c, name = Change{After: now[0].value}, now[0].name
			now = now[1:]
		default:
			c, name = Change{Before: old[0].value, After: now[0].value}, now[0].name
			old, now = old[1:], now[1:]
		}
		if bytes.Equal(c.Before, c.After) {
			continue
		}
		c.Column = string(name)
		if c.Secret = Secret(class, c.Column); c.Secret {
			c.Before, c.After = nil, nil
		}
		changes = append(changes, c)
	}
	return canonicalChanges(changes)
}

func firstOf(old, now []column) int {
	switch {
	case len(old) == 0:
		return 1
	case len(now) == 0:
		return -1
	}
	return bytes.Compare(old[0].name, now[0].name)
}

// Secret tells whether a column's values never enter a trail.
func Secret(class, column string) bool {
	return class == "_User" && (column == "password" || column == "authData" || column == "sessionToken")
}

type column struct {
	name, value jsontext.Value
}

// columnsOf splits a row into its columns, sorted by name. Of columns with one
// name the last one counts.
func columnsOf(row jsontext.Value) ([]column, error) {
	if row == nil {
		return nil, nil
	}
	columns := make([]column, 0, 16) // room for most
	if eachMember(row, func(name, value jsontext.Value) bool {
		if !everyRow(string(name)) && !isRelation(value) {
			columns = append(columns, column{name, value})
		}
		return true
	}) {
		return sorted(columns), nil
	}
	columns = columns[:0]
	dec := jsontext.NewDecoder(bytes.NewBuffer(row), wire.Tolerant())
	if dec.PeekKind() != '{' {
		return nil, fmt.Errorf("want an object, found %s", wire.Describe(row))
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := []byte(name.String())
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if !everyRow(string(key)) && !isRelation(value) {
			end := int(dec.InputOffset())
			columns = append(columns, column{key, row[end-len(value) : end : end]})
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	return sorted(columns), nil
}

func sorted(columns []column) []column {
	byName := func(a, b column) int { return bytes.Compare(a.name, b.name) }
	if !slices.IsSortedFunc(columns, byName) {
		slices.SortStableFunc(columns, byName)
	}
	for i := len(columns) - 1; i > 0; i-- {
		if bytes.Equal(columns[i].name, columns[i-1].name) {
			columns = slices.Delete(columns, i-1, i)
		}
	}
	return columns
}

// everyRow tells of a member of a row that is no column of its class. Names that
// begin with _ are the server's own.
func everyRow(name string) bool {
	switch name {
	case "objectId", "createdAt", "updatedAt", "className":
		return true
	}
	return name == "" || name[0] == '_'
}

func isRelation(value jsontext.Value) bool {
	return bytes.HasPrefix(value, []byte(`{"__type":"Relation"`))
}
