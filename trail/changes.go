package trail

import (
	"fmt"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Change is what one event says of one column: who changed it, when and why is in
// the event. Before and After are nil for no value, and where they were redacted.
type Change struct {
	event.Event

	Column        string
	Before, After jsontext.Value
	Redacted      bool // or a secret, whose values never enter a trail
}

// Changes gives the changes of one column, in the order of the events. A redaction, which
// takes values out of other events, is none.
func Changes(events iter.Seq2[event.Event, error], column string) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for e, err := range events {
			if err != nil {
				yield(Change{}, err)
				return
			}
			if _, ok := e.Columns[column]; !ok || e.Op == event.Redact {
				continue
			}
			values, err := e.Values()
			if err != nil {
				yield(Change{}, err)
				return
			}
			c := Change{Event: e, Column: column, Redacted: values[column] == nil}
			if v := values[column]; v != nil {
				c.Before, c.After = v.Before, v.After
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// Became finds the newest confirmed change that gave a column one of the values, such
// as a status its closed one: when that was, by whom and why. It returns false if
// there is none. A value is anything that JSON can be made of.
func Became[V any](events iter.Seq2[event.Event, error], column string, values ...V) (Change, bool, error) {
	wanted := map[string]bool{}
	for _, v := range values {
		text, err := json.Marshal(v, json.WithMarshalers(wire.Marshalers()), wire.Tolerant())
		if err != nil {
			return Change{}, false, fmt.Errorf("trail: value of %s: %w", column, err)
		}
		canonical, err := event.AppendCanonical(nil, text)
		if err != nil {
			return Change{}, false, fmt.Errorf("trail: value of %s: %w", column, err)
		}
		wanted[string(canonical)] = true
	}
	var last Change
	found := false
	for c, err := range Changes(events, column) {
		if err != nil {
			return Change{}, false, err
		}
		if c.Confirmed && wanted[string(c.After)] && (!found || !c.At.Before(last.At)) {
			last, found = c, true
		}
	}
	return last, found, nil
}
