package follow

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/livequery"
)

// burst is how close together two events of an object must be for their
// order to be in doubt, and how long the object must then be quiet before
// it is read again.
const burst = 1500 * time.Millisecond

// ProbeInterval is how often a live query asks whether its session is still valid.
// Parse Server does not say that a session has ended: it just sends no more events
// (protocol section 8.3).
const ProbeInterval = time.Minute

// Step does the next thing that is to be done. It delivers at least one event or
// waits for one.
func (f *Follower) Step(emit func(Event) error) error {
	switch {
	case f.bare:
		return f.retrying(f.hydrate())
	case len(f.batch) > 0:
		return f.deliver(f.next(), emit)
	case f.fresh:
		return f.retrying(f.snapshot(emit))
	case f.gap != nil:
		return f.retrying(f.catchUp(emit))
	case !f.settleAt.IsZero() && !time.Now().Before(f.settleAt):
		return f.settle(emit)
	}
	if err := f.Source.Probe(f.work); err != nil {
		return err
	}
	raw, err := f.receive()
	if err != nil {
		return err
	}
	switch {
	case raw == nil:
		return nil
	case raw.Kind == livequery.Resubscribed, raw.Kind == livequery.Overflowed:
		f.gap = &Gap{Deletes: f.Deletes, Dropped: raw.Dropped}
		return nil
	case raw.Object == nil:
		return nil // Subscribed: begin has done what it asks for
	}
	f.gather(raw)
	return nil
}

// next takes the first event out of the batch, whose memory serves the next one.
func (f *Follower) next() Event {
	e := f.batch[f.taken]
	f.batch[f.taken] = Event{}
	if f.taken++; f.taken == len(f.batch) {
		f.batch, f.taken = f.batch[:0], 0
	}
	return e
}

// receive takes the next raw event. It returns nil when something else is to
// be done first.
func (f *Follower) receive() (*livequery.Event, error) {
	if f.held != nil {
		raw := f.held
		f.held = nil
		return raw, nil
	}
	wait := ProbeInterval
	if !f.settleAt.IsZero() {
		wait = min(wait, time.Until(f.settleAt))
	}
	return f.receiveWithin(wait)
}

func (f *Follower) receiveWithin(wait time.Duration) (*livequery.Event, error) {
	if raw, ok := f.Raw.TryNext(); ok {
		return &raw, nil
	}
	if f.timer == nil {
		f.timer = time.NewTimer(wait)
	} else {
		f.timer.Reset(wait)
	}
	defer f.timer.Stop()
	for {
		ended := false
		select {
		case <-f.Raw.Ready():
		case <-f.Raw.Done():
			ended = true
		case <-f.timer.C:
			return nil, nil
		case <-f.work.Done():
			return nil, context.Cause(f.work)
		}
		if raw, ok := f.Raw.TryNext(); ok {
			return &raw, nil
		}
		if ended {
			_, err := f.Raw.Next(f.work)
			return nil, err
		}
	}
}

// add decodes a raw event into the batch.
func (f *Follower) add(raw *livequery.Event) {
	e := Event{
		Kind:      kindOf(raw.Kind),
		Received:  raw.Received,
		Live:      true,
		Coalesced: raw.Coalesced,
		Before:    raw.Original,
		After:     raw.Object,
	}
	if e.Kind.Present() || e.Kind == Left {
		// A value on which the query cannot be evaluated here leaves the word to the server.
		if matches, err := f.Matcher.matches(raw.Object); err == nil && e.Kind.Present() != matches {
			e.Kind = mismatched(e.Kind)
		}
	}
	e.After = f.strip(e.After)
	e.Row = f.Source.Decode(e.After)
	if e.Before != nil {
		e.Before = f.strip(e.Before)
		e.Original = f.Source.Decode(e.Before)
	}
	f.saw(e.Row.UpdatedAt, e.Received)
	f.batch = append(f.batch, e)
}

func kindOf(kind livequery.Kind) Kind {
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
	strayed Kind = -1 // the server says present, we say not: Left if it was known, else nothing
	claimed Kind = -2 // the server says left, the object matches: it shows the old state, or it is in doubt
)

func mismatched(kind Kind) Kind {
	if kind.Present() {
		return strayed
	}
	return claimed
}

// deliver emits one live event, unless the consumer has it already.
func (f *Follower) deliver(e Event, emit func(Event) error) error {
	o := e.Row
	if o.ID == "" {
		return emit(e) // not even that could be read: nothing can be known of it
	}
	last, known := f.ledger.find(o.ID)
	switch e.Kind {
	case strayed:
		if !known || !last.present {
			return nil
		}
		e.Kind = Left
	case claimed:
		e.Kind = Left
		if known && o.UpdatedAt.After(last.updatedAt) {
			f.doubt(o.ID)
			return nil
		}
	}
	var sum uint64
	if !f.Include {
		sum = f.liveSum(e.After, e.Row)
	} else {
		sum = f.Source.Sum(e.Row) // it may have been read meanwhile
	}
	ruling := f.ledger.rule(e.Kind, o.ID, o.UpdatedAt, e.Received)
	switch ruling {
	case repeated:
		return nil
	case doubtful:
		if !last.present || !e.Kind.Present() || last.sum != sum || !o.UpdatedAt.Equal(last.updatedAt) {
			f.doubt(o.ID)
		}
		return nil
	}
	if known && e.Received.Sub(last.live) < burst {
		f.doubt(o.ID)
	}
	f.ledger.put(o.ID, entry{
		updatedAt: o.UpdatedAt, present: e.Kind.Present(), deleted: e.Kind == Deleted, live: e.Received, sum: sum,
	})
	if ruling == unseen {
		return nil // noted, so that an older event of it is not taken for news
	}
	return emit(e)
}

// saw records how far the subscription is on the server's clock. Only events in the
// order in which they came, and rows in the order of updatedAt, show that, and none
// shows more than the server's present when it came: a node whose clock was wrong
// may have stamped it.
func (f *Follower) saw(updatedAt, received time.Time) {
	if present := f.Source.Present(received); !present.IsZero() && updatedAt.After(present) {
		updatedAt = present
	}
	if updatedAt.After(f.since) {
		f.since = updatedAt
	}
}

// strip removes the columns that were fetched only for matching.
func (f *Follower) strip(raw jsontext.Value) jsontext.Value {
	var all map[string]jsontext.Value
	if f.Keep == nil || json.Unmarshal(raw, &all, wire.Tolerant()) != nil {
		return raw
	}
	kept := make(map[string]jsontext.Value, len(f.Keep)+4)
	for _, names := range [][]string{f.Keep, {"objectId", "createdAt", "updatedAt", "ACL"}} {
		for _, name := range names {
			if value, ok := all[name]; ok {
				kept[name] = value
			}
		}
	}
	stripped, err := json.Marshal(kept, wire.Tolerant())
	if err != nil {
		return raw
	}
	return stripped
}
