package capture

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
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
// order the events of a record.
func (r *Recorder) Append(ctx context.Context, tx *store.Tx, w event.Write, fresh bool) (event.Event, error) {
	if !fresh {
		newest, err := Newest(tx, w.Class, w.Record)
		if err != nil {
			return event.Event{}, err
		}
		if !newest.IsZero() {
			entry, _ := newest.Text("entry")
			w.Prev = event.HashOf(entry)
			if next := newest.Time("at").Add(time.Millisecond); next.After(w.At) {
				w.At = next
			}
		}
	}
	e, err := event.New(w)
	if err != nil {
		return e, fmt.Errorf("the audit trail: %w", err)
	}
	e.Confirmed = true
	row, err := tx.Insert(event.Class, store.Object{ACL: r.class.Permissions.DefaultACL, Fields: fieldsOf(&e)})
	if err != nil {
		return e, fmt.Errorf("the audit trail: %w", err)
	}
	e.ObjectID, e.CreatedAt = row.ID(), row.CreatedAt()
	return e, nil
}

// Newest is the row of a record's newest event, the zero Row if it has none.
func Newest(tx *store.Tx, class, record string) (store.Row, error) {
	return tx.Latest(event.Class, []store.Equal{{Field: "class", Text: class}, {Field: "record", Text: record}}, "at")
}

// fieldsOf are the columns of an event's row.
func fieldsOf(e *event.Event) map[string]any {
	names := e.Names()
	columns := make([]any, len(names))
	for i, name := range names {
		columns[i] = name
	}
	fields := map[string]any{
		"event": e.ID, "at": where.DateValue(e.At), "op": string(e.Op), "class": e.Class, "record": e.Object(),
		"columns": columns, "confirmed": e.Confirmed, "entry": e.Text(), "values": e.ValuesText(),
	}
	if e.Actor.ID != "" {
		fields["actor"] = map[string]any{"__type": "Pointer", "className": schema.UserClass, "objectId": e.Actor.ID}
	}
	return fields
}

// complete adds the columns that the class of the events lacks: whoever made it may
// have known another version of it, or none.
func (r *Recorder) complete(tx *store.Tx, class schema.Class) error {
	missing := false
	for name := range r.class.Fields {
		_, there := class.Fields[name]
		missing = missing || !there
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
