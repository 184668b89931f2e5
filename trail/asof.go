package trail

import (
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// State is what a record was at some time, as its events tell.
type State struct {
	Exists  bool
	Columns map[string]jsontext.Value // canonical Parse JSON; a column without a value is not there
	Unknown []string                  // columns whose value was redacted, or never entered the trail
	Last    event.Event               // the newest event up to then; the zero Event if there was none

	// Unconfirmed are events up to then of which no server said that their save came
	// to its end. Their values are not in Columns, unless a later event read them.
	Unconfirmed []event.Event
}

// AsOf answers what a record looked like at time t. The events are those of one
// record, oldest first. Of a record that is older than its events only the columns
// are known that changed since.
func AsOf(events iter.Seq2[event.Event, error], t time.Time) (State, error) {
	s := State{Columns: map[string]jsontext.Value{}}
	unknown := map[string]bool{}
	for e, err := range events {
		if err != nil {
			return State{}, err
		}
		if e.At.After(t) {
			continue // not the end: clocks of several nodes differ
		}
		values, err := e.Values()
		if err != nil {
			return State{}, err
		}
		if !e.Confirmed {
			s.Unconfirmed = append(s.Unconfirmed, e)
		}
		s.change(&e, values, unknown)
	}
	for name := range unknown {
		s.Unknown = append(s.Unknown, name)
	}
	slices.Sort(s.Unknown)
	return s, nil
}

// change brings the state from before an event to behind it. Signatures and redactions
// change nothing of the record.
func (s *State) change(e *event.Event, values map[string]*event.Value, unknown map[string]bool) {
	for name := range e.Columns {
		switch {
		case e.Op == event.Redact:
		case e.Op == event.Drop:
			delete(s.Columns, name)
			delete(unknown, name)
		default:
			s.set(name, values[name], e.Confirmed, unknown)
		}
	}
	if !e.Confirmed {
		return
	}
	s.Last = *e
	switch {
	case e.Op == event.Create, e.Op == event.Update:
		s.Exists = true
	case e.Op == event.Delete, e.Op == event.Purge, e.Op == event.Drop && len(e.Columns) == 0:
		s.Exists = false
		clear(s.Columns)
		clear(unknown)
	}
}

func (s *State) set(name string, v *event.Value, confirmed bool, unknown map[string]bool) {
	var value jsontext.Value
	switch {
	case v == nil || isRelationChange(string(v.Before), string(v.After)):
		unknown[name] = true
		delete(s.Columns, name)
		return
	case confirmed:
		value = v.After
	default:
		value = v.Before
	}
	delete(unknown, name)
	if value == nil {
		delete(s.Columns, name)
	} else {
		s.Columns[name] = value
	}
}
