package budget

import (
	"context"
	"sync/atomic"
)

// Line lets a number of requests do something at a time. Those that come when it is
// full wait in a line that is bounded too.
type Line struct {
	waiting Limit // of those that wait and those whose turn it is
	places  chan struct{}
	present atomic.Int64
	refused atomic.Int64
}

// NewLine makes a line that serves at most atOnce at a time, and lets so many more
// wait as the limit says.
func NewLine(atOnce int, waiting Limit) *Line {
	return &Line{waiting: waiting, places: make(chan struct{}, max(atOnce, 1))}
}

// Wait waits for a turn, which ends with a call of done. It fails if too many wait
// already, or when ctx ends.
func (l *Line) Wait(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.present.Add(1)-int64(cap(l.places)) > l.waiting.Value {
		l.present.Add(-1)
		l.refused.Add(1)
		return nil, l.waiting.Exceeded()
	}
	select {
	case l.places <- struct{}{}:
		return l.leave, nil
	case <-ctx.Done():
		l.present.Add(-1)
		return nil, ctx.Err()
	}
}

// Try takes a turn if one is free.
func (l *Line) Try() (done func(), ok bool) {
	select {
	case l.places <- struct{}{}:
		l.present.Add(1)
		return l.leave, true
	default:
		l.refused.Add(1)
		return nil, false
	}
}

func (l *Line) leave() {
	<-l.places
	l.present.Add(-1)
}

// Limit is the bound of those that wait.
func (l *Line) Limit() Limit { return l.waiting }

// Used tells how many wait or have their turn.
func (l *Line) Used() int64 { return l.present.Load() }

// Refused tells how many were sent away.
func (l *Line) Refused() int64 { return l.refused.Load() }
