package live

import (
	"context"
	"fmt"
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

	mu     sync.Mutex
	frames []outFrame
	head   int
	bytes  int
	last   outFrame // pushed; dropped when the queue is empty
	closed bool
}

func (o *outbox) push(f outFrame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	f.counted = f.cost(&o.last)
	if err := o.grow(f.counted); err != nil {
		o.drop()
		o.cut(err)
		return
	}
	o.last = f
	o.frames = append(o.frames, f)
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

func (o *outbox) pop() (outFrame, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.head == len(o.frames) {
		o.frames, o.head, o.last = o.frames[:0], 0, outFrame{}
		return outFrame{}, false
	}
	f := o.frames[o.head]
	o.frames[o.head] = outFrame{}
	o.head++
	o.shrink(f.counted)
	return f, true
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
	o.frames, o.head, o.last, o.closed = nil, 0, outFrame{}, true
}

// close ends the outbox of a client that is gone.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
}
