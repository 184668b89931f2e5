package trail

import (
	"context"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Source gives the events and the rows of a server, as the master key sees them. A
// row of class AuditTrail that [event.Parse] cannot read is yielded with its
// [*event.Damage]; any other error ends a sequence. [Verify] calls its methods from two
// goroutines.
type Source interface {
	// Events yields the events stored at or after since, by createdAt and then
	// objectId.
	Events(ctx context.Context, since time.Time) iter.Seq2[event.Event, error]

	// Classes lists the classes whose rows have a trail.
	Classes(ctx context.Context) ([]string, error)

	// EventsByRecord yields the events of a class by record: those of one record
	// together, records in the order of their ids, those of the whole class first.
	EventsByRecord(ctx context.Context, class string) iter.Seq2[event.Event, error]

	// Rows yields the rows of a class as Parse JSON, in the order of their ids.
	Rows(ctx context.Context, class string) iter.Seq2[jsontext.Value, error]

	// Record gives one record as it is now, nil if there is none, and its events.
	Record(ctx context.Context, class, id string) (jsontext.Value, []event.Event, error)
}
