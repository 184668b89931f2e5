package trail

import (
	"iter"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Order is the order of a timeline.
type Order = event.Order

// The orders of timelines.
const (
	OldestFirst = event.OldestFirst
	NewestFirst = event.NewestFirst
)

// Timeline merges the histories of several records, such as an audit's plan,
// findings, actions and reviews, into one by the time of the events. Each history is
// in the wanted order itself. It streams: of each history one event is held.
func Timeline(order Order, histories ...iter.Seq2[event.Event, error]) iter.Seq2[event.Event, error] {
	return event.Merge(order, histories...)
}
