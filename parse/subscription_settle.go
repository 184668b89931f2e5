package parse

import (
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// This file is about objects whose events came so close together that the last
// one need not show their state.

// doubt has objects read again when they have been quiet for a while.
func (s *Subscription[T]) doubt(ids ...string) {
	at := time.Now().Add(burst)
	for _, id := range ids {
		s.unsettled[id] = at
	}
	if s.settleAt.IsZero() {
		s.settleAt = at
	}
}

// settle reads the objects that have become quiet and delivers those that are
// not what was delivered last. What cannot be read now stays in doubt.
func (s *Subscription[T]) settle(emit func(Event[T]) error) error {
	now := time.Now()
	var due []string
	for id, at := range s.unsettled {
		if !at.After(now) && len(due) < readAtOnce {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	var rows []*T
	var err error
	if len(due) > 0 { // else they have not been quiet
		rows, err = s.byID(s.query, due)
	}
	if err != nil {
		s.doubt(due...)
	} else {
		for _, id := range due {
			delete(s.unsettled, id)
		}
		err = s.settled(due, rows, now, emit)
	}
	s.settleAt = time.Time{}
	for at := range maps.Values(s.unsettled) {
		if s.settleAt.IsZero() || at.Before(s.settleAt) {
			s.settleAt = at
		}
	}
	if transient(err) {
		s.cannotRead(err)
		return nil
	}
	return err
}

func (s *Subscription[T]) settled(due []string, rows []*T, start time.Time, emit func(Event[T]) error) error {
	found := make(map[string]bool, len(rows))
	var stopped error
	for _, row := range rows {
		id := object(row).ObjectID
		found[id] = true
		last, _ := s.ledger.find(id)
		switch {
		case last.present && last.sum == contentSum(row):
		case stopped != nil:
			s.doubt(id) // the consumer has left its loop: when it comes back
		default:
			stopped = s.emitRead(Resynced, row, start, emit)
		}
	}
	var gone []string
	for _, id := range due {
		if last, _ := s.ledger.find(id); !found[id] && last.present {
			gone = append(gone, id)
		}
	}
	if stopped != nil {
		s.doubt(gone...)
		return stopped
	}
	return s.emitGone(gone, emit)
}

// contentSum is the same for objects that look the same to the consumer,
// whether they came live or were read; included objects do not count. It is
// never 0.
func contentSum[T any](row *T) uint64 {
	raw, err := json.Marshal(row, json.Deterministic(true), wire.Lenient())
	if err != nil {
		return uint64(time.Now().UnixNano()) | 1 // like nothing else
	}
	sum := fnv.New64a()
	_, _ = sum.Write(raw) // never fails
	return sum.Sum64() | 1
}
