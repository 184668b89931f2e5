package parse

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/livequery"
)

const (
	// burst is how close together two events of an object must be for their
	// order to be in doubt, and how long the object must then be quiet before
	// it is read again.
	burst = 1500 * time.Millisecond
)

// step does the next thing that is to be done: it delivers at least one event,
// or has waited for one.
func (s *Subscription[T]) step(emit func(Event[T]) error) error {
	switch {
	case s.bare:
		return s.retrying(s.hydrate())
	case len(s.batch) > 0:
		e := s.batch[0]
		s.batch = s.batch[1:]
		return s.deliver(e, emit)
	case s.fresh:
		return s.retrying(s.snapshot(emit))
	case s.gap != nil:
		return s.retrying(s.catchUp(emit))
	case !s.settleAt.IsZero() && !time.Now().Before(s.settleAt):
		return s.settle(emit)
	}
	if err := s.link.probe(s.work); err != nil {
		return err
	}
	raw, err := s.receive()
	if err != nil {
		return err
	}
	switch {
	case raw == nil:
		return nil
	case raw.Kind == livequery.Resubscribed, raw.Kind == livequery.Overflowed:
		s.gap = &Gap{Deletes: s.config.deletes, Dropped: raw.Dropped}
		return nil
	case raw.Object == nil:
		return nil // Subscribed: begin has done what it asks for
	}
	return s.gather(raw)
}

// receive takes the next raw event. It returns nil when something else is to
// be done first.
func (s *Subscription[T]) receive() (*livequery.Event, error) {
	if s.held != nil {
		raw := s.held
		s.held = nil
		return raw, nil
	}
	wait := probeInterval
	if !s.settleAt.IsZero() {
		wait = min(wait, time.Until(s.settleAt))
	}
	return s.receiveWithin(wait)
}

func (s *Subscription[T]) receiveWithin(wait time.Duration) (*livequery.Event, error) {
	if raw, ok := s.raw.TryNext(); ok {
		return &raw, nil
	}
	if s.timer == nil {
		s.timer = time.NewTimer(wait)
	} else {
		s.timer.Reset(wait)
	}
	defer s.timer.Stop()
	for {
		ended := false
		select {
		case <-s.raw.Ready():
		case <-s.raw.Done():
			ended = true
		case <-s.timer.C:
			return nil, nil
		case <-s.work.Done():
			return nil, context.Cause(s.work)
		}
		if raw, ok := s.raw.TryNext(); ok {
			return &raw, nil
		}
		if ended {
			_, err := s.raw.Next(s.work)
			return nil, err
		}
	}
}

// add decodes a raw event into the batch.
func (s *Subscription[T]) add(raw *livequery.Event) error {
	e := Event[T]{
		Kind:      kindOf(raw.Kind),
		Received:  raw.Received,
		Live:      true,
		Coalesced: raw.Coalesced,
		before:    raw.Original,
		after:     raw.Object,
	}
	if e.Kind.Present() || e.Kind == Left {
		matches, err := s.matcher.matches(raw.Object)
		if err != nil {
			return err
		}
		if e.Kind.Present() != matches {
			e.Kind = mismatched(e.Kind)
		}
	}
	var err error
	if e.after, err = s.strip(e.after); err != nil {
		return err
	}
	if e.Object, err = s.query.decodeObject(e.after); err != nil {
		return err
	}
	if e.before != nil {
		if e.before, err = s.strip(e.before); err != nil {
			return err
		}
		if e.Original, err = s.query.decodeObject(e.before); err != nil {
			return err
		}
	}
	s.saw(object(e.Object).UpdatedAt)
	s.batch = append(s.batch, e)
	return nil
}

func kindOf(kind livequery.Kind) EventKind {
	switch kind {
	case livequery.Created:
		return Created
	case livequery.Entered:
		return Entered
	case livequery.Left:
		return Left
	case livequery.Deleted:
		return Deleted
	}
	return Updated
}

// Kinds for events on which the server's matcher and ours disagree.
const (
	strayed EventKind = -1 // the server says present, we say not: Left if it was known, else nothing
	claimed EventKind = -2 // the server says left, the object matches: it shows the old state, or it is in doubt
)

func mismatched(kind EventKind) EventKind {
	if kind.Present() {
		return strayed
	}
	return claimed
}

// deliver emits one live event, unless the consumer has it already.
func (s *Subscription[T]) deliver(e Event[T], emit func(Event[T]) error) error {
	o := object(e.Object)
	last, known := s.ledger.find(o.ObjectID)
	switch e.Kind {
	case strayed:
		if !known || !last.present {
			return nil
		}
		e.Kind = Left
	case claimed:
		e.Kind = Left
		if known && o.UpdatedAt.After(last.updatedAt) {
			s.doubt(o.ObjectID)
			return nil
		}
	}
	var sum uint64
	if len(s.query.include) == 0 {
		sum = sumOf(s.link.sums, e.after, e.Object)
	} else {
		sum = contentSum(e.Object) // it may have been read meanwhile
	}
	ruling := s.ledger.rule(e.Kind, o.ObjectID, o.UpdatedAt, e.Received)
	switch ruling {
	case repeated:
		return nil
	case doubtful:
		if !last.present || !e.Kind.Present() || last.sum != sum || !o.UpdatedAt.Equal(last.updatedAt) {
			s.doubt(o.ObjectID)
		}
		return nil
	}
	if known && e.Received.Sub(last.live) < burst {
		s.doubt(o.ObjectID)
	}
	s.ledger.put(o.ObjectID, entry{
		updatedAt: o.UpdatedAt, present: e.Kind.Present(), deleted: e.Kind == Deleted, live: e.Received, sum: sum,
	})
	if ruling == unseen {
		return nil // noted, so that an older event of it is not taken for news
	}
	return emit(e)
}

// saw notes how far the subscription is on the server's clock. Only events, in
// the order in which they came, and rows in the order of updatedAt tell that.
func (s *Subscription[T]) saw(updatedAt time.Time) {
	if updatedAt.After(s.since) {
		s.since = updatedAt
	}
}

// strip removes the columns that were fetched only for matching.
func (s *Subscription[T]) strip(raw jsontext.Value) (jsontext.Value, error) {
	if s.selected == nil {
		return raw, nil
	}
	var all map[string]jsontext.Value
	if err := json.Unmarshal(raw, &all, wire.Lenient()); err != nil {
		return nil, err
	}
	kept := make(map[string]jsontext.Value, len(s.selected)+4)
	for _, names := range [][]string{s.selected, {"objectId", "createdAt", "updatedAt", "ACL"}} {
		for _, name := range names {
			if value, ok := all[name]; ok {
				kept[name] = value
			}
		}
	}
	return json.Marshal(kept, wire.Lenient())
}
