package livequery

import (
	"context"
	"sync"
)

// queue holds the events that a reader has not taken yet. Pushing never
// blocks: a full queue first folds the events of each object into the latest one. If
// that frees too little it drops what follows, and one Overflowed mark counts that.
type queue struct {
	maxEvents, maxBytes int

	mu      sync.Mutex
	events  []Event // events[head:] are queued
	head    int
	bytes   int
	err     error
	drained bool // no event may follow: err is final, what is queued is not
	lost    *int // counts events dropped behind a queued Overflowed mark; nil: none queued
	dropped int  // in total
	ready   chan struct{}
}

func newQueue(maxEvents, maxBytes int) *queue {
	return &queue{maxEvents: maxEvents, maxBytes: maxBytes, ready: make(chan struct{}, 1)}
}

// push appends e, which must not be changed afterwards.
func (q *queue) push(e Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.drained {
		return
	}
	mark := e.Object == nil
	if !mark {
		if q.lost != nil {
			*q.lost++
			q.dropped++
			return
		}
		if q.full(&e) {
			q.fold()
		}
		if q.full(&e) {
			q.overflow(e)
			return
		}
	}
	// Marks are few (one a connection); without a bound a flapping
	// connection would still fill the queue of a reader that never comes.
	if n := len(q.events); mark && n > q.head && q.events[n-1].Kind == e.Kind {
		q.events[n-1] = e
		return
	}
	q.append(e)
}

func (q *queue) full(e *Event) bool {
	n := len(q.events) - q.head
	return n >= q.maxEvents || (q.bytes+e.size() > q.maxBytes && n > 0)
}

func (q *queue) append(e Event) {
	if len(q.events) == cap(q.events) && q.head > len(q.events)/2 {
		n := copy(q.events, q.events[q.head:])
		clear(q.events[n:])
		q.events, q.head = q.events[:n], 0
	}
	q.events = append(q.events, e)
	q.bytes += e.size()
	q.signal()
}

func (q *queue) overflow(e Event) {
	lost := 1
	q.lost = &lost
	q.dropped++
	q.append(Event{Kind: Overflowed, Received: e.Received, Connection: e.Connection})
}

// fold keeps one event for each object: the latest, at its own place. It
// gives up, so that the caller overflows, when it would have to run again soon:
// folding costs a pass over the queue.
func (q *queue) fold() {
	queued := q.events[q.head:]
	last := make(map[string]int, len(queued)) // by object id: place in kept
	kept := make([]Event, 0, len(queued))
	gone := 0
	for _, e := range queued {
		id := e.objectID()
		if id != "" {
			if at, ok := last[id]; ok {
				e = merge(kept[at], e)
				kept[at] = Event{} // leaves a hole, removed below
				gone++
			}
			last[id] = len(kept)
		}
		kept = append(kept, e)
	}
	if gone < len(queued)/4 {
		return
	}
	clear(q.events)
	q.events, q.head, q.bytes = q.events[:0], 0, 0
	for _, e := range kept {
		if e.Kind != 0 {
			q.events = append(q.events, e)
			q.bytes += e.size()
		}
	}
}

// merge returns what b means to a reader who has not seen a.
func merge(a, b Event) Event {
	b.Coalesced += a.Coalesced + 1
	if b.Kind == Updated && (a.Kind == Created || a.Kind == Entered || a.Kind == Updated) {
		b.Kind, b.Original = a.Kind, a.Original
	}
	return b
}

// finish ends the stream with err; queued events are delivered before it,
// unless discard is set. Only the first call counts.
func (q *queue) finish(err error, discard bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.drained {
		q.err, q.drained = err, true
	}
	if discard {
		q.events, q.head, q.bytes = nil, 0, 0
	}
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// pop takes the oldest event, waiting for one.
func (q *queue) pop(ctx context.Context) (Event, error) {
	for {
		if e, ok, err := q.take(); ok || err != nil {
			return e, err
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
			return Event{}, context.Cause(ctx)
		}
	}
}

func (q *queue) take() (Event, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.head == len(q.events) {
		if q.drained {
			q.signal() // for any other reader
			return Event{}, false, q.err
		}
		return Event{}, false, nil
	}
	e := q.events[q.head]
	q.events[q.head] = Event{}
	q.head++
	q.bytes -= e.size()
	if e.Kind == Overflowed {
		e.Dropped, q.lost = *q.lost, nil
	}
	if q.head < len(q.events) {
		q.signal()
	} else {
		q.events, q.head = q.events[:0], 0
	}
	return e, true, nil
}

func (q *queue) droppedCount() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}
