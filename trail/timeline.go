package trail

import (
	"iter"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Order is the order of a timeline.
type Order int

// The orders of timelines.
const (
	OldestFirst Order = iota
	NewestFirst
)

// Timeline merges the histories of several records, such as an audit's plan,
// findings, actions and reviews, into one by the time of the events. Each history is
// in the wanted order itself. It streams: of each history one event is held.
func Timeline(order Order, histories ...iter.Seq2[event.Event, error]) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		heads := make([]head, 0, len(histories))
		defer func() {
			for i := range heads {
				heads[i].stop()
			}
		}()
		for _, history := range histories {
			h := head{}
			h.next, h.stop = iter.Pull2(history)
			heads = append(heads, h)
			if err := heads[len(heads)-1].advance(); err != nil {
				yield(event.Event{}, err)
				return
			}
		}
		for {
			first := firstOf(heads, order)
			if first == nil || !yield(first.event, nil) {
				return
			}
			if err := first.advance(); err != nil {
				yield(event.Event{}, err)
				return
			}
		}
	}
}

// head is the next event of one history.
type head struct {
	next  func() (event.Event, error, bool)
	stop  func()
	event event.Event
	ended bool
}

func (h *head) advance() error {
	e, err, ok := h.next()
	h.event, h.ended = e, !ok
	return err
}

func firstOf(heads []head, order Order) *head {
	var first *head
	for i := range heads {
		h := &heads[i]
		if h.ended {
			continue
		}
		if first == nil {
			first = h
			continue
		}
		c := h.event.At.Compare(first.event.At)
		if order == OldestFirst && c < 0 || order == NewestFirst && c > 0 {
			first = h
		}
	}
	return first
}
