package isoaudit

import (
	"context"
	"iter"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// TrailOrder is the order of a history.
type TrailOrder = event.Order

// The orders of histories.
const (
	OldestFirst = event.OldestFirst
	NewestFirst = event.NewestFirst
)

// History gives the audit trail of one object, the oldest event first:
//
//	for e, err := range lead.History(ctx, action.Pointer()) { ... }
//
// What was done to its whole class since, such as a purge, is an event of the object too.
// It streams, page by page, and can be ranged any number of times. [ChangeOf] reads
// what an event says of a column. Managers and coordinators may read the trail; for
// others it is empty. To follow it live, subscribe to a query of Client.AuditTrail.
func (c *Client) History(ctx context.Context, of parse.Reference) iter.Seq2[event.Event, error] {
	return c.history(ctx, "Client.History", OldestFirst, of)
}

// HistoryNewestFirst is [Client.History] from the newest event on.
func (c *Client) HistoryNewestFirst(ctx context.Context, of parse.Reference) iter.Seq2[event.Event, error] {
	return c.history(ctx, "Client.HistoryNewestFirst", NewestFirst, of)
}

func (c *Client) history(ctx context.Context, op string, order TrailOrder, of parse.Reference) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		record, err := c.record(op, of)
		if err != nil {
			yield(event.Event{}, err)
			return
		}
		c.eventsOf(ctx, order, record.Class, record.ID)(yield)
	}
}

// record is one object, by its class on the server.
type record struct {
	Class string `json:"className"`
	ID    string `json:"objectId"`
}

func (c *Client) record(op string, of parse.Reference) (record, error) {
	var r record
	if c == nil || c.Client == nil {
		return r, badInput(op, "", "", "the client is nil or zero: use NewClient")
	}
	if of == nil {
		return r, badInput(op, "", "", "the pointer is nil: use the Pointer of a saved object or PointerTo")
	}
	raw, err := c.EncodeJSON(op, of)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(raw, &r)
}

// recordsAtOnce is how many objects one query of events names.
const recordsAtOnce = 200

// eventsOf gives the events of some objects of one class, and those of the class that
// tell of the objects.
func (c *Client) eventsOf(ctx context.Context, order TrailOrder, class string, ids ...string) iter.Seq2[event.Event, error] {
	var histories []iter.Seq2[event.Event, error]
	for some := range slices.Chunk(ids, recordsAtOnce) {
		whole := len(histories) == 0
		histories = append(histories, decode(c.trailOf(order, class, some, whole).All(ctx)))
	}
	if len(histories) == 1 {
		return sinceCreation(order, histories[0])
	}
	return sinceCreation(order, event.Merge(order, histories...))
}

// sinceCreation leaves out what happened to a class before the first event of its objects.
func sinceCreation(order TrailOrder, events iter.Seq2[event.Event, error]) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		var waiting []event.Event // of the class: whether the objects are older is to be seen
		began := false
		for e, err := range events {
			switch {
			case err != nil || e.Object() != "":
				began = true
			case order == NewestFirst:
				waiting = append(waiting, e)
				continue
			case !began:
				continue
			}
			for _, earlier := range waiting {
				if !yield(earlier, nil) {
					return
				}
			}
			waiting = waiting[:0]
			if !yield(e, err) {
				return
			}
		}
	}
}

// trailOf is the query of the events of some objects of one class; with whole also of what
// was done to all of its objects at once. Creates whose object was not known when they were
// written are neither.
func (c *Client) trailOf(order TrailOrder, class string, ids []string, whole bool) Query[TrailEvent] {
	fields := TrailEventFields
	query := c.AuditTrail.Query().Where(fields.Class.Eq(class))
	switch {
	case whole:
		query = query.Where(fields.Record.In(append(slices.Clip(ids), "")...),
			parse.Or(fields.Record.Ne(""), fields.Op.In(string(event.Purge), string(event.Drop))))
	case len(ids) == 1:
		query = query.Where(fields.Record.Eq(ids[0]))
	default:
		query = query.Where(fields.Record.In(ids...))
	}
	if order == NewestFirst {
		return query.OrderBy(fields.At.Desc())
	}
	return query.OrderBy(fields.At.Asc())
}

// decode gives the events of rows.
func decode(rows iter.Seq2[*TrailEvent, error]) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for row, err := range rows {
			if err != nil {
				yield(event.Event{}, err)
				return
			}
			if !yield(row.Decode()) {
				return
			}
		}
	}
}

// ColumnChange is what an event says of one column. Before and After are zero where
// the column had no value, or where Hidden is set.
type ColumnChange[V any] struct {
	Before, After       V
	HadBefore, HasAfter bool
	Hidden              bool // a secret, or redacted: that it changed is known, and no more
}

// ChangeOf reads what an event says of a column of its object; false if the event
// did not change it, as a redaction does not.
//
//	due, changed, err := isoaudit.ChangeOf(lead, e, isoaudit.CorrectiveActionFields.DueDate)
func ChangeOf[T, V any](c *Client, e event.Event, field parse.Field[T, V]) (change ColumnChange[V], changed bool, err error) {
	const op = "ChangeOf"
	if c == nil || c.Client == nil {
		return change, false, badInput(op, "", "", "the client is nil or zero: use NewClient")
	}
	values, err := e.Values()
	if err != nil {
		return change, false, err
	}
	name := field.Name()
	if _, changed = e.Columns[name]; !changed || e.Op == event.Redact {
		return change, false, nil
	}
	value := values[name]
	if value == nil {
		change.Hidden = true
		return change, true, nil
	}
	if change.HadBefore = value.Before != nil; change.HadBefore {
		err = c.DecodeJSON(op, value.Before, &change.Before)
	}
	if change.HasAfter = value.After != nil; change.HasAfter && err == nil {
		err = c.DecodeJSON(op, value.After, &change.After)
	}
	return change, true, err
}
