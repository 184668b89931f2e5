package parse

import (
	"context"
	"hash/fnv"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/follow"
)

// liveSource reads and decodes the rows of a subscription.
//
// Nothing is embedded in it: the compiler would repeat each method that is
// promoted for every T of every program.
type liveSource[T any] struct{ of *Subscription[T] }

// Read implements follow.Source.
func (s *liveSource[T]) Read(ctx context.Context, ask follow.Ask) iter.Seq2[follow.Row, error] {
	q := s.of.query
	asks := q.asks.copied()
	if ask.Anything {
		asks = &question{keys: asks.keys, include: asks.include}
	}
	asks.where = slices.Concat(asks.where, ask.Where)
	if ask.IDsOnly {
		asks.keys = []columnPath{{dotted: "updatedAt"}}
	}
	if ask.IDsOnly || ask.Pointers {
		asks.include = nil
	}
	switch {
	case ask.ByTime, ask.Newest:
		asks.order = []order{{name: "updatedAt", descending: ask.Newest}}
	case ask.IDsOnly, ask.Unordered:
		asks.order = nil
	}
	if ask.Limit > 0 {
		asks = asks.limited(ask.Limit)
	}
	q.asks = asks
	if ask.Newest {
		return newest(ctx, q, s.saw)
	}
	return func(yield func(follow.Row, error) bool) {
		for row, err := range rowsOf(ctx, q, s.saw) {
			if row == nil {
				yield(follow.Row{}, err)
				return
			}
			if !yield(rowOf(row, err), nil) {
				return
			}
		}
	}
}

// newest is the first row of the query as a sequence.
func newest[T any](ctx context.Context, q Query[T], seen func(*page[T])) iter.Seq2[follow.Row, error] {
	return func(yield func(follow.Row, error) bool) {
		answer, err := send(ctx, q, "Find", false)
		if answer == nil {
			yield(follow.Row{}, err)
			return
		}
		seen(answer)
		for i, row := range answer.rows {
			if !yield(rowOf(row, answer.problem(i, err)), nil) {
				return
			}
		}
	}
}

// serverClock is what the last answer told about the server's clock.
type serverClock struct{ server, local time.Time }

// saw notes the Date of an answer.
func (s *liveSource[T]) saw(answer *page[T]) {
	if date, err := http.ParseTime(answer.date); err == nil {
		s.of.clock = serverClock{date, time.Now()}
	}
}

// Present implements follow.Source. A Date has whole seconds.
func (s *liveSource[T]) Present(at time.Time) time.Time {
	if s.of.clock.server.IsZero() {
		return time.Time{}
	}
	return s.of.clock.server.Add(at.Sub(s.of.clock.local) + time.Second)
}

// Decode implements follow.Source.
func (s *liveSource[T]) Decode(raw jsontext.Value) follow.Row {
	class, row := s.of.query.collection.class, new(T)
	unread, err := readObject(s.of.query.collection.codec(), class, raw, row)
	if err == nil {
		err = unread.orNil()
	}
	if err != nil {
		err = &Error{Op: class + ".Subscribe", Class: class, ObjectID: object(row).ObjectID, cause: err}
	}
	return rowOf(row, err)
}

func rowOf[T any](row *T, err error) follow.Row {
	o := object(row)
	return follow.Row{ID: o.ObjectID, UpdatedAt: o.UpdatedAt, Value: row, Err: err}
}

// summing writes rows for their sums: any time, and no text need be Unicode.
var summing = json.JoinOptions(json.Deterministic(true), wire.Tolerant(),
	json.WithMarshalers(json.JoinMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
		return enc.WriteToken(jsontext.Int(t.UnixMilli()))
	}), json.MarshalToFunc(func(enc *jsontext.Encoder, r Raw) error { // hydrated or not
		raw, err := r.stored(plain)
		if err != nil {
			return err
		}
		return enc.WriteValue(raw)
	}))))

// Sum implements follow.Source.
func (s *liveSource[T]) Sum(row follow.Row) uint64 {
	raw, err := json.Marshal(row.Value, summing)
	if err != nil {
		return uint64(time.Now().UnixNano()) | 1 // like nothing else
	}
	sum := fnv.New64a()
	_, _ = sum.Write(raw) // never fails
	return sum.Sum64() | 1
}

// Probe implements follow.Source.
func (s *liveSource[T]) Probe(ctx context.Context) error { return s.of.link.probe(ctx) }

// Transient implements follow.Source.
func (s *liveSource[T]) Transient(err error) bool { return transient(err) }

// CannotRead implements follow.Source.
func (s *liveSource[T]) CannotRead(err error) {
	collection := s.of.query.collection
	collection.client.cfg.Logger.WarnContext(s.of.work, "live query cannot catch up", "class", collection.class, "error", err)
}

// eventOf gives an event of package follow its type. The error is what of its
// objects could not be read.
func eventOf[T any](e follow.Event) (Event[T], error) {
	typed := Event[T]{
		Kind: EventKind(e.Kind), Received: e.Received, Live: e.Live, Coalesced: e.Coalesced, Gap: (*Gap)(e.Gap),
		before: e.Before, after: e.After,
	}
	typed.Original, _ = e.Original.Value.(*T)
	if typed.Object, _ = e.Row.Value.(*T); typed.Object == nil {
		typed.Object = new(T)
		object(typed.Object).ObjectID = e.Row.ID
	}
	if e.Row.Err != nil {
		return typed, e.Row.Err
	}
	return typed, e.Original.Err
}
