package parse

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Query finds objects of one class. It is a value: every step returns a new
// query and leaves the one it came from as it was. Mistakes in its steps are
// reported by the calls that send it, before anything is sent.
type Query[T any] struct {
	collection *Collection[T]
	where      []where.Clause
	order      []order
	include    []columnPath
	keys       []columnPath
	exclude    []columnPath
	limit      *int
	skip       int
	mistake    *wire.FieldError
}

// Where adds conditions: the query finds the objects for which they all hold, and
// those of earlier steps too.
func (q Query[T]) Where(conditions ...Condition[T]) Query[T] {
	q.where = slices.Concat(q.where, nodesOf(conditions))
	return q
}

// OrderBy sorts by the given columns, the first one first, after those of
// earlier steps. Equal rows come in no particular order, except with All.
func (q Query[T]) OrderBy(orders ...Order[T]) Query[T] {
	for _, given := range orders {
		o := given.order
		q.order = append(slices.Clip(q.order), o)
		switch {
		case o.mistake != "":
			q = q.refuse(o.name, o.mistake)
		case o.name == "":
			q = q.refuse("order", "zero order: use Asc or Desc of a field")
		}
	}
	return q
}

// Include delivers the objects that the pointers refer to with the rows; see
// Pointer for what becomes of deleted ones.
func (q Query[T]) Include(pointers ...Includable[T]) Query[T] {
	for _, p := range pointers {
		if p == nil {
			q = q.refuse("include", "nil pointer field")
			continue
		}
		q, q.include = q.adding(q.include, p.includePath(nil))
	}
	return q
}

// Select limits the answer to these columns; the others stay zero. ObjectID,
// CreatedAt, UpdatedAt and ACL always come. Select and Exclude add up over steps.
func (q Query[T]) Select(keys ...Key[T]) Query[T] {
	for _, k := range keys {
		if k == nil {
			q = q.refuse("keys", "nil field")
			continue
		}
		q, q.keys = q.adding(q.keys, k.keyOf(nil))
	}
	return q
}

// Exclude leaves these columns out of the answer; they stay zero.
func (q Query[T]) Exclude(keys ...Key[T]) Query[T] {
	for _, k := range keys {
		if k == nil {
			q = q.refuse("excludeKeys", "nil field")
			continue
		}
		q, q.exclude = q.adding(q.exclude, k.keyOf(nil))
	}
	return q
}

func (q Query[T]) adding(list []columnPath, p columnPath) (Query[T], []columnPath) {
	if p.mistake != "" {
		return q.refuse(p.dotted, p.mistake), list
	}
	if slices.Contains(list, p) {
		return q, list
	}
	return q, append(slices.Clip(list), p)
}

// Limit bounds the number of rows. Without it the server sends at most 100 to
// Find and FindAndCount, and All gives every row. A server may have a lower
// limit of its own, which it applies silently.
func (q Query[T]) Limit(rows int) Query[T] {
	if rows < 0 {
		return q.refuse("limit", "is negative")
	}
	q.limit = &rows
	return q
}

// Skip leaves out the first rows. Paging with Skip repeats and misses rows that
// change in between; All does not.
func (q Query[T]) Skip(rows int) Query[T] {
	if rows < 0 {
		return q.refuse("skip", "is negative")
	}
	q.skip = rows
	return q
}

func (q Query[T]) refuse(field, reason string) Query[T] {
	if q.mistake == nil {
		q.mistake = wire.BadField(field, reason)
	}
	return q
}

// Find reads the rows that the query finds, at most 100 without Limit. Rows with a
// value that does not fit its field are left out and told by [DecodeErrors], beside
// the others.
func (q Query[T]) Find(ctx context.Context) ([]*T, error) {
	answer, err := q.send(ctx, "Find", nil)
	return answer.whole(), err
}

// First reads the first row. It returns ErrObjectNotFound if there is none, and with
// [DecodeErrors] what could be read of the row.
func (q Query[T]) First(ctx context.Context) (*T, error) {
	answer, err := q.Limit(1).send(ctx, "First", nil)
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
	q.include, q.keys, q.exclude, q.order, q.skip = nil, nil, nil, nil, 0
	answer, err := q.Limit(0).send(ctx, "Count", q.counting())
	if err != nil {
		return 0, err
	}
	return answer.count, nil
}

// FindAndCount is Find and Count in one request: the count is that of all rows
// the query finds, whatever its Limit and Skip.
func (q Query[T]) FindAndCount(ctx context.Context) ([]*T, int, error) {
	answer, err := q.send(ctx, "FindAndCount", q.counting())
	if answer == nil {
		return nil, 0, err
	}
	return answer.whole(), answer.count, err
}

// counting are the conditions a count needs besides the query's own: an empty
// where would make a server estimate for the master key.
func (q Query[T]) counting() []where.Clause {
	return []where.Clause{where.Always}
}

// send makes the request. If counting is not nil it also counts the rows. With
// DecodeErrors it returns an answer too.
func (q Query[T]) send(ctx context.Context, op string, counting []where.Clause) (*page[T], error) {
	call := q.collection.call(op, http.MethodGet, "any")
	if call.Err != nil {
		return nil, q.collection.do(ctx, call, nil)
	}
	call.Path, call.ObjectID = q.collection.path(), ""
	call.Safety = transport.SafeRead
	if counting != nil && len(q.where) == 0 && !q.collection.client.cfg.Credentials.MasterKey.Empty() {
		q.where = counting
	}
	call.Query, call.Err = q.parameters(call.Op)
	if counting != nil && call.Err == nil {
		call.Query.Set("count", "1")
	}
	answer := &page[T]{codec: q.collection.codec(), class: q.collection.class, counts: counting != nil}
	header, err := q.collection.client.doWithHeader(ctx, call, answer)
	if err != nil && unreadIn(err) == nil {
		return nil, err
	}
	answer.date = header.Get("Date")
	q.markDangling(answer.rows)
	return answer, err
}

func dotted(paths []columnPath) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = p.dotted
	}
	return strings.Join(names, ",")
}
