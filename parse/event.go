package parse

import (
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/follow"
)

// EventKind is what an Event reports.
type EventKind int

// Kinds of events. Created to Deleted come from the live query; the other
// three from reading over REST.
const (
	Created  = EventKind(follow.Created)  // a new object that the query finds
	Entered  = EventKind(follow.Entered)  // a change made the query find the object
	Updated  = EventKind(follow.Updated)  // a change, and the query goes on finding the object
	Left     = EventKind(follow.Left)     // a change made the query lose the object, or this caller its right to read it
	Deleted  = EventKind(follow.Deleted)  // the object is gone
	Snapshot = EventKind(follow.Snapshot) // the query found the object when the subscription began (WithSnapshot)
	Resynced = EventKind(follow.Resynced) // the object as it is now: a change may have been missed

	// CaughtUp carries no object: the snapshot is complete (Gap is nil), or
	// all that can be known of a gap has been delivered (Gap says what).
	CaughtUp = EventKind(follow.CaughtUp)
)

// String returns the kind in lower case.
func (k EventKind) String() string { return follow.Kind(k).String() }

// Present reports whether the query finds the object after the event.
func (k EventKind) Present() bool { return follow.Kind(k).Present() }

// Event is one element of a subscription.
type Event[T any] struct {
	Kind EventKind

	// Object is never nil. It is the object after the change; for Left the
	// server sends the state before where this caller may not read the new
	// one. Left and Deleted events of a gap may know only the ObjectID. For
	// CaughtUp it is a zero T.
	Object *T

	// Original is the object before the change, where the server sent it.
	Original *T

	Received  time.Time // local time
	Live      bool      // sent by the server as it happened; else read over REST
	Coalesced int       // earlier events of the object that this one stands for, because the consumer was behind
	Gap       *Gap      // of CaughtUp

	before, after jsontext.Value
}

// Gap is a stretch of time in which events may have been lost.
type Gap struct {
	// Since is the time on the server's clock from which on changed objects
	// were read; zero: from the beginning.
	Since time.Time

	// Resynced is how many objects had changed, Gone how many were found to be
	// deleted or to have left.
	Resynced, Gone int

	// Deletes reports whether deleted and leaving objects were looked for (see
	// WithDeletes). If they were not, objects that the consumer holds may be gone.
	Deletes bool

	// Dropped is how many events were lost because the consumer was too slow;
	// 0: the connection had broken, or the session was renewed.
	Dropped int
}

// Changed returns the names of the columns in which Object differs from
// Original, sorted. It returns nil where the server sent no original.
func (e Event[T]) Changed() []string {
	var before, after map[string]jsontext.Value
	if e.before == nil || json.Unmarshal(e.before, &before, wire.Tolerant()) != nil || json.Unmarshal(e.after, &after, wire.Tolerant()) != nil {
		return nil
	}
	changed := make(map[string]bool)
	for name, value := range before {
		if !sameJSON(value, after[name]) {
			changed[name] = true
		}
	}
	for name := range after {
		if before[name] == nil {
			changed[name] = true
		}
	}
	delete(changed, "className")
	return slices.Sorted(maps.Keys(changed))
}
