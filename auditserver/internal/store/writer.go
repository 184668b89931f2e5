package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// Bounds of one group of writes that share a commit.
const (
	maxGroup     = 256
	maxGroupTime = 50 * time.Millisecond
)

// writer is the only one who writes: a goroutine with its own connection. It
// runs the functions given to Store.Write one after another and commits those
// that wait together, so that they share one sync of the disk.
type writer struct {
	s     *Store
	c     *conn
	queue chan *writing
	done  chan struct{}

	// Of the open group. All of it are told after the commit, those that failed
	// as well: their errors, a duplicate for instance, may speak of what others
	// of the group have written.
	waiting []*writing
	changes []Change
	acls    map[string]int64 // that it has added
	catalog *catalog         // as it has changed it
	began   time.Time
}

// writing is one call of Store.Write.
type writing struct {
	ctx  context.Context
	fn   func(*Tx) error
	err  error
	done chan struct{}
}

func newWriter(s *Store, c *conn) *writer {
	w := &writer{s: s, c: c, queue: make(chan *writing, maxGroup), done: make(chan struct{})}
	go w.run()
	return w
}

// Write runs fn in a transaction: if fn returns an error (or panics), nothing
// of it is kept and Write returns that error. Write returns nil only when the
// changes are committed, and on the disk unless Config.Unsynced is set.
//
// Functions run one after another, so fn must be quick and must not call
// Write. Calls that come while the disk is busy are committed together.
// When ctx ends before fn has started, fn never runs.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if isClosed(s.closed) {
		return ErrClosed
	}
	wr := &writing{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case s.writer.queue <- wr:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return ErrClosed
	}
	select {
	case <-wr.done:
	case <-s.writer.done: // closed; perhaps before it saw this call
		select {
		case <-wr.done:
		default:
			return ErrClosed
		}
	}
	return wr.err
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case wr := <-w.queue:
			w.group(wr)
		case <-w.s.closed:
			for { // those who were in time
				select {
				case wr := <-w.queue:
					w.group(wr)
				default:
					return
				}
			}
		}
	}
}

func (w *writer) close() error {
	<-w.done
	_, err := w.c.exec("PRAGMA optimize")
	return errors.Join(err, w.c.close())
}

// group runs the first call and all that wait behind it in one transaction.
func (w *writer) group(first *writing) {
	w.began = time.Now()
	w.waiting, w.changes = w.waiting[:0], nil
	w.acls, w.catalog = map[string]int64{}, w.s.catalog.Load()
	if err := w.c.begin(); err != nil {
		w.waiting = append(w.waiting, first)
		w.tell(err)
		return
	}
	for wr := first; wr != nil; wr = w.next() {
		wr.err = w.one(wr)
		w.waiting = append(w.waiting, wr)
	}
	w.commit()
}

// next returns a call that waits, if the group may grow.
func (w *writer) next() *writing {
	if w.c.lost != nil || len(w.waiting) >= maxGroup || time.Since(w.began) > maxGroupTime {
		return nil
	}
	select {
	case wr := <-w.queue:
		return wr
	default:
		return nil
	}
}

// one runs a call as a part of the group's transaction.
func (w *writer) one(wr *writing) error {
	if err := wr.ctx.Err(); err != nil {
		return err
	}
	tx := &Tx{s: w.s, c: w.c, catalog: w.catalog, newACLs: w.acls}
	if err := tx.Try(func() error { return tx.run(wr.fn) }); err != nil {
		return err
	}
	w.catalog = tx.catalog
	w.changes = append(w.changes, tx.changes...)
	return nil
}

// run calls fn and turns a panic into an error, so that it harms only its own
// transaction.
func (tx *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		tx.over = true
		if p := recover(); p != nil {
			tx.s.cfg.Logger.Error("store: panic in a transaction", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("store: panic in a transaction: %v", p)
		}
	}()
	return fn(tx)
}

func (w *writer) commit() {
	kept := slices.ContainsFunc(w.waiting, func(wr *writing) bool { return wr.err == nil })
	err := w.c.lost
	if err == nil && kept {
		err = w.c.commit()
	}
	if err != nil || !kept {
		w.c.rollback()
		w.tell(err)
		return
	}
	w.s.acls.committed(w.acls)
	w.s.catalog.Store(w.catalog)
	if w.s.cfg.OnCommit != nil && len(w.changes) != 0 {
		w.s.cfg.OnCommit(w.changes)
	}
	w.tell(nil)
}

// tell ends the calls of the group. With an error nothing of any was kept.
func (w *writer) tell(err error) {
	for _, wr := range w.waiting {
		if err != nil {
			wr.err = err
		}
		close(wr.done)
	}
}
