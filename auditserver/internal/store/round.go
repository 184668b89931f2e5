package store

import (
	"context"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/wal"
)

// round is the writes of one transaction of SQLite. Their callers
// get the results together. So do those that failed: their errors, a duplicate for
// instance, may come from what others of the round have written.
type round struct {
	began   time.Time
	waiting []*writing
	changes []Change
	acls    map[string]int64 // that it has added
	catalog *catalog         // as it has changed it

	closing   bool // only those join who waited when the disk was free:
	left      int  // so many more
	committed bool
	written   wal.Position // where the log ends with it

	err     error         // no write of the round may be acknowledged
	taken   chan struct{} // closed when its sync begins
	settled chan struct{} // closed when its outcome is certain
}

// newRound returns an empty round that begins now.
func newRound(catalog *catalog) *round {
	return &round{began: time.Now(), acls: map[string]int64{}, catalog: catalog, taken: make(chan struct{}), settled: make(chan struct{})}
}

// settle tells all of the round.
func (r *round) settle() {
	close(r.settled)
	for _, wr := range r.waiting {
		if r.err != nil {
			wr.err = r.err
		}
		close(wr.done)
	}
}

// writes tells whether there is anything to commit.
func (r *round) writes() bool {
	return slices.ContainsFunc(r.waiting, func(wr *writing) bool { return wr.err == nil })
}

// writing is one call of Store.Write.
type writing struct {
	ctx  context.Context
	fn   func(*Tx) error
	err  error
	done chan struct{}
}
