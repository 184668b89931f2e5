package parse

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/isoaudit/isoaudit-go/livequery"
)

var errRanged = errors.New("parse: Subscription.Events is already being ranged, or Next has taken its place: use one of the two")

// waiting hands events from the loop that a first Next starts to those who wait.
type waiting[T any] struct {
	mu     sync.Mutex
	events chan taken[T] // closed with the subscription; nil before the first Next
}

type taken[T any] struct {
	event Event[T]
	err   error
}

// Next waits for the next event, for programs that do one thing after another, such as
// tests. It returns ctx's error when that ends first, and no event is lost by it. With
// [DecodeErrors] there is an event, as in Events. Any other error is the end of the
// subscription, the same each time, and [livequery.ErrClosed] after Close.
//
// A program that has called Next takes all events by it, from one goroutine or from
// many: Events cannot be ranged over any more.
func (s *Subscription[T]) Next(ctx context.Context) (Event[T], error) {
	if s.none() {
		return Event[T]{}, badInput("Subscribe", "", "", "the subscription is nil or zero: use what Subscribe returned")
	}
	class := s.query.collection.class
	if ctx == nil {
		return Event[T]{}, nilContext(class+".Next", class)
	}
	events, err := s.waiting.begin(s)
	if err != nil {
		return Event[T]{}, err
	}
	select {
	case next, open := <-events:
		if open {
			return next.event, next.err
		}
	case <-ctx.Done():
		return Event[T]{}, fmt.Errorf("parse: %s.Next: %w", class, ctx.Err())
	}
	if err := s.reason(); err != nil {
		return Event[T]{}, err
	}
	return Event[T]{}, fmt.Errorf("parse: %s.Next: %w", class, livequery.ErrClosed)
}

// begin starts the loop, which ends with the subscription.
func (w *waiting[T]) begin(s *Subscription[T]) (<-chan taken[T], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.events != nil {
		return w.events, nil
	}
	if !s.ranging.CompareAndSwap(false, true) {
		return nil, errRanged
	}
	w.events = make(chan taken[T])
	go func() {
		defer close(w.events)
		s.deliver(func(e Event[T], err error) bool {
			select {
			case w.events <- taken[T]{e, err}:
				return true
			case <-s.work.Done():
				return false
			}
		})
	}()
	return w.events, nil
}

// end waits until the loop has ended, which the end of the subscription makes it do.
func (w *waiting[T]) end() {
	w.mu.Lock()
	events := w.events
	w.mu.Unlock()
	if events == nil {
		return
	}
	for range events { // until it is closed
	}
}
