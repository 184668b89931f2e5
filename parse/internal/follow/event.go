package follow

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Kind is what an Event reports.
type Kind int

// The kinds of events; package parse documents them.
const (
	Created Kind = iota + 1
	Entered
	Updated
	Left
	Deleted
	Snapshot
	Resynced
	CaughtUp
)

var kinds = [...]string{"", "created", "entered", "updated", "left", "deleted", "snapshot", "resynced", "caught up"}

// String returns the kind in lower case.
func (k Kind) String() string {
	if k < 1 || int(k) >= len(kinds) {
		return "unknown"
	}
	return kinds[k]
}

// Present reports whether the query finds the object after the event.
func (k Kind) Present() bool {
	switch k {
	case Created, Entered, Updated, Snapshot, Resynced:
		return true
	}
	return false
}

// Event is one element of a subscription.
type Event struct {
	Kind          Kind
	Row           Row
	Original      Row // Value is nil where the server did not send it
	Received      time.Time
	Live          bool
	Coalesced     int
	Gap           *Gap
	Before, After jsontext.Value // of a live event
}

// Gap is a stretch of time in which events may have been lost.
type Gap struct {
	Since          time.Time
	Resynced, Gone int
	Deletes        bool
	Dropped        int
}
