package capture

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// write is one write that gets an event: of an object, with the changes of its
// relations, or of a whole class.
type write struct {
	class, id string
	fresh     bool // a new object whose id nobody has chosen: there is no earlier event
	change    store.Change
	relations map[string]*members
}

// members came into and went from one relation.
type members struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
}

// Recorded tells whether the writes of a class are recorded: those of a program's own
// classes, and of users and roles.
func Recorded(class string) bool {
	if class == "" || class == event.Class {
		return false
	}
	return class[0] != '_' || class == schema.UserClass || class == "_Role"
}

// writesOf gathers what a transaction did. The changes of relations that follow the
// change of their object are the same save. A restored object has its events already.
func writesOf(changes []store.Change) []write {
	var writes []write
	var restored store.Change
	for _, c := range changes {
		if !Recorded(c.Class) {
			continue
		}
		if c.Restored {
			restored = c
		}
		if c.Restored || c.Kind == store.Related && restored.Restored && c.Class == restored.Class && c.ID == restored.After.ID() {
			continue
		}
		w := write{class: c.Class, change: c}
		switch c.Kind {
		case store.Created:
			w.id, w.fresh = c.After.ID(), !c.ChosenID
		case store.Updated:
			w.id = c.After.ID()
		case store.Deleted:
			w.id = c.Before.ID()
		case store.Related:
			w.id = c.ID
			if last := len(writes) - 1; last >= 0 && writes[last].class == c.Class && writes[last].id == c.ID && writes[last].change.Kind != store.Deleted {
				writes[last].relate(c)
				continue
			}
			w.relate(c)
		}
		writes = append(writes, w)
	}
	return writes
}

func (w *write) relate(c store.Change) {
	if w.relations == nil {
		w.relations = map[string]*members{}
	}
	m := w.relations[c.Field]
	if m == nil {
		m = &members{Added: []string{}, Removed: []string{}}
		w.relations[c.Field] = m
	}
	if c.Removed {
		m.Removed = append(m.Removed, c.Members...)
	} else {
		m.Added = append(m.Added, c.Members...)
	}
}

// describe says what the write did.
func (w *write) describe(e *event.Write) error {
	e.Class, e.Record, e.Rule = w.class, w.id, w.change.Cause
	switch w.change.Kind {
	case store.Created:
		e.Op = event.Create
	case store.Deleted:
		e.Op = event.Delete
	case store.Purged:
		e.Op = event.Purge
		return nil
	case store.Dropped:
		e.Op = event.Drop
		for _, column := range w.change.Columns {
			// What the rows held is told by their own events.
			e.Changes = append(e.Changes, event.Change{Column: column, Secret: true})
		}
		return nil
	default:
		e.Op = event.Update
	}
	var err error
	if e.Changes, err = event.Diff(w.class, rowJSON(w.change.Before), rowJSON(w.change.After)); err != nil {
		return err
	}
	if w.class == schema.UserClass && !bytes.Equal(w.change.Before.Hidden(), w.change.After.Hidden()) {
		e.Changes = append(e.Changes, event.Change{Column: "password", Secret: true})
	}
	for field, m := range w.relations {
		slices.Sort(m.Added)
		slices.Sort(m.Removed)
		value, err := json.Marshal(m)
		if err != nil {
			return err
		}
		e.Changes = append(e.Changes, event.Change{Column: field, After: value})
	}
	return nil
}

// rowJSON is a row's JSON, nil for the zero Row.
func rowJSON(row store.Row) jsontext.Value {
	if row.IsZero() {
		return nil
	}
	return row.JSON()
}
