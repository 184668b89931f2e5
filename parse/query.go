package parse

import (
	"context"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Query finds objects of one class. It is a value: every step returns a new
// query and leaves the one it came from as it was. Mistakes in its steps are
// reported by the calls that send it, before anything is sent.
type Query[T any] struct {
	collection *Collection[T]
	asks       *question // nil in the zero Query
}

// Where adds conditions: the query finds the objects for which they all hold, and
// those of earlier steps too.
func (q Query[T]) Where(conditions ...Condition[T]) Query[T] {
	asks := q.asks.copied()
	asks.where = withNodes(asks.where, conditions)
	return Query[T]{q.collection, asks}
}

// OrderBy sorts by the given columns, the first one first, after those of
// earlier steps. Equal rows come in no particular order, except with All.
func (q Query[T]) OrderBy(orders ...Order[T]) Query[T] {
	asks := q.asks.copied()
	for _, o := range orders {
		asks.sortBy(o.order)
	}
	return Query[T]{q.collection, asks}
}

// Include delivers the objects that the pointers refer to with the rows; see
// Pointer for what becomes of deleted ones.
func (q Query[T]) Include(pointers ...Includable[T]) Query[T] {
	asks := q.asks.copied()
	for _, p := range pointers {
		path := columnPath{"include", "nil pointer field"}
		if p != nil {
			path = p.includePath(nil)
		}
		asks.add(&asks.include, path)
	}
	return Query[T]{q.collection, asks}
}

// Select limits the answer to these columns; the others stay zero. ObjectID,
// CreatedAt, UpdatedAt and ACL always come. Select and Exclude add up over steps.
func (q Query[T]) Select(keys ...Key[T]) Query[T] {
	asks := q.asks.copied()
	for _, k := range keys {
		asks.add(&asks.keys, pathOf("keys", k))
	}
	return Query[T]{q.collection, asks}
}

// Exclude leaves these columns out of the answer; they stay zero.
func (q Query[T]) Exclude(keys ...Key[T]) Query[T] {
	asks := q.asks.copied()
	for _, k := range keys {
		asks.add(&asks.exclude, pathOf("excludeKeys", k))
	}
	return Query[T]{q.collection, asks}
}

// pathOf is the column that a key names, for the parameter with this name.
func pathOf[T any](parameter string, key Key[T]) columnPath {
	if key == nil {
		return columnPath{parameter, "nil field"}
	}
	return key.keyOf(nil)
}

// Limit bounds the number of rows. Without it the server sends at most 100 to
// Find and FindAndCount, and All gives every row. A server may have a lower
// limit of its own, which it applies silently.
func (q Query[T]) Limit(rows int) Query[T] {
	return Query[T]{q.collection, q.asks.limited(rows)}
}

// Skip leaves out the first rows. Paging with Skip repeats and misses rows that
// change in between; All does not.
func (q Query[T]) Skip(rows int) Query[T] {
	return Query[T]{q.collection, q.asks.skipping(rows)}
}

// Find reads the rows that the query finds, at most 100 without Limit. Rows with a
// value that does not fit its field are left out and told by [DecodeErrors], beside
// the others.
func (q Query[T]) Find(ctx context.Context) ([]*T, error) {
	answer, err := send(ctx, q, "Find", false)
	return answer.whole(), err
}

// First reads the first row. It returns ErrObjectNotFound if there is none, and with
// [DecodeErrors] what could be read of the row.
func (q Query[T]) First(ctx context.Context) (*T, error) {
	answer, err := send(ctx, q.Limit(1), "First", false)
	switch {
	case answer == nil:
		return nil, err
	case len(answer.rows) == 0:
		return nil, &Error{
			Code: ErrObjectNotFound, Op: q.collection.class + ".First", Class: q.collection.class,
			Message: "the query finds no object", Attempts: 1,
		}
	}
	return answer.rows[0], err
}

// Count counts the rows that the query finds, whatever its Limit and Skip. The
// number is exact, also with the master key, for which a Parse Server would
// otherwise estimate (protocol section 3.3).
func (q Query[T]) Count(ctx context.Context) (int, error) {
	answer, err := send(ctx, Query[T]{q.collection, q.asks.counted()}, "Count", true)
	if err != nil {
		return 0, err
	}
	return answer.count, nil
}

// FindAndCount is Find and Count in one request: the count is that of all rows
// the query finds, whatever its Limit and Skip.
func (q Query[T]) FindAndCount(ctx context.Context) ([]*T, int, error) {
	answer, err := send(ctx, q, "FindAndCount", true)
	if answer == nil {
		return nil, 0, err
	}
	return answer.whole(), answer.count, err
}

// send makes the request of a query. With DecodeErrors it returns an answer too.
//
// A count needs a condition, which it gets here: an empty where would make a server
// estimate for the master key.
func send[T any](ctx context.Context, q Query[T], op string, counting bool) (*page[T], error) {
	call := q.collection.call(op, http.MethodGet, "any")
	if call.Err != nil {
		return nil, q.collection.do(ctx, call, nil)
	}
	call.Path, call.ObjectID = q.collection.path(), ""
	call.Safety = transport.SafeRead
	asks := q.asks.copied()
	if counting && len(asks.where) == 0 && !q.collection.client.cfg.Credentials.MasterKey.Empty() {
		asks = asks.holding(where.Always)
	}
	call.Query, call.Err = asks.parameters(q.collection.codec(), call.Class, call.Op)
	if counting && call.Err == nil {
		call.Query.Set("count", "1")
	}
	answer := &page[T]{codec: q.collection.codec(), class: q.collection.class, counts: counting}
	header, err := q.collection.client.doWithHeader(ctx, call, answer)
	if err != nil && unreadIn(err) == nil {
		return nil, err
	}
	answer.date = header.Get("Date")
	markDangling(asks.include, answer.rows)
	return answer, err
}

func dotted(paths []columnPath) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = p.dotted
	}
	return strings.Join(names, ",")
}
