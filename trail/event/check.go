package event

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Damage is an event that does not agree with itself.
type Damage struct {
	Row    string // objectId of the event's row
	Event  string // the event's id, as its entry says
	Column string // column of the class that changed, for a value that is not what was hashed
	What   string
}

// Error implements error.
func (d *Damage) Error() string {
	text := fmt.Sprintf("event %s (row %s): ", d.Event, d.Row)
	if d.Column != "" {
		text += "column " + d.Column + ": "
	}
	return wire.OneLine(text + d.What)
}

// Check tells whether the event agrees with itself: its entry is spelled as
// [Entry.Append] writes it, the columns of its row say what its entry says, and its
// values are those that the entry holds hashes of. The first thing that does not
// agree is returned as a [*Damage]. A redacted value agrees with any hash:
// [Event.RedactedColumns] lists them.
func (e *Event) Check() error {
	names := e.names()
	var room [2048]byte
	if string(e.append(room[:0], names)) != e.text {
		return e.damage("", "the entry is not spelled as entries are")
	}
	if name := e.misstated(names); name != "" {
		return e.damage("", "column "+name+" of the row is not what the entry says")
	}
	if e.valuesAgree() {
		return nil
	}
	return e.valueDamage()
}

// names returns the names of the changed columns, sorted: those that the row states,
// if they are the same.
func (e *Event) names() []string {
	stated := e.stated.columns
	if len(stated) != len(e.Columns) {
		return e.Names()
	}
	for i, name := range stated {
		if _, ok := e.Columns[name]; !ok || i > 0 && stated[i-1] >= name {
			return e.Names()
		}
	}
	return stated
}

// valuesAgree compares the values with their hashes. It reads only values as this
// package spells them, in the order of their columns.
func (e *Event) valuesAgree() bool {
	columns, reason := e.stated.columns, e.Why != ""
	var room [512]byte
	hashed := room[:0]
	agree := eachValue(e.values, func(column string, v rawValue) bool {
		if column == ReasonName {
			reason = false
			hashed = v.appendHashed(hashed[:0], column)
			return e.Why != "" && (v.salt == "" || isHexSum(hashed, e.Why))
		}
		for len(columns) > 0 && columns[0] != column && e.Columns[columns[0]] == "" {
			columns = columns[1:] // a secret
		}
		if len(columns) == 0 || columns[0] != column {
			return false
		}
		columns = columns[1:]
		hash := e.Columns[column]
		if v.salt == "" {
			return hash != ""
		}
		hashed = v.appendHashed(hashed[:0], column)
		return isHexSum(hashed, hash)
	})
	for _, left := range columns {
		agree = agree && e.Columns[left] == ""
	}
	return agree && !reason
}

// valueDamage says what is wrong with the values; nil if nothing is.
func (e *Event) valueDamage() error {
	values, err := e.allValues()
	if err != nil {
		return err
	}
	for _, name := range append(slices.Clip(e.stated.columns), ReasonName) {
		value, ok := values[name]
		switch hash := e.hashOf(name); {
		case hash == "" && ok && name == ReasonName:
			continue // told below
		case hash == "" && ok:
			return e.damage(name, "a secret has a value")
		case hash != "" && !ok:
			return e.damage(name, "the value is missing")
		case hash != "" && value != nil && value.Hash(name) != hash:
			return e.damage(name, "the value is not the one that was hashed")
		}
		delete(values, name)
	}
	for name := range values {
		return e.damage(name, "there is a value, but the entry knows of no change")
	}
	return nil
}

func (e *Event) damage(column, what string) error {
	return &Damage{Row: e.ObjectID, Event: e.ID, Column: column, What: what}
}

// misstated returns the name of the first column of the row that says something
// else than the entry.
func (e *Event) misstated(names []string) string {
	s := &e.stated
	switch {
	case s.id != e.ID:
		return "event"
	case !s.at.Equal(e.At):
		return "at"
	case s.op != string(e.Op):
		return "op"
	case s.class != e.Class:
		return "class"
	case s.record != e.Record && (e.Record != "" || e.Op != Create):
		return "record"
	case s.user != e.Actor.ID:
		return "actor"
	case !slices.Equal(s.columns, names):
		return "columns"
	}
	return ""
}

// RedactedColumns returns the names of the columns whose values were taken out, and
// [ReasonName] if the reason was.
func (e *Event) RedactedColumns() ([]string, error) {
	if !strings.Contains(e.values, "null") {
		return nil, nil
	}
	values, err := e.allValues()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] == nil && (name == ReasonName || slices.Contains(e.stated.columns, name)) {
			names = append(names, name)
		}
	}
	return names, nil
}
