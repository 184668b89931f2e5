package store

import (
	"context"
	"fmt"
	"sync/atomic"
)

// syncer brings rounds to the disk in order and tells those who wait, while the
// writer already commits the next round and runs the one after. Readers that
// may have seen a round wait for it as well: nothing leaves the store that a
// power cut could take back.
type syncer struct {
	log      *syncedLog // nil: nothing is synced
	onCommit func([]Change)
	latest   atomic.Pointer[round] // the last that was announced
	rounds   chan *round           // at most one waits
	done     chan struct{}

	failed chan struct{} // closed when a sync has failed with err
	err    error
}

func newSyncer(onCommit func([]Change), log *syncedLog) *syncer {
	y := &syncer{log: log, onCommit: onCommit, rounds: make(chan *round, 1), done: make(chan struct{}), failed: make(chan struct{})}
	none := newRound(nil)
	close(none.taken)
	close(none.settled)
	y.latest.Store(none)
	go y.run()
	return y
}

func (y *syncer) run() {
	defer close(y.done)
	for r := range y.rounds {
		close(r.taken)
		y.sync(r)
		if r.err == nil && y.onCommit != nil && len(r.changes) != 0 {
			y.onCommit(r.changes)
		}
		r.settle()
	}
}

// sync makes a committed round durable. A later sync would not bring back what a
// failed one has dropped, so after a failure no round becomes durable.
func (y *syncer) sync(r *round) {
	if !r.committed || y.log == nil {
		return
	}
	if r.err = y.broken(); r.err != nil {
		return
	}
	if err := y.log.sync(r.written); err != nil {
		y.err = fmt.Errorf("%w: %w", ErrBroken, err)
		r.err = y.err
		close(y.failed)
	}
}

// announce says that r is about to be visible. The round before has been taken.
func (y *syncer) announce(r *round) { y.latest.Store(r) }

// broken returns ErrBroken (wrapped) if a sync has failed.
func (y *syncer) broken() error {
	if isClosed(y.failed) {
		return y.err
	}
	return nil
}

// wait waits until all that was visible is on the disk.
func (y *syncer) wait(ctx context.Context) error {
	if y.log == nil {
		return nil
	}
	if err := y.settled(ctx); err != nil {
		return err
	}
	return y.broken()
}

// settled waits until the outcome of the last round is certain.
func (y *syncer) settled(ctx context.Context) error {
	select {
	case <-y.latest.Load().settled:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close waits for the last round.
func (y *syncer) close() {
	close(y.rounds)
	<-y.done
	if y.log != nil {
		_ = y.log.close() // the record is only synced when the log is settled
	}
}
