package live

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
)

// outbox holds the frames that wait for one client. Pushing never blocks: a
// client that reads too slowly is cut, and knows when it reconnects that it has
// missed something.
type outbox struct {
	limit int
	pool  *budget.Pool // for what waits beyond freeBacklog
	ready chan struct{}
	cut   context.CancelCauseFunc

	mu      sync.Mutex
	frames  []outFrame
	head    int // those before it were taken,
	forgot  int // and before this one forgotten
	bytes   int
	last    *message // pushed; dropped when the queue is empty
	waiting bool     // since the last wake
	closed  bool
}

// push queues a frame and wakes the one who takes it.
func (o *outbox) push(f outFrame) {
	if o.add(f) {
		o.wake()
	}
}

// add queues a frame, and tells whether it is the first since the last wake.
func (o *outbox) add(f outFrame) (first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	f.counted = f.cost(o.last)
	if err := o.grow(f.counted); err != nil {
		o.drop()
		o.cut(err)
		return false
	}
	o.last = f.message
	o.frames = append(o.frames, f)
	first, o.waiting = !o.waiting, true
	return first
}

func (o *outbox) wake() {
	o.mu.Lock()
	o.waiting = false
	o.mu.Unlock()
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

// bulk is about how many bytes a client is written at a time.
const bulk = 64 << 10

// take gives the oldest frames, none if none waits. They are valid until the next call.
func (o *outbox) take() []outFrame {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget()
	from, size, counted := o.head, 0, 0
	for ; o.head < len(o.frames) && size < bulk; o.head++ {
		f := &o.frames[o.head]
		size += f.size()
		counted += f.counted
	}
	o.shrink(counted)
	return o.frames[from:o.head]
}

// forget lets go of the frames that were taken.
func (o *outbox) forget() {
	clear(o.frames[o.forgot:o.head])
	o.forgot = o.head
	switch {
	case o.head == len(o.frames):
		o.frames, o.last = o.frames[:0], nil
	case o.head > len(o.frames)/2:
		o.frames = slices.Delete(o.frames, 0, o.head)
	default:
		return
	}
	o.head, o.forgot = 0, 0
}

// freeBacklog is not counted in the pool, so that those who read are not cut for
// those who do not.
const freeBacklog = 64 << 10

// grow counts n bytes more, if the outbox and the pool have room for them.
func (o *outbox) grow(n int) error {
	if o.bytes+n > o.limit {
		return fmt.Errorf("%w: more than %d bytes were waiting (option limits.liveBacklog)", errSlow, o.limit)
	}
	if o.pool.Take(int64(max(o.bytes+n-freeBacklog, 0)-max(o.bytes-freeBacklog, 0))) != nil {
		l := o.pool.Limit()
		return fmt.Errorf("%w: more than %d %s (option %s)", errSlow, l.Value, l.What, l.Option)
	}
	o.bytes += n
	return nil
}

func (o *outbox) shrink(n int) {
	o.pool.Give(int64(max(o.bytes-freeBacklog, 0) - max(o.bytes-n-freeBacklog, 0)))
	o.bytes -= n
}

// drop forgets what waits, and whatever comes.
func (o *outbox) drop() {
	o.shrink(o.bytes)
	o.frames, o.head, o.forgot, o.last, o.closed = nil, 0, 0, nil, true
}

// close ends the outbox of a client that is gone.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
}
