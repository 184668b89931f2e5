package event

import (
	"errors"
	"iter"
)

// Order is the order of a history.
type Order int

// The orders of histories.
const (
	OldestFirst Order = iota
	NewestFirst
)

// Merge makes one history of several by the time of their events. Each is in the
// wanted order itself; the newest first is exactly the oldest first from behind. It
// streams: of each history one event is held. An event that cannot be read comes with its
// [*Damage] as soon as it is met, and hides no other; any other error ends all.
func Merge(order Order, histories ...iter.Seq2[Event, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
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
			if !heads[len(heads)-1].advance(yield) {
				return
			}
		}
		for {
			first := firstHead(heads, order)
			if first == nil || !yield(first.event, nil) || !first.advance(yield) {
				return
			}
		}
	}
}

// head is the next event of one history.
type head struct {
	next  func() (Event, error, bool)
	stop  func()
	event Event
	ended bool
}

// advance goes to the next event that can be read, and yields what stands before it; false
// if that was the end of all.
func (h *head) advance(yield func(Event, error) bool) bool {
	for {
		e, err, ok := h.next()
		h.event, h.ended = e, !ok
		if err == nil {
			return true
		}
		var damage *Damage
		if !yield(e, err) || !errors.As(err, &damage) {
			return false
		}
	}
}

func firstHead(heads []head, order Order) *head {
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
		if order == OldestFirst && c < 0 || order == NewestFirst && c >= 0 {
			first = h
		}
	}
	return first
}
