package trail

import (
	"fmt"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Kind is what a finding tells of.
type Kind string

// The kinds of findings about events and their seal.
const (
	Altered    Kind = "altered"    // the event's row is not what was sealed
	Missing    Kind = "missing"    // the event was sealed, or a later one of its record tells of it, and its row is gone
	Inserted   Kind = "inserted"   // the event stands before sealed ones, but was not sealed with them
	Damaged    Kind = "damaged"    // the event does not agree with itself
	Erased     Kind = "erased"     // values were taken out, and no event of a redaction tells of it
	LogForged  Kind = "log forged" // the log is not the one that a checkpoint signs
	Late       Kind = "late"       // the event was stored before others that were sealed already
	LateUpdate Kind = "late end"   // the save came to its end after its event was sealed
)

// The kinds of findings about records.
const (
	Edited        Kind = "edited"          // the record has, or had, a value that no event gave it
	Gone          Kind = "gone"            // the record is gone, and no event tells of a deletion
	Untracked     Kind = "untracked"       // there is a record of whose creation no event tells
	RolledBack    Kind = "rolled back"     // an event says that a save came to its end, but the record shows nothing of it
	NotCarriedOut Kind = "not carried out" // the save was refused, or its server stopped, after the event was written
	Unconfirmed   Kind = "unconfirmed"     // the save was carried out, but its server stopped before it said so
	Fork          Kind = "fork"            // saves at one time read the same value, and the last one to write stayed
	Older         Kind = "older"           // the record is older than the trail
)

// Expected tells whether findings of the kind come up in ordinary work, so that they
// are to be known and not to be explained.
func (k Kind) Expected() bool {
	switch k {
	case Late, LateUpdate, NotCarriedOut, Unconfirmed, Fork, Older:
		return true
	}
	return false
}

// Finding is one thing that a trail and what it speaks of do not agree in. Members
// that do not apply are empty.
type Finding struct {
	Kind    Kind
	Class   string   // of the record
	Record  string   // its objectId
	Columns []string // of the record, sorted
	Event   string   // id of the event
	Row     string   // objectId of the event's row
	What    string   // a sentence
}

// String names the thing and what is wrong with it, in one line whatever the names are.
func (f Finding) String() string {
	var about strings.Builder
	if f.Class != "" {
		fmt.Fprintf(&about, " %s %s", f.Class, f.Record)
	}
	if len(f.Columns) > 0 {
		fmt.Fprintf(&about, " (%s)", strings.Join(f.Columns, ", "))
	}
	if f.Event != "" || f.Row != "" {
		fmt.Fprintf(&about, " event %s in row %s", f.Event, f.Row)
	}
	if about.Len() > 0 {
		about.WriteByte(':')
	}
	return wire.OneLine(fmt.Sprintf("%s:%s %s", f.Kind, about.String(), f.What))
}
