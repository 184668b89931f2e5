package event

import (
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Parse reads an event from its row in Parse's REST form. If something cannot be
// read, it returns a [*Damage] and the event with what could be; whether an event
// agrees with itself is for [Event.Check] to say.
func Parse(raw jsontext.Value) (Event, error) {
	r, err := readRow(raw)
	if err != nil {
		e := Event{ObjectID: r.ObjectID, CreatedAt: r.CreatedAt}
		return e, &Damage{Row: r.ObjectID, Event: r.Event, What: "the row cannot be read: " + err.Error()}
	}
	e := Event{
		ObjectID: r.ObjectID, CreatedAt: r.CreatedAt, Confirmed: r.Confirmed, text: r.Entry, values: r.Values,
		stated: stated{id: r.Event, op: r.Op, class: r.Class, at: r.At, record: r.Record, user: r.Actor.ObjectID, columns: r.Columns},
	}
	if err := e.read(r.Entry); err != nil {
		return e, &Damage{Row: r.ObjectID, Event: r.Event, What: "column entry of the row is not an entry: " + err.Error()}
	}
	if e.Version != Version {
		what := fmt.Sprintf("the entry has version %d of the format, this program reads %d", e.Version, Version)
		return e, &Damage{Row: r.ObjectID, Event: r.Event, What: what}
	}
	if e.Why != "" {
		e.Reason = reasonIn(r.Values)
	}
	return e, nil
}

// readOptions are kept: making them costs as much as reading a row.
var readOptions = json.JoinOptions(wire.Tolerant(), json.WithUnmarshalers(wire.Unmarshalers()))

// Values returns what the columns were before the write and are after it. A column
// whose value was redacted is there with nil, a secret one is not there.
func (e *Event) Values() (map[string]*Value, error) {
	values, err := e.allValues()
	delete(values, ReasonName)
	return values, err
}

// allValues is Values with the reason.
func (e *Event) allValues() (map[string]*Value, error) {
	values := make(map[string]*Value, len(e.Columns))
	if e.values == "" || eachValue(e.values, func(column string, v rawValue) bool {
		values[column] = v.value()
		return true
	}) {
		return values, nil
	}
	clear(values)
	if err := json.Unmarshal([]byte(e.values), &values, wire.Tolerant()); err != nil {
		return nil, &Damage{Row: e.ObjectID, Event: e.ID, What: "column values of the row cannot be read: " + err.Error()}
	}
	return values, nil
}

// Told is what an event tells of one column, values as canonical JSON; empty where
// there was none.
type Told struct {
	Before, After string
	Redacted      bool
}

// EachValue is Values without a copy of what it gives, column by column.
func (e *Event) EachValue(visit func(column string, v Told)) error {
	if e.values == "" {
		return nil
	}
	type named struct {
		column string
		rawValue
	}
	var room [16]named
	usual := room[:0]
	if eachValue(e.values, func(column string, v rawValue) bool {
		if column != ReasonName {
			usual = append(usual, named{column, v})
		}
		return true
	}) {
		for i := range usual {
			visit(usual[i].column, Told{Before: usual[i].before, After: usual[i].after, Redacted: usual[i].salt == ""})
		}
		return nil
	}
	values, err := e.Values()
	if err != nil {
		return err
	}
	for _, column := range slices.Sorted(maps.Keys(values)) {
		if v := values[column]; v == nil {
			visit(column, Told{Redacted: true})
		} else {
			visit(column, Told{Before: string(v.Before), After: string(v.After)})
		}
	}
	return nil
}

// Held returns the names of what can be redacted still, sorted: columns whose values the
// event has, and [ReasonName] for its reason.
func (e *Event) Held() ([]string, error) {
	values, err := e.allValues()
	maps.DeleteFunc(values, func(name string, v *Value) bool { return v == nil || e.hashOf(name) == "" })
	return slices.Sorted(maps.Keys(values)), err
}

// Redacted returns the event without the values of some columns, as redaction
// leaves it: the hashes stay, and with them the entry and its hash. [ReasonName] takes
// the reason. Columns without a value, and those that are redacted already, stay as
// they are.
func (e *Event) Redacted(columns ...string) (Event, error) {
	values, err := e.allValues()
	if err != nil {
		return Event{}, err
	}
	out := *e
	for _, name := range columns {
		switch _, ok := e.Columns[name]; {
		case name == ReasonName && e.Why != "":
			out.Reason = ""
		case name == ReasonName:
			return Event{}, fmt.Errorf("event: event %s has no reason", e.ID)
		case !ok:
			return Event{}, fmt.Errorf("event: event %s changed no column %s", e.ID, name)
		}
		if _, ok := values[name]; ok {
			values[name] = nil
		}
	}
	dst := append(make([]byte, 0, len(e.values)+2), '{')
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, name), ':')
		if value == nil {
			dst = append(dst, "null"...)
		} else {
			dst = value.append(dst)
		}
	}
	out.values = string(append(dst, '}'))
	return out, nil
}
