package parse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// UpsertKind is what became of a row of an upsert.
type UpsertKind string

// What a row of an upsert can end as.
const (
	RowCreated   UpsertKind = "created"
	RowUpdated   UpsertKind = "updated"
	RowUnchanged UpsertKind = "unchanged" // the server had it already
	RowRefused   UpsertKind = "refused"   // nothing was written; Err says why
	RowUnknown   UpsertKind = "unknown"   // the reply was lost, and the server does not have the row yet
)

// Upserted is the result of one row of an upsert. Results come in the order of the
// rows, so Index+1 of Total are done.
type Upserted[T any] struct {
	Kind         UpsertKind
	Row          *T // of the input; it has its ObjectID and times unless Err is set
	Index, Total int
	Changes      []Change[T] // of RowUpdated and RowRefused: what was to be changed
	Err          error       // of RowRefused and RowUnknown: what the single call would return
}

// upsertKeys is how many objects are looked up by one query.
const upsertKeys = 100

// Upsert makes the server have rows: those whose key no object has are created, and
// objects that differ from their row get the changes that [Diff] gives. Columns that T
// does not know stay as they are. The key is a column of texts or numbers.
//
// Before anything is written all rows are checked and all objects with their keys are
// read. A row that cannot be sent, a column that is of one type in one row and of another
// in the next, a key that is missing, that stands twice in rows or that two objects on
// the server have is an [*InputError] with the index of the row; all of them are joined,
// and nothing else comes.
//
// The writes go in batches, as WithBatchLimits says, and the results come batch by
// batch. A row that the server refuses does not keep the others from being written.
// After a lost reply the objects are looked up again: what is there was done. An upsert
// that was broken off is gone on with by running it again: what was written is
// unchanged then. Somebody else's write between reading and writing is overwritten, and
// only a unique index keeps two upserts that run at once from creating an object twice.
func (c *Collection[T]) Upsert(ctx context.Context, rows []*T, key Key[T]) iter.Seq2[Upserted[T], error] {
	return func(yield func(Upserted[T], error) bool) {
		u := upsert[T]{c: c, rows: rows}
		err := u.check(ctx, key)
		if err == nil && len(rows) > 0 {
			err = u.look(ctx)
		}
		if err == nil {
			err = u.write(ctx, yield)
		}
		if err != nil && !errors.Is(err, errLeft) {
			yield(Upserted[T]{}, err)
		}
	}
}

// errLeft ends an upsert whose loop was left.
var errLeft = errors.New("the loop was left")

type upsert[T any] struct {
	c      *Collection[T]
	rows   []*T
	key    string
	states []state        // of rows
	found  map[string]*T  // on the server, by key
	byKey  map[string]int // index of the row
}

const opUpsert = "Upsert"

// look reads the objects that the server has for the rows.
func (u *upsert[T]) look(ctx context.Context) error {
	u.found = make(map[string]*T, len(u.rows))
	for chunk := range slices.Chunk(u.states, upsertKeys) {
		if err := u.read(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// read reads the objects with the keys of these states.
func (u *upsert[T]) read(ctx context.Context, states []state) error {
	keys := make([]Raw, len(states))
	for i, s := range states {
		keys[i] = Raw(s[u.key])
	}
	query := u.c.Query()
	query.asks = query.asks.holding(where.Clause{Field: u.key, Terms: []where.Term{where.Is(where.In, keys)}})
	var mistakes []error
	op := u.c.class + "." + opUpsert
	for row, err := range query.All(ctx) {
		if err != nil {
			return err
		}
		id := object(row).ObjectID
		columns, err := u.c.codec().stateOf(row)
		if err != nil {
			return badInput(op, u.c.class, wire.FieldOf(err), "the object %q on the server: %v", id, wire.BareCause(err))
		}
		value := string(columns[u.key])
		i, ours := u.byKey[value]
		other := u.found[value]
		switch {
		case other != nil && object(other).ObjectID != id:
			mistakes = append(mistakes, badInput(op, u.c.class, u.key, "row %d: %s is the key of two objects on the server, %q and %q: delete one of them", i, value, object(other).ObjectID, id))
		case ours:
			u.found[value] = row
		}
	}
	return errors.Join(mistakes...)
}

// write sends what is missing, as many rows at once as one round of batches takes.
func (u *upsert[T]) write(ctx context.Context, yield func(Upserted[T], error) bool) error {
	cfg := u.c.client.cfg
	for from := 0; from < len(u.rows); from += cfg.batchItems * cfg.batchParallel {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("parse: %s.%s: %w", u.c.class, opUpsert, err)
		}
		results := make([]Upserted[T], min(cfg.batchItems*cfg.batchParallel, len(u.rows)-from))
		var items []BatchItem
		var sent []*Upserted[T]
		for i := range results {
			results[i] = Upserted[T]{Kind: RowUnchanged, Row: u.rows[from+i], Index: from + i, Total: len(u.rows)}
			item, err := u.item(&results[i])
			switch {
			case err != nil: // nothing of it is sent, and the others are
				results[i].Kind, results[i].Err = RowRefused, err
			case results[i].Kind != RowUnchanged:
				items, sent = append(items, item), append(sent, &results[i])
			}
		}
		if err := u.send(ctx, items, sent); err != nil {
			return err
		}
		for _, result := range results {
			if !yield(result, nil) {
				return errLeft
			}
		}
	}
	return nil
}

// item is the write that a row needs. A row that needs none stays RowUnchanged.
func (u *upsert[T]) item(result *Upserted[T]) (item BatchItem, err error) {
	columns := u.states[result.Index]
	have, exists := u.found[string(columns[u.key])]
	if !exists {
		result.Kind = RowCreated
		item = u.c.BatchCreate(result.Row)
		return item, item.item().call.Err
	}
	was, err := u.c.codec().stateOf(have)
	if err != nil {
		return item, err
	}
	result.Changes = typedChanges[T](was.changesTo(columns))
	if len(result.Changes) == 0 {
		u.adopt(result.Row, have)
		return item, nil
	}
	result.Kind = RowUpdated
	item = u.c.batchItem(u.c.updateCall(object(have).ObjectID, result.Changes), &updateTime{into: &object(have).UpdatedAt})
	return item, item.item().call.Err
}

// adopt gives a row what the server keeps about its object.
func (u *upsert[T]) adopt(row, have *T) {
	own, stored := object(row), object(have)
	own.ObjectID, own.CreatedAt, own.UpdatedAt = stored.ObjectID, stored.CreatedAt, stored.UpdatedAt
}

// send writes, and looks up again what became of rows whose reply was lost.
func (u *upsert[T]) send(ctx context.Context, items []BatchItem, sent []*Upserted[T]) error {
	if len(items) == 0 {
		return nil
	}
	outcomes, err := u.c.client.Batch(ctx, items...)
	if outcomes == nil {
		return err
	}
	var lost []state
	for i, result := range sent {
		switch err := outcomes[i].Err; {
		case errors.Is(err, ErrOutcomeUnknown):
			result.Err = err
			lost = append(lost, u.states[result.Index])
		case err != nil && unreadIn(err) == nil:
			result.Kind, result.Err = RowRefused, err
		case result.Kind == RowUpdated:
			u.adopt(result.Row, u.found[string(u.states[result.Index][u.key])])
		}
	}
	if len(lost) == 0 {
		return nil
	}
	for chunk := range slices.Chunk(lost, upsertKeys) {
		if err := u.read(ctx, chunk); err != nil {
			break // they stay unknown
		}
	}
	for _, result := range sent {
		if result.Err == nil || result.Kind == RowRefused {
			continue
		}
		have, exists := u.found[string(u.states[result.Index][u.key])]
		if exists {
			if was, err := u.c.codec().stateOf(have); err == nil && len(was.changesTo(u.states[result.Index])) == 0 {
				u.adopt(result.Row, have)
				result.Err = nil
				continue
			}
		}
		result.Kind = RowUnknown
	}
	return nil
}

// updateTime reads the updatedAt out of the answer to an update.
type updateTime struct{ into *time.Time }

func (u *updateTime) decodeBody(body []byte) error {
	var answer struct {
		UpdatedAt string `json:"updatedAt"`
	}
	if err := json.Unmarshal(body, &answer, wire.Tolerant()); err != nil {
		return err
	}
	at, ok := where.ParseDate(answer.UpdatedAt)
	if !ok {
		return DecodeErrors{{Field: "updatedAt", Reason: "is not a time"}}
	}
	*u.into = at
	return nil
}
