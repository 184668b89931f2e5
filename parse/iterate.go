package parse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// pageSize is how many rows All asks for at once. A server may send fewer.
const pageSize = 1000

// All gives every row that the query finds, or the first ones up to Limit, page
// by page in constant memory. It can be ranged any number of times and starts
// at the beginning each time. A row with a value that does not fit its field comes
// with what could be read and with [DecodeErrors], and All goes on; any other error
// comes last and without a row.
//
// Pages follow each other by the values of OrderBy and then by ObjectID
// (protocol section 3.4), so rows that change in between make it neither skip
// nor repeat one that does not. Without OrderBy rows come by ObjectID. Rows that
// were written by other programs with times finer than a millisecond may be
// missed if the query is sorted by such a column.
//
// All ends at an empty page, never at a short one: a server may cap pages.
func (q Query[T]) All(ctx context.Context) iter.Seq2[*T, error] {
	return rowsOf(ctx, q, func(*page[T]) {})
}

// rowsOf is All, and tells of each page.
func rowsOf[T any](ctx context.Context, q Query[T], seen func(*page[T])) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		walk, err := walkOf(q)
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			answer, err := walk.next(ctx)
			if answer == nil {
				if err != nil {
					yield(nil, err)
				}
				return
			}
			seen(answer)
			for i, row := range answer.rows {
				if err := ctx.Err(); err != nil {
					yield(nil, fmt.Errorf("parse: %s.All: %w", q.collection.class, err))
					return
				}
				if !yield(row, answer.problem(i, err)) {
					return
				}
			}
		}
	}
}

// walk is one pass of All over the rows of a query.
type walk[T any] struct {
	of   *Collection[T]
	asks *question // with the objectId as last order
	left int       // rows still wanted; negative: all
	at   *cursor   // nil: at the beginning
	past []string  // ids of the rows behind the cursor that were read already
	page *page[T]  // read last; nil: none
}

// maxPast bounds walk.past, whose ids are part of every request.
const maxPast = 10_000

func walkOf[T any](q Query[T]) (*walk[T], error) {
	w := &walk[T]{of: q.collection, left: -1}
	call := q.collection.call("All", "", "any")
	if call.Err != nil {
		return nil, call.Err
	}
	asks := q.asks.copied()
	if slices.ContainsFunc(asks.where, sortsByDistance) {
		return nil, badInput(call.Op, call.Class, "", "rows sorted by distance have no pages: use Find with Limit and Skip, or WithinKilometers")
	}
	if asks.limit != nil {
		w.left = *asks.limit
	}
	w.asks = asks.inPages()
	return w, nil
}

// inPages is the question with the objectId as last order, and all columns of the
// order in its rows.
func (q *question) inPages() *question {
	own := q.copied()
	own.order = append(distinctOrders(own.order), order{name: "objectId"})
	if i := slices.IndexFunc(own.order, func(o order) bool { return o.name == "objectId" }); i >= 0 {
		own.order = own.order[:i+1] // ids are unique: nothing after one matters
	}
	for _, o := range own.order { // every page's last row must show where it stands
		if len(q.keys) > 0 && !slices.Contains(own.keys, columnPath{dotted: o.name}) {
			own.keys = append(slices.Clip(own.keys), columnPath{dotted: o.name})
		}
		own.exclude = slices.DeleteFunc(slices.Clone(own.exclude), func(p columnPath) bool { return p.dotted == o.name })
	}
	return own
}

// distinctOrders leaves out columns that come a second time.
func distinctOrders(orders []order) []order {
	var distinct []order
	for _, o := range orders {
		if !slices.ContainsFunc(distinct, func(d order) bool { return d.name == o.name }) {
			distinct = append(distinct, o)
		}
	}
	return distinct
}

// next reads the next page; nil is the end. With DecodeErrors it gives a page too.
func (w *walk[T]) next(ctx context.Context) (*page[T], error) {
	if w.left == 0 {
		return nil, nil
	}
	if w.page != nil {
		if err := w.move(w.page); err != nil {
			return nil, fmt.Errorf("parse: %s.All: %w", w.of.class, err)
		}
	}
	asks := w.asks.copied()
	if w.at != nil {
		if err := w.learnNulls(ctx); err != nil {
			return nil, err
		}
		asks.where = slices.Concat(asks.where, w.at.after())
		asks.skip = 0
	}
	if len(w.past) > 0 {
		asks.where = append(slices.Clip(asks.where), where.Clause{Field: "objectId", Terms: []where.Term{where.Is(where.Nin, w.past)}})
	}
	size := pageSize
	if w.left > 0 {
		size = min(size, w.left)
	}
	answer, err := send(ctx, Query[T]{w.of, asks.limited(size)}, "All", false)
	if answer == nil || len(answer.rows) == 0 {
		return nil, err
	}
	if w.left > 0 {
		answer.rows = answer.rows[:min(len(answer.rows), w.left)]
		w.left -= len(answer.rows)
	}
	w.page = answer
	return answer, err
}

// move goes behind the last row of a page. The cursor moves there, unless a sort
// column of that row holds a value that no condition can name on every server:
// then it stays where it is, and the rows that were read behind it are left out by
// their ids.
func (w *walk[T]) move(answer *page[T]) error {
	values, err := readSortValues(answer.last, columnNames(w.asks.order))
	if err != nil {
		return err
	}
	id, _ := values[len(values)-1].v.(string) // the objectId is the last order
	if w.at != nil && w.at.isAt(values) || slices.Contains(w.past, id) {
		// The same row with other values is one that was changed meanwhile.
		return errors.New("the server sent the same page twice: it does not heed the conditions of the query, as an answer of a mock does that is the same for " +
			"each request (All asks for the next page until one is empty: package parsetest answers like a server, and Find asks once)")
	}
	at := w.at
	if at == nil {
		if at, err = w.begin(answer, len(values)); err != nil {
			return err
		}
	}
	for i, v := range values {
		if at.keys[i].cannotName(v) {
			return w.pass(answer, at.keys[i].name)
		}
	}
	for i, v := range values {
		at.keys[i].value = v
	}
	w.at, w.past = at, nil
	return nil
}

// begin makes the cursor of the first page.
func (w *walk[T]) begin(answer *page[T], columns int) (*cursor, error) {
	at := &cursor{keys: make([]sortKey, columns)}
	for i, o := range w.asks.order {
		at.keys[i] = sortKey{name: o.name, descending: o.descending, filled: alwaysFilled(o.name)}
	}
	if w.asks.skip == 0 && w.past == nil { // the very first row tells whether this database sorts empty columns first
		first, err := readSortValues(answer.first, columnNames(w.asks.order[:1]))
		if err != nil {
			return nil, err
		}
		at.keys[0].emptyFirst, at.keys[0].known = first[0].empty(), true
	}
	return at, nil
}

// pass leaves the rows of a page out of the next ones.
func (w *walk[T]) pass(answer *page[T], column string) error {
	for _, row := range answer.rows {
		if id := object(row).ObjectID; id != "" {
			w.past = append(w.past, id)
		}
	}
	if len(w.past) > maxPast {
		return fmt.Errorf("cannot page by the column %s: more than %d rows follow each other with values that no condition can name, "+
			"such as arrays, objects and times outside the years 1 to 9999", column, maxPast)
	}
	return nil
}

// learnNulls asks, once for each column of the order that the first page did not
// tell about, whether empty ones come first: databases differ.
func (w *walk[T]) learnNulls(ctx context.Context) error {
	for i := range w.at.keys {
		key := &w.at.keys[i]
		if key.known || key.filled {
			continue
		}
		probe := w.asks.limited(1)
		probe.order, probe.include, probe.exclude, probe.skip = w.asks.order[i:i+1], nil, nil, 0
		probe.keys = []columnPath{{dotted: key.name}}
		answer, err := send(ctx, Query[T]{w.of, probe}, "All", false)
		if answer == nil {
			return err
		}
		if len(answer.rows) > 0 {
			values, err := readSortValues(answer.last, []string{key.name})
			if err != nil {
				return err
			}
			key.emptyFirst = values[0].empty()
		}
		key.known = true
	}
	return nil
}

func columnNames(orders []order) []string {
	names := make([]string, len(orders))
	for i, o := range orders {
		names[i] = o.name
	}
	return names
}

func sortsByDistance(c where.Clause) bool {
	return slices.ContainsFunc(c.Terms, func(t where.Term) bool { return t.Op == where.NearSphere }) ||
		slices.ContainsFunc(c.Children, sortsByDistance)
}
