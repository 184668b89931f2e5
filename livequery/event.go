package livequery

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Kind is what an Event reports.
type Kind uint8

// Kinds of events. The first three are marks of the client, the others events
// of the server (protocol section 8.2).
const (
	Subscribed   Kind = iota + 1 // the server has accepted the subscription for the first time
	Resubscribed                 // it has accepted it again: events before this mark may be missing
	Overflowed                   // the reader was too slow: Dropped events before this mark are gone
	Created
	Entered // the object matches now, and did not before
	Updated
	Left // the object does not match any more
	Deleted
)

// String returns the kind in lower case.
func (k Kind) String() string {
	names := [...]string{"unknown", "subscribed", "resubscribed", "overflowed", "created", "entered", "updated", "left", "deleted"}
	if int(k) >= len(names) {
		k = 0
	}
	return names[k]
}

// Gap reports whether events may be missing before the mark.
func (k Kind) Gap() bool { return k == Resubscribed || k == Overflowed }

// Event is one element of a subscription's stream.
type Event struct {
	Kind       Kind
	Object     jsontext.Value // as the server sent it, not to be changed: subscriptions share it; nil in marks
	Original   jsontext.Value // the state before, where the server sent it
	Received   time.Time      // local time
	Connection uint64         // counts the client's connections; events of different connections may have a gap between them
	Coalesced  int            // earlier events of the same object that a full queue folded into this one
	Dropped    int            // of Overflowed: events lost
}

func (e *Event) size() int { return len(e.Object) + len(e.Original) + 128 }

// objectID is needed only when a full queue is folded, so it is not kept.
func (e *Event) objectID() string {
	var head struct {
		ObjectID string `json:"objectId"`
	}
	if e.Object == nil || json.Unmarshal(e.Object, &head, wire.Tolerant()) != nil {
		return ""
	}
	return head.ObjectID
}
