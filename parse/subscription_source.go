package parse

import (
	"context"
	"hash/fnv"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/follow"
)

// liveSource reads and decodes the rows of a subscription.
type liveSource[T any] struct{ *Subscription[T] }

// Read implements follow.Source.
func (s liveSource[T]) Read(ctx context.Context, ask follow.Ask) iter.Seq2[follow.Row, error] {
	q := s.query
	if ask.Anything {
		q = Query[T]{collection: q.collection, keys: q.keys, include: q.include}
	}
	q.where = slices.Concat(q.where, ask.Where)
	if ask.IDsOnly {
		q.keys = []columnPath{{dotted: "updatedAt"}}
	}
	if ask.IDsOnly || ask.Pointers {
		q.include = nil
	}
	switch {
	case ask.ByTime, ask.Newest:
		q.order = []Order[T]{{name: "updatedAt", descending: ask.Newest}}
	case ask.IDsOnly, ask.Unordered:
		q.order = nil
	}
	if ask.Limit > 0 {
		q = q.Limit(ask.Limit)
	}
	find := q.All
	if ask.Newest {
		find = q.found
	}
	return func(yield func(follow.Row, error) bool) {
		for row, err := range find(ctx) {
			if err != nil {
				yield(follow.Row{}, err)
				return
			}
			if !yield(rowOf(row), nil) {
				return
			}
		}
	}
}

// found is Find as a sequence.
func (q Query[T]) found(ctx context.Context) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		rows, err := q.Find(ctx)
		if err != nil {
			yield(nil, err)
		}
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Decode implements follow.Source.
func (s liveSource[T]) Decode(raw jsontext.Value) (follow.Row, error) {
	row, err := s.query.decodeObject(raw)
	if err != nil {
		return follow.Row{}, err
	}
	return rowOf(row), nil
}

func rowOf[T any](row *T) follow.Row {
	o := object(row)
	return follow.Row{ID: o.ObjectID, UpdatedAt: o.UpdatedAt, Value: row}
}

// Sum implements follow.Source.
func (s liveSource[T]) Sum(row follow.Row) uint64 {
	raw, err := json.Marshal(row.Value, json.Deterministic(true), wire.Tolerant())
	if err != nil {
		return uint64(time.Now().UnixNano()) | 1 // like nothing else
	}
	sum := fnv.New64a()
	_, _ = sum.Write(raw) // never fails
	return sum.Sum64() | 1
}

// Probe implements follow.Source.
func (s liveSource[T]) Probe(ctx context.Context) error { return s.link.probe(ctx) }

// Transient implements follow.Source.
func (s liveSource[T]) Transient(err error) bool { return transient(err) }

// CannotRead implements follow.Source.
func (s liveSource[T]) CannotRead(err error) {
	collection := s.query.collection
	collection.client.cfg.Logger.WarnContext(s.work, "live query cannot catch up", "class", collection.class, "error", err)
}

// eventOf gives an event of package follow its type.
func eventOf[T any](e follow.Event) Event[T] {
	typed := Event[T]{
		Kind: EventKind(e.Kind), Received: e.Received, Live: e.Live, Coalesced: e.Coalesced, Gap: (*Gap)(e.Gap),
		before: e.Before, after: e.After,
	}
	typed.Original, _ = e.Original.Value.(*T)
	if typed.Object, _ = e.Row.Value.(*T); typed.Object == nil {
		typed.Object = new(T)
		object(typed.Object).ObjectID = e.Row.ID
	}
	return typed
}
