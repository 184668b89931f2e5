package parse

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

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
	chunks := slices.Collect(slices.Chunk(u.states, upsertKeys))
	found, errs := make([]map[string]*T, len(chunks)), make([]error, len(chunks))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	u.c.client.cfg.inParallel(len(chunks), func(i int) {
		if found[i], errs[i] = u.read(ctx, chunks[i]); errs[i] != nil && !isInput(errs[i]) {
			cancel(errs[i]) // the others need not be asked
		}
	})
	if err := context.Cause(ctx); err != nil {
		return err
	}
	u.found = make(map[string]*T, len(u.rows))
	for _, part := range found {
		maps.Copy(u.found, part)
	}
	return errors.Join(errs...)
}

func isInput(err error) bool { return errors.As(err, new(*InputError)) }

// read gives the objects that have the keys of these states, by key.
func (u *upsert[T]) read(ctx context.Context, states []state) (map[string]*T, error) {
	keys := make([]Raw, len(states))
	for i, s := range states {
		keys[i] = Raw(s[u.key])
	}
	query := u.c.Query()
	query.asks = query.asks.holding(where.Clause{Field: u.key, Terms: []where.Term{where.Is(where.In, keys)}})
	query.asks.order = []order{{name: u.key}} // by the objectId, PostgreSQL may go through the whole class in that order
	found := map[string]*T{}
	var mistakes []error
	op := u.c.class + "." + opUpsert
	for row, err := range query.All(ctx) {
		if err != nil {
			return nil, err
		}
		id := object(row).ObjectID
		columns, err := u.c.codec().stateOf(row)
		if err != nil {
			return nil, badInput(op, u.c.class, wire.FieldOf(err), "the object %q on the server: %v", id, wire.BareCause(err))
		}
		value := canonical(columns[u.key])
		i, ours := u.byKey[value]
		other := found[value]
		switch {
		case other != nil && object(other).ObjectID != id:
			mistakes = append(mistakes, badInput(op, u.c.class, u.key, "row %d: %s is the key of two objects on the server, %q and %q: delete one of them", i, value, object(other).ObjectID, id))
		case ours:
			found[value] = row
		}
	}
	return found, errors.Join(mistakes...)
}
