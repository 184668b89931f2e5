package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds are what a query of a client may cost: one with Query.Readers. The zero
// value has none.
type Bounds struct {
	Time time.Duration // that a query may last, and wait for a connection
	Work int           // values that its conditions may look at outside of SQLite

	// Long asks whether one more query may last longer than LongQuery while others
	// wait for a connection; done ends it.
	Long func() (done func(), ok bool)

	// What a query beyond its bounds returns.
	TimeUp, TooLong, TooMuch error
}

// LongQuery is how long a query may keep a connection before Bounds.Long is asked.
// The queries that end sooner are many and share the connections quickly. Of the
// others a few may go on whatever happens; the rest go on for as long as no query
// waits for a connection.
const LongQuery = 250 * time.Millisecond

// watch gives the context for a query, which ends with the query's bounds, and the
// watcher that ends it. A query that has no bounds has a nil watcher.
func (s *Store) watch(ctx context.Context, q *Query) (context.Context, *watcher) {
	b := &s.cfg.Bounds
	if q.Readers == nil || b.Time <= 0 {
		return ctx, nil
	}
	w := &watcher{bounds: b, waiting: &s.waiting, given: ctx, began: time.Now()}
	w.watched, w.cancel = context.WithCancelCause(ctx)
	w.mu.Lock()
	w.timer = time.AfterFunc(min(LongQuery, b.Time), w.ring)
	w.mu.Unlock()
	return w.watched, w
}

// watcher ends a query that lasts too long. The query must call run when it has a
// connection, and end when it is done.
type watcher struct {
	bounds  *Bounds
	waiting *atomic.Int64   // queries that wait for a connection
	given   context.Context // of the query
	watched context.Context // the same with its bounds
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	began   time.Time

	mu   sync.Mutex
	lent time.Time // a connection; zero while the query waits for one
	done func()    // of a long query
	over bool
}

// run is called when the query has a connection.
func (w *watcher) run() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lent = time.Now()
}

// ring looks after the query again and again, and for the last time when its time is up.
func (w *watcher) ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest, next := w.bounds.Time-time.Since(w.began), LongQuery
	switch ran := time.Since(w.lent); {
	case w.over:
		return
	case rest <= 0:
		w.cancel(w.bounds.TimeUp)
		return
	case w.done != nil:
		next = rest
	case w.lent.IsZero():
	case ran < LongQuery:
		next = LongQuery - ran
	default:
		done, ok := w.bounds.Long()
		if !ok && w.waiting.Load() > 0 {
			w.cancel(w.bounds.TooLong)
			return
		}
		if ok {
			w.done = done
		}
	}
	w.timer.Reset(min(next, rest))
}

// end is called when the query is done. It gives the reason in the place of err if
// the bounds were why the query ended.
func (w *watcher) end(err error) error {
	if w == nil {
		return err
	}
	defer w.cancel(nil)
	w.leave()
	if cause := context.Cause(w.watched); err != nil && cause != nil && w.given.Err() == nil {
		return cause
	}
	return err
}

// leave ends the watch of a query.
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
