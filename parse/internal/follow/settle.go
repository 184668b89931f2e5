package follow

import (
	"maps"
	"slices"
	"time"
)

// This file is about objects whose events came so close together that the last
// one need not show their state.

// doubt marks objects to be read again when they have been quiet for a while.
func (f *Follower) doubt(ids ...string) {
	at := time.Now().Add(burst)
	for _, id := range ids {
		f.unsettled[id] = at
	}
	if f.settleAt.IsZero() {
		f.settleAt = at
	}
}

// settle reads the objects that have become quiet and delivers those that are
// not what was delivered last. What cannot be read now stays in doubt.
func (f *Follower) settle(emit func(Event) error) error {
	now := time.Now()
	var due []string
	for id, at := range f.unsettled {
		if !at.After(now) && len(due) < readAtOnce {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	var rows []Row
	var err error
	if len(due) > 0 { // else they have not been quiet
		rows, err = f.byID(Ask{}, due)
	}
	if err != nil {
		f.doubt(due...)
	} else {
		for _, id := range due {
			delete(f.unsettled, id)
		}
		err = f.settled(due, rows, now, emit)
	}
	f.settleAt = time.Time{}
	for at := range maps.Values(f.unsettled) {
		if f.settleAt.IsZero() || at.Before(f.settleAt) {
			f.settleAt = at
		}
	}
	if f.Source.Transient(err) {
		f.cannotRead(err)
		return nil
	}
	return err
}

func (f *Follower) settled(due []string, rows []Row, start time.Time, emit func(Event) error) error {
	found := make(map[string]bool, len(rows))
	var stopped error
	for _, row := range rows {
		id := row.ID
		found[id] = true
		last, _ := f.ledger.find(id)
		switch {
		case last.present && last.sum == f.Source.Sum(row):
		case stopped != nil:
			f.doubt(id) // the consumer has left its loop: when it comes back
		default:
			stopped = f.emitRead(Resynced, row, start, emit)
		}
	}
	var gone []string
	for _, id := range due {
		if last, _ := f.ledger.find(id); !found[id] && last.present {
			gone = append(gone, id)
		}
	}
	if stopped != nil {
		f.doubt(gone...)
		return stopped
	}
	return f.emitGone(gone, emit)
}
