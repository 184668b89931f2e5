package capture

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Recorder writes events.
type Recorder struct {
	class schema.Class // of the events, as it must be
	now   func() time.Time
}

// New makes a recorder with a clock.
func New(now func() time.Time) *Recorder {
	class, _ := schema.ISO9001().Class(event.Class)
	return &Recorder{class: class, now: now}
}

// Origin is what a transaction knows of the request whose writes it holds.
type Origin struct {
	Actor   event.Actor
	Reason  string
	Request string // X-Parse-Request-Id
}

// maxRequest is how much of a request id is kept.
const maxRequest = 200

// Record writes an event for each write of the transaction. It must be called once,
// at its end.
func (r *Recorder) Record(ctx context.Context, tx *store.Tx, from Origin) error {
	writes := writesOf(tx.Changes())
	if len(writes) == 0 {
		return nil
	}
	class, recording := tx.Class(event.Class)
	if !recording {
		return nil
	}
	if err := r.complete(tx, class); err != nil {
		return err
	}
	if err := CheckReason(from.Reason, writes[0].class, writes[0].id); err != nil {
		return err
	}
	if len(from.Request) > maxRequest {
		from.Request = from.Request[:maxRequest]
	}
	for i := range writes {
		w := event.Write{At: r.now(), Actor: from.Actor, Reason: from.Reason, Request: from.Request}
		if err := writes[i].describe(&w); err != nil {
			return err
		}
		if _, err := r.Append(ctx, tx, w, writes[i].fresh); err != nil {
			return err
		}
	}
	return nil
}

// Append makes an event and stores it. Unless the record is known to have none yet,
// it is tied to the record's newest event and later than that, so that their times
// order the events of a record. One of a whole class has its milliseconds for itself: it
// is an event of every record of the class.
func (r *Recorder) Append(ctx context.Context, tx *store.Tx, w event.Write, fresh bool) (event.Event, error) {
	whole := w.Op == event.Purge || w.Op == event.Drop
	if whole {
		if err := r.passAll(ctx, tx, &w); err != nil {
			return event.Event{}, err
		}
	}
	if !fresh {
		newest, err := Newest(tx, w.Class, w.Record)
		if err != nil {
			return event.Event{}, err
		}
		if newest.Hash != "" {
			w.Prev = newest.Hash
			if next := newest.At.Add(time.Millisecond); next.After(w.At) {
				w.At = next
			}
		}
	}
	e, err := event.New(w)
	if err != nil {
		return e, fmt.Errorf("the audit trail: %w", err)
	}
	e.Confirmed = true
	row, err := tx.InsertReady(event.Class, store.Ready{
		ACL: r.class.Permissions.DefaultACL, Fields: e.AppendFields(make([]byte, 0, sizeOf(&e))), Stored: stored(&e),
	})
	if err != nil {
		return e, fmt.Errorf("the audit trail: %w", err)
	}
	e.ObjectID, e.CreatedAt = row.ID(), row.CreatedAt()
	if whole {
		return e, r.pass(ctx, e.CreatedAt)
	}
	return e, nil
}

// passAll makes a write later than all events of its class.
func (r *Recorder) passAll(ctx context.Context, tx *store.Tx, w *event.Write) error {
	newest, err := tx.Latest(event.Class, []store.Equal{{Field: "class", Text: w.Class}}, "at")
	if err != nil || newest.IsZero() {
		return err
	}
	if err := r.pass(ctx, newest.Time("at")); err != nil {
		return err
	}
	if w.At = r.now(); !w.At.After(newest.Time("at")) { // the clock was set back
		w.At = newest.Time("at").Add(time.Millisecond)
	}
	return nil
}

// maxPass is how long a write waits for a time to pass.
const maxPass = 20 * time.Millisecond

// pass waits until the millisecond of a time that is nearly over has passed.
func (r *Recorder) pass(ctx context.Context, at time.Time) error {
	left := at.Truncate(time.Millisecond).Add(time.Millisecond).Sub(r.now())
	if left <= 0 {
		return nil
	}
	timer := time.NewTimer(min(left, maxPass))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// NewestEvent is what the next event of a record needs of the newest one. The zero
// value is none.
type NewestEvent struct {
	Hash string // of its entry
	At   time.Time
	Lost bool // it has no entry any more
}

// Newest finds the newest event of a record.
func Newest(tx *store.Tx, class, record string) (NewestEvent, error) {
	row, err := tx.Latest(event.Class, []store.Equal{{Field: "class", Text: class}, {Field: "record", Text: record}}, "at")
	if err != nil || row.IsZero() {
		return NewestEvent{}, err
	}
	entry, _ := row.Text("entry")
	return NewestEvent{Hash: event.HashOf(entry), At: row.Time("at"), Lost: entry == ""}, nil
}

// stored is what the columns of an event's row hold; a column without a value is left out.
func stored(e *event.Event) []store.Stored {
	columns := make([]store.Stored, 0, 7)
	if e.Actor.ID != "" {
		columns = append(columns, store.Stored{Field: "actor", Value: e.Actor.ID})
	}
	return append(columns,
		store.Stored{Field: "at", Value: e.At.UnixMilli()}, store.Stored{Field: "class", Value: e.Class}, store.Stored{Field: "confirmed", Value: int64(1)},
		store.Stored{Field: "event", Value: e.ID}, store.Stored{Field: "op", Value: string(e.Op)}, store.Stored{Field: "record", Value: e.Object()})
}

// sizeOf is room for the columns of an event as JSON, quotes of its texts escaped.
func sizeOf(e *event.Event) int {
	return 512 + (len(e.Text())+len(e.ValuesText()))*5/4 + 16*len(e.Columns)
}

// complete adds the columns that the class of the events lacks: whoever made it may
// have known another version of it, or none. A column of another type cannot hold the
// trail, and is an error.
func (r *Recorder) complete(tx *store.Tx, class schema.Class) error {
	missing := false
	for name, want := range r.class.Fields {
		has, there := class.Fields[name]
		if missing = missing || !there; there && (has.Type != want.Type || has.TargetClass != want.TargetClass) {
			return fmt.Errorf("the audit trail: %w", &store.ValueError{Class: event.Class, Field: name, Want: has.Type, Got: "a " + string(want.Type)})
		}
	}
	if !missing {
		return nil
	}
	fields := maps.Clone(r.class.Fields)
	maps.Copy(fields, class.Fields)
	class.Fields = fields
	return tx.PutClass(class)
}

// IsColumn tells whether the class of the events must have a column.
func (r *Recorder) IsColumn(name string) bool {
	_, ok := r.class.Fields[name]
	return ok
}
