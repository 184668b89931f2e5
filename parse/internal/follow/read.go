package follow

import (
	"errors"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// This file is what a Follower reads over REST: where it begins and what it
// missed.

const (
	// skew is how far before the newest change seen a catching up begins: a
	// change is stamped before it is written, so an older one may come later.
	skew = 15 * time.Second

	// readAtOnce is how many objects are read by their ids at once.
	readAtOnce = 100
)

// Begin finds out the time on the server's clock and, for WithDeletes, which objects
// there are. The server has accepted the subscription by then, so later changes
// arrive as events. A snapshot finds out both by itself.
func (f *Follower) Begin() error {
	if f.Config.Snapshot {
		return nil
	}
	if err := f.lookAtClock(); err != nil || !f.Deletes {
		return err
	}
	return f.each(Ask{IDsOnly: true}, func(row Row) error {
		f.ledger.put(row.ID, entry{updatedAt: row.UpdatedAt, present: true})
		return nil
	})
}

// lookAtClock finds the newest updatedAt up to the server's present. Rows that are
// read later must not advance it, because the event of an older change may have been
// lost meanwhile.
func (f *Follower) lookAtClock() error {
	return f.each(Ask{IDsOnly: true, Newest: true, Limit: 1}, func(row Row) error {
		f.saw(row.UpdatedAt, time.Now())
		return nil
	})
}

func (f *Follower) snapshot(emit func(Event) error) error {
	if f.since.IsZero() {
		if err := f.lookAtClock(); err != nil {
			return err
		}
	}
	start := time.Now()
	f.ledger.reading = true
	err := f.each(Ask{}, func(row Row) error {
		if f.hadLater(row) {
			return nil // delivered before the consumer left its loop
		}
		return f.emitRead(Snapshot, row, start, emit)
	})
	if err != nil {
		return err
	}
	f.fresh, f.ledger.reading = false, false
	return emit(Event{Kind: CaughtUp, Received: time.Now()})
}

// catchUp delivers what changed in a gap. If it breaks off, it starts again:
// what it has delivered is known.
func (f *Follower) catchUp(emit func(Event) error) error {
	start := time.Now()
	f.ledger.reading = true
	changed := Ask{ByTime: true}
	if !f.since.IsZero() {
		f.gap.Since = f.since.Add(-skew)
		changed.Where = append(changed.Where, where.Clause{Field: "updatedAt", Terms: []where.Term{where.Is(where.Gte, f.gap.Since)}})
	}
	err := f.each(changed, func(row Row) error {
		f.saw(row.UpdatedAt, time.Now()) // they come in this order
		return f.resync(row, start, emit)
	})
	if err != nil {
		return err
	}
	if f.Deletes {
		if err := f.compareIDs(emit); err != nil {
			return err
		}
	}
	gap := f.gap
	f.gap, f.ledger.reading = nil, false
	return emit(Event{Kind: CaughtUp, Received: time.Now(), Gap: gap})
}

// resync delivers an object that was read, unless its state is what was
// delivered last.
func (f *Follower) resync(row Row, start time.Time, emit func(Event) error) error {
	if f.hadLater(row) {
		return nil
	}
	if f.gap != nil {
		f.gap.Resynced++
	}
	return f.emitRead(Resynced, row, start, emit)
}

// hadLater says that the object was delivered with the updatedAt of the row or a
// later one. updatedAt is no version, and may go back where the clocks of nodes
// differ: where the state is another one all the same, the object is in doubt.
func (f *Follower) hadLater(row Row) bool {
	last, known := f.ledger.find(row.ID)
	if !known || !last.present || row.UpdatedAt.After(last.updatedAt) {
		return false
	}
	if last.sum != 0 && last.sum != f.Source.Sum(row) || last.sum == 0 && !row.UpdatedAt.Equal(last.updatedAt) {
		f.doubt(row.ID)
	}
	return true
}

func (f *Follower) emitRead(kind Kind, row Row, start time.Time, emit func(Event) error) error {
	f.ledger.put(row.ID, entry{updatedAt: row.UpdatedAt, present: true, read: start, sum: f.Source.Sum(row)})
	return emit(Event{Kind: kind, Row: row, Received: time.Now()})
}

// compareIDs reads the ids of all objects the query finds and delivers what the
// ledger's register shows to be gone, or to have changed.
func (f *Follower) compareIDs(emit func(Event) error) error {
	start := time.Now()
	found := make(map[string]bool, len(f.ledger.register))
	var differ []string
	err := f.each(Ask{IDsOnly: true}, func(row Row) error {
		found[row.ID] = true
		if at, known := f.ledger.register[row.ID]; !known || !row.UpdatedAt.Equal(at) {
			differ = append(differ, row.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(differ, readAtOnce) {
		rows, err := f.byID(Ask{}, ids)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := f.resync(row, start, emit); err != nil {
				return err
			}
		}
	}
	var gone []string
	for id := range f.ledger.register {
		if !found[id] {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	return f.emitGone(gone, emit)
}

// emitGone delivers objects that the query no longer finds: Left with the object if
// it can still be read, and Deleted with its id otherwise.
func (f *Follower) emitGone(gone []string, emit func(Event) error) error {
	for ids := range slices.Chunk(gone, readAtOnce) {
		start := time.Now()
		rows, err := f.byID(Ask{Anything: true, Pointers: true}, ids)
		if err != nil {
			f.doubt(gone...)
			return err
		}
		readable := make(map[string]Row, len(rows))
		for _, row := range rows {
			readable[row.ID] = row
		}
		for i, id := range ids {
			row, found := readable[id]
			e := Event{Kind: Left, Row: row, Received: time.Now()}
			if !found {
				e.Kind, e.Row = Deleted, Row{ID: id}
			}
			last, _ := f.ledger.find(id)
			at := e.Row.UpdatedAt
			if at.Before(last.updatedAt) {
				at = last.updatedAt
			}
			f.ledger.put(id, entry{updatedAt: at, deleted: e.Kind == Deleted, read: start})
			if f.gap != nil {
				f.gap.Gone++
			}
			if err := emit(e); err != nil {
				f.doubt(gone[i+1:]...) // the consumer has left its loop: when it comes back
				return err
			}
		}
		gone = gone[len(ids):]
	}
	return nil
}

// retrying waits after a failure that may pass; any other ends the
// subscription.
func (f *Follower) retrying(err error) error {
	if err == nil || errors.Is(err, ErrLeft) || !f.Source.Transient(err) {
		f.failures = 0
		return err
	}
	f.cannotRead(err)
	f.failures++
	return f.pause(pauseAfter(f.failures))
}

func (f *Follower) cannotRead(err error) {
	if f.work.Err() != nil {
		return // it was closed meanwhile
	}
	f.Source.CannotRead(err)
}

// pauseAfter grows with the failures in a row.
func pauseAfter(failures int) time.Duration {
	return min(250*time.Millisecond<<min(failures, 6), 10*time.Second)
}

// pause waits, or returns the end of the work.
func (f *Follower) pause(pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-f.work.Done():
		return f.work.Err()
	}
}

func (f *Follower) each(ask Ask, visit func(Row) error) error {
	for row, err := range f.Source.Read(f.work, ask) {
		if err != nil {
			return err
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return nil
}

// byID reads those of the objects that are asked for, all of them: a server may
// cap pages, and one that is not found is taken for gone.
func (f *Follower) byID(ask Ask, ids []string) (rows []Row, err error) {
	ask.Where = []where.Clause{{Field: "objectId", Terms: []where.Term{where.Is(where.In, ids)}}}
	ask.Unordered, ask.Limit = true, len(ids)
	err = f.each(ask, func(row Row) error {
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// ErrLeft is returned by a consumer that wants no more events for now.
var ErrLeft = errors.New("left")
