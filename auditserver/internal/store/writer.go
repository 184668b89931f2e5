package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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

	waiting []*writing // of the open group: to be told after the commit
	changes []Change
	acls    map[string]int64 // ACLs the open group has added
	catalog *catalog         // as the open group has changed it
	began   time.Time
	lost    error // the group's transaction is gone: nobody of it may be acknowledged
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
	w.waiting, w.changes, w.lost = w.waiting[:0], nil, nil
	w.acls, w.catalog = map[string]int64{}, w.s.catalog.Load()
	if _, err := w.c.exec("BEGIN IMMEDIATE"); err != nil {
		first.finish(fmt.Errorf("store: begin: %w", err))
		return
	}
	for wr := first; wr != nil; wr = w.next() {
		if err := w.one(wr); err != nil {
			wr.finish(err)
		} else {
			w.waiting = append(w.waiting, wr)
		}
	}
	w.commit()
}

// next returns a call that waits, if the group may grow.
func (w *writer) next() *writing {
	if w.lost != nil || len(w.waiting) >= maxGroup || time.Since(w.began) > maxGroupTime {
		return nil
	}
	select {
	case wr := <-w.queue:
		return wr
	default:
		return nil
	}
}

// one runs a call within a savepoint of its own.
func (w *writer) one(wr *writing) error {
	if err := wr.ctx.Err(); err != nil {
		return err
	}
	if err := w.savepoint("SAVEPOINT w"); err != nil {
		return err
	}
	tx := &Tx{s: w.s, c: w.c, catalog: w.catalog, newACLs: w.acls}
	known := len(w.acls)
	if err := tx.run(wr.fn); err != nil {
		if len(w.acls) != known {
			w.acls = map[string]int64{} // some of them are undone: look them up again
		}
		if undo := w.savepoint("ROLLBACK TO w"); undo != nil {
			return errors.Join(err, undo)
		}
		if undo := w.savepoint("RELEASE w"); undo != nil {
			return errors.Join(err, undo)
		}
		return err
	}
	if err := w.savepoint("RELEASE w"); err != nil {
		return err
	}
	w.catalog = tx.catalog
	w.changes = append(w.changes, tx.changes...)
	return nil
}

// savepoint runs one of the statements that hold a group together. When it
// fails, SQLite has ended the whole transaction, as it does on a full disk.
func (w *writer) savepoint(sql string) error {
	if _, err := w.c.exec(sql); err != nil {
		w.lost = fmt.Errorf("store: the transaction was rolled back: %w", err)
	}
	return w.lost
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
	err := w.lost
	if err == nil {
		if _, err = w.c.exec("COMMIT"); err != nil {
			err = fmt.Errorf("store: commit: %w", err)
		}
	}
	if err != nil {
		_, _ = w.c.exec("ROLLBACK") // SQLite may have done so already
		for _, wr := range w.waiting {
			wr.finish(err)
		}
		return
	}
	w.s.acls.committed(w.acls)
	w.s.catalog.Store(w.catalog)
	if w.s.cfg.OnCommit != nil && len(w.changes) != 0 {
		w.s.cfg.OnCommit(w.changes)
	}
	for _, wr := range w.waiting {
		wr.finish(nil)
	}
}

func (wr *writing) finish(err error) {
	wr.err = err
	close(wr.done)
}
