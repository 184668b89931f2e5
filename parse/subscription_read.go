package parse

import (
	"errors"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// This file is what a subscription reads over REST: where it begins and what it
// missed.

const (
	// skew is how far before the newest change seen a catching up begins: a
	// change is stamped before it is written, so an older one may come later.
	skew = 15 * time.Second

	// readAtOnce is how many objects are read by their ids at once.
	readAtOnce = 100
)

// begin finds out where the server's clock stands and, for WithDeletes, which
// objects there are. The subscription stands already, so what changes from
// here on arrives. A snapshot does the same for itself.
func (s *Subscription[T]) begin() error {
	if s.config.snapshot {
		return nil
	}
	if err := s.lookAtClock(); err != nil || !s.config.deletes {
		return err
	}
	return s.each(s.idsOnly(s.query), func(row *T) error {
		o := object(row)
		s.ledger.put(o.ObjectID, entry{updatedAt: o.UpdatedAt, present: true})
		return nil
	})
}

// lookAtClock finds the newest updatedAt. Rows that are read later must not move
// it on: while they were read an event may have been lost, of an older change.
func (s *Subscription[T]) lookAtClock() error {
	newest := s.idsOnly(s.query).OrderBy(Order[T]{name: "updatedAt", descending: true}).Limit(1)
	rows, err := newest.Find(s.work)
	if err == nil && len(rows) == 1 {
		s.saw(object(rows[0]).UpdatedAt)
	}
	return err
}

func (s *Subscription[T]) snapshot(emit func(Event[T]) error) error {
	if s.since.IsZero() {
		if err := s.lookAtClock(); err != nil {
			return err
		}
	}
	start := time.Now()
	s.ledger.reading = true
	err := s.each(s.query, func(row *T) error {
		o := object(row)
		if last, known := s.ledger.find(o.ObjectID); known && last.present && !o.UpdatedAt.After(last.updatedAt) {
			return nil // delivered before the consumer left its loop
		}
		return s.emitRead(Snapshot, row, start, emit)
	})
	if err != nil {
		return err
	}
	s.fresh, s.ledger.reading = false, false
	return emit(Event[T]{Kind: CaughtUp, Object: new(T), Received: time.Now()})
}

// catchUp delivers what changed in a gap. If it breaks off, it starts again:
// what it has delivered is known.
func (s *Subscription[T]) catchUp(emit func(Event[T]) error) error {
	start := time.Now()
	s.ledger.reading = true
	changed := s.query
	if !s.since.IsZero() {
		s.gap.Since = s.since.Add(-skew)
		changed.where = append(slices.Clip(changed.where), where.Clause{Field: "updatedAt", Terms: []where.Term{where.Is(where.Gte, s.gap.Since)}})
	}
	changed.order = []Order[T]{{name: "updatedAt"}}
	err := s.each(changed, func(row *T) error {
		s.saw(object(row).UpdatedAt) // they come in this order
		return s.resync(row, start, emit)
	})
	if err != nil {
		return err
	}
	if s.config.deletes {
		if err := s.compareIDs(emit); err != nil {
			return err
		}
	}
	gap := s.gap
	s.gap, s.ledger.reading = nil, false
	return emit(Event[T]{Kind: CaughtUp, Object: new(T), Received: time.Now(), Gap: gap})
}

// resync delivers an object that was read, unless its state is what was
// delivered last.
func (s *Subscription[T]) resync(row *T, start time.Time, emit func(Event[T]) error) error {
	o := object(row)
	last, known := s.ledger.find(o.ObjectID)
	if known && last.present && !o.UpdatedAt.After(last.updatedAt) {
		if last.sum != 0 && last.sum != contentSum(row) {
			s.doubt(o.ObjectID) // updatedAt is no version: wait until it is quiet
		}
		return nil
	}
	if s.gap != nil {
		s.gap.Resynced++
	}
	return s.emitRead(Resynced, row, start, emit)
}

func (s *Subscription[T]) emitRead(kind EventKind, row *T, start time.Time, emit func(Event[T]) error) error {
	o := object(row)
	s.ledger.put(o.ObjectID, entry{updatedAt: o.UpdatedAt, present: true, read: start, sum: contentSum(row)})
	return emit(Event[T]{Kind: kind, Object: row, Received: time.Now()})
}

// compareIDs reads the ids of all objects the query finds and delivers what the
// ledger's register shows to be gone, or to have changed.
func (s *Subscription[T]) compareIDs(emit func(Event[T]) error) error {
	start := time.Now()
	found := make(map[string]bool, len(s.ledger.register))
	var differ []string
	err := s.each(s.idsOnly(s.query), func(row *T) error {
		o := object(row)
		found[o.ObjectID] = true
		if at, known := s.ledger.register[o.ObjectID]; !known || o.UpdatedAt.After(at) {
			differ = append(differ, o.ObjectID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(differ, readAtOnce) {
		rows, err := s.byID(s.query, ids)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := s.resync(row, start, emit); err != nil {
				return err
			}
		}
	}
	var gone []string
	for id := range s.ledger.register {
		if !found[id] {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	return s.emitGone(gone, emit)
}

// emitGone delivers objects that the query does not find any more: Left with
// the object if it can still be read, else Deleted with its id.
func (s *Subscription[T]) emitGone(gone []string, emit func(Event[T]) error) error {
	plain := Query[T]{collection: s.query.collection, keys: s.query.keys}
	for ids := range slices.Chunk(gone, readAtOnce) {
		start := time.Now()
		rows, err := s.byID(plain, ids)
		if err != nil {
			s.doubt(gone...)
			return err
		}
		readable := make(map[string]*T, len(rows))
		for _, row := range rows {
			readable[object(row).ObjectID] = row
		}
		for i, id := range ids {
			e := Event[T]{Kind: Left, Object: readable[id], Received: time.Now()}
			if e.Object == nil {
				e.Kind, e.Object = Deleted, new(T)
				object(e.Object).ObjectID = id
			}
			last, _ := s.ledger.find(id)
			at := object(e.Object).UpdatedAt
			if at.Before(last.updatedAt) {
				at = last.updatedAt
			}
			s.ledger.put(id, entry{updatedAt: at, deleted: e.Kind == Deleted, read: start})
			if s.gap != nil {
				s.gap.Gone++
			}
			if err := emit(e); err != nil {
				s.doubt(gone[i+1:]...) // the consumer has left its loop: when it comes back
				return err
			}
		}
		gone = gone[len(ids):]
	}
	return nil
}

// retrying waits after a failure that may pass; any other ends the
// subscription.
func (s *Subscription[T]) retrying(err error) error {
	if err == nil || errors.Is(err, errLeft) || !transient(err) {
		s.failures = 0
		return err
	}
	s.cannotRead(err)
	s.failures++
	return transport.Wait(s.work, pauseAfter(s.failures))
}

func (s *Subscription[T]) cannotRead(err error) {
	if s.work.Err() != nil {
		return // it was closed meanwhile
	}
	s.query.collection.client.cfg.Logger.WarnContext(s.work, "live query cannot catch up", "class", s.query.collection.class, "error", err)
}

// pauseAfter grows with the failures in a row.
func pauseAfter(failures int) time.Duration {
	return min(250*time.Millisecond<<min(failures, 6), 10*time.Second)
}

func (s *Subscription[T]) each(q Query[T], visit func(*T) error) error {
	for row, err := range q.All(s.work) {
		if err != nil {
			return err
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return nil
}

// idsOnly is q for what the ledger needs of each row.
func (s *Subscription[T]) idsOnly(q Query[T]) Query[T] {
	q.include, q.order = nil, nil
	q.keys = []columnPath{{dotted: "updatedAt"}}
	return q
}

// byID reads those of the objects that q finds, all of them: a server may cap
// pages, and one that is not found is taken for gone.
func (s *Subscription[T]) byID(q Query[T], ids []string) (rows []*T, err error) {
	q.where = append(slices.Clip(q.where), where.Clause{Field: "objectId", Terms: []where.Term{where.Is(where.In, ids)}})
	q.order = nil
	err = s.each(q.Limit(len(ids)), func(row *T) error {
		rows = append(rows, row)
		return nil
	})
	return rows, err
}
