package store

import (
	"context"
	"sync"
	"time"
)

// Bounds are what a query of a client may cost: one with Query.Readers. The zero
// value has none.
type Bounds struct {
	Time time.Duration // that a query may last, and wait for a connection
	Work int           // values that its conditions may look at outside of SQLite

	// Long asks whether one more query may last longer than LongQuery; done ends it.
	Long func() (done func(), ok bool)

	// What a query beyond its bounds returns.
	TimeUp, TooLong, TooMuch error
}

// LongQuery is how long a query may last before Bounds.Long is asked. The queries
// that end sooner are many and share the connections quickly; those few that last
// longer must leave some connections to them.
const LongQuery = 250 * time.Millisecond

// watch gives the context for a query, which ends with the query's bounds. end must
// be called after the query; it gives the reason in the place of err if they were
// why it ended.
func (s *Store) watch(ctx context.Context, q *Query) (_ context.Context, end func(err error) error) {
	b := &s.cfg.Bounds
	if q.Readers == nil || b.Time <= 0 {
		return ctx, func(err error) error { return err }
	}
	watched, cancel := context.WithCancelCause(ctx)
	w := &watcher{bounds: b, cancel: cancel}
	w.mu.Lock()
	w.timer = time.AfterFunc(min(LongQuery, b.Time), w.ring)
	w.mu.Unlock()
	return watched, func(err error) error {
		defer cancel(nil)
		w.leave()
		if cause := context.Cause(watched); err != nil && cause != nil && ctx.Err() == nil {
			return cause
		}
		return err
	}
}

// watcher ends a query that lasts too long.
type watcher struct {
	bounds *Bounds
	cancel context.CancelCauseFunc
	timer  *time.Timer

	mu   sync.Mutex
	done func() // of a long query
	over bool
}

// ring is called when the query has lasted for LongQuery, and when its time is up.
func (w *watcher) ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch rest := w.bounds.Time - LongQuery; {
	case w.over:
	case w.done != nil || rest <= 0:
		w.cancel(w.bounds.TimeUp)
	default:
		done, ok := w.bounds.Long()
		if !ok {
			w.cancel(w.bounds.TooLong)
			return
		}
		w.done = done
		w.timer.Reset(rest)
	}
}

// leave ends the watch of a query that was long.
func (w *watcher) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.timer.Stop()
	if w.done != nil {
		w.done()
		w.done = nil
	}
}
