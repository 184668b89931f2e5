package live

import (
	"context"
	"sync"
)

// outbox holds the frames that wait for one client. Pushing never blocks: a
// client that reads too slowly is cut, and knows when it reconnects that it has
// missed something.
type outbox struct {
	limit int
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
	if o.bytes+f.counted > o.limit {
		o.frames, o.head, o.bytes, o.last, o.closed = nil, 0, 0, outFrame{}, true
		o.cut(errSlow)
		return
	}
	o.bytes += f.counted
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
	o.bytes -= f.counted
	return f, true
}
