package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// Bounds of one round of writes that share a commit.
const (
	maxRound     = 256
	maxRoundTime = 50 * time.Millisecond
	// A round that has run for longRound is committed while the one before is
	// still being synced. A shorter one grows until then: a commit of many
	// writes has fewer pages to write than many of a few.
	longRound = 5 * time.Millisecond
)

// writer is the only goroutine that writes, on a connection of its own. It
// runs the functions given to Store.Write one after another and commits
// together those that wait, or that come while the disk is busy.
type writer struct {
	s      *Store
	c      *conn
	syncer *syncer
	queue  chan *writing
	done   chan struct{}
}

func newWriter(s *Store, c *conn, log *syncedLog) *writer {
	w := &writer{s: s, c: c, syncer: newSyncer(s.cfg.OnCommit, log), queue: make(chan *writing, maxRound), done: make(chan struct{})}
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
	if err := s.writer.syncer.broken(); err != nil {
		return err
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
	defer w.syncer.close()
	for {
		select {
		case wr := <-w.queue:
			w.round(wr)
		case <-w.s.closed:
			for { // the calls that came in time
				select {
				case wr := <-w.queue:
					w.round(wr)
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
	return errors.Join(err, w.s.settleLog(w.c), w.c.close())
}

// round runs the first call and all that may join it in one transaction.
func (w *writer) round(first *writing) {
	r := newRound(w.s.catalog.Load())
	if r.err = w.c.begin(); r.err != nil {
		r.waiting = append(r.waiting, first)
	} else {
		for wr := first; wr != nil; wr = w.next(r) {
			wr.err = w.one(r, wr)
			r.waiting = append(r.waiting, wr)
		}
	}
	<-w.syncer.latest.Load().taken
	w.syncer.announce(r)
	w.commit(r)
	w.syncer.rounds <- r
}

// next returns the next call of the round: one that comes before the disk is
// free for the round, or waits when it is. Nil: the round is complete.
func (w *writer) next(r *round) *writing {
	if w.c.lost != nil || len(r.waiting) >= maxRound || time.Since(r.began) > maxRoundTime {
		return nil
	}
	if !r.closing {
		before := w.syncer.latest.Load()
		free := before.settled
		if time.Since(r.began) > longRound {
			free = before.taken
		}
		select {
		case <-free:
		default:
			select {
			case wr := <-w.queue:
				return wr
			case <-free:
			}
		}
		r.closing, r.left = true, len(w.queue)
	}
	if r.left == 0 {
		return nil
	}
	r.left--
	return <-w.queue
}

// one runs a call as a part of the round.
func (w *writer) one(r *round, wr *writing) error {
	if err := wr.ctx.Err(); err != nil {
		return err
	}
	tx := &Tx{s: w.s, c: w.c, catalog: r.catalog, newACLs: r.acls}
	if err := tx.Try(func() error { return tx.run(wr.fn) }); err != nil {
		return err
	}
	r.catalog = tx.catalog
	r.changes = append(r.changes, tx.changes...)
	return nil
}

// run calls fn and ends the transaction.
func (tx *Tx) run(fn func(*Tx) error) error {
	defer func() { tx.over = true }()
	return tx.safely(func() error { return fn(tx) })
}

// safely calls fn and turns a panic into an error, so that it harms only its own
// part of a transaction.
func (tx *Tx) safely(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			tx.s.cfg.Logger.Error("store: panic in a transaction", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("store: panic in a transaction: %v", p)
		}
	}()
	return fn()
}

// commit ends the transaction of the round.
func (w *writer) commit(r *round) {
	if r.err == nil {
		r.err = w.c.lost
	}
	if r.err == nil && r.writes() {
		w.s.rows.during(r.changes, r.catalog != w.s.catalog.Load(), func() {
			if r.err = w.c.commit(); r.err == nil {
				r.committed = true
				w.s.catalog.Store(r.catalog)
			}
		})
		if log := w.syncer.log; log != nil && r.committed {
			r.written = log.committed()
		} else if log != nil {
			log.follower.Doubt()
		}
	}
	if !r.committed {
		w.c.rollback()
		return
	}
	w.s.acls.committed(r.acls)
}
