package parse

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Distinct lists the different values of one column among the rows that the
// query finds, in no particular order. Of the query only Where is used. It needs
// the master key. Parse Server on PostgreSQL fails here with ErrInvalidQuery
// where the class has a relation. Values that do not fit V are [DecodeErrors],
// beside the others.
func Distinct[T, V any](ctx context.Context, admin AdminCaller, query Query[T], field Field[T, V]) ([]V, error) {
	call := aggregateCall(admin, query, "Distinct")
	if call.Err == nil {
		call.Err = distinctParameters(&call, query, field)
	}
	return runForList[V](ctx, admin, call)
}

func distinctParameters[T, V any](call *transport.Call, query Query[T], field Field[T, V]) error {
	if field == nil {
		return badInput(call.Op, call.Class, "distinct", "nil field")
	}
	column := field.keyOf(nil)
	if column.mistake != "" {
		return badInput(call.Op, call.Class, column.dotted, "%s", column.mistake)
	}
	if err := asSubquery(query); err != nil {
		return badInput(call.Op, call.Class, "", "%v", err)
	}
	call.Query = url.Values{"distinct": {column.dotted}}
	if len(query.asks.where) > 0 {
		where, err := query.asks.encodeWhere(query.collection.codec())
		if err != nil {
			return mistakeIn(call.Op, call.Class, err)
		}
		call.Query.Set("where", string(where))
	}
	return nil
}

// Result is one number that Aggregate computes for each group.
type Result[T any] struct {
	_       [0]*T
	as      string
	op      string
	operand any
	mistake string
}

// CountRows counts the rows of a group under the given name.
func CountRows[T any](as string) Result[T] { return Result[T]{as: as, op: "$sum", operand: 1} }

// Sum adds a column up under the given name.
func Sum[T any, V Number](as string, field NumberField[T, V]) Result[T] {
	return resultOf[T](as, "$sum", field.column)
}

// Average gives the mean of a column under the given name.
func Average[T any, V Number](as string, field NumberField[T, V]) Result[T] {
	return resultOf[T](as, "$avg", field.column)
}

// Smallest gives the smallest value of a column under the given name.
func Smallest[T any, V Number](as string, field NumberField[T, V]) Result[T] {
	return resultOf[T](as, "$min", field.column)
}

// Largest gives the largest value of a column under the given name.
func Largest[T any, V Number](as string, field NumberField[T, V]) Result[T] {
	return resultOf[T](as, "$max", field.column)
}

func resultOf[T any](as, op string, c column) Result[T] {
	return Result[T]{as: as, op: op, operand: "$" + c.name, mistake: c.whatIsWrong()}
}

// Aggregate groups the rows that the query finds by one column, or all together
// with a nil by, and reads one R for each group: the column's value under the
// JSON name objectId (the id, for a pointer), the results under their own names.
// It needs the master key.
//
// Servers differ widely here, and PostgreSQL silently ignores what it does not
// know (protocol section 3.5), so only what both databases do is offered. The query
// may have Limit, and conditions on texts, numbers, booleans and times with Eq, Lt,
// Lte, Gt and Gte. Anything else is refused. Groups that do not fit R are
// [DecodeErrors], beside the others.
func Aggregate[R, T any](ctx context.Context, admin AdminCaller, query Query[T], by Key[T], results ...Result[T]) ([]*R, error) {
	call := aggregateCall(admin, query, "Aggregate")
	if call.Err == nil {
		pipeline, err := pipeline(query, by, results)
		if err != nil {
			call.Err = mistakeIn(call.Op, call.Class, err)
		}
		call.Query = url.Values{"pipeline": {string(pipeline)}}
	}
	groups, err := runForList[*R](ctx, admin, call)
	if slices.Contains(groups, nil) {
		return nil, &Error{Op: call.Op, Class: call.Class, HTTPStatus: http.StatusOK, Attempts: 1, Message: "a group of the answer is null"}
	}
	return groups, err
}

func aggregateCall[T any](admin AdminCaller, query Query[T], op string) transport.Call {
	call := query.collection.call(op, http.MethodGet, "any")
	call.ObjectID, call.Safety, call.Master, call.Needs = "", transport.SafeRead, true, []string{"results"}
	switch {
	case call.Err != nil:
	case adminOf(admin) == nil:
		call.Err = badInput(call.Op, call.Class, "admin", "is nil: make one with NewAdmin")
	default:
		call.Path = []string{"aggregate", call.Class}
	}
	return call
}

// runForList gives the results of which everything could be read.
func runForList[R any](ctx context.Context, admin AdminCaller, call transport.Call) ([]R, error) {
	if adminOf(admin) == nil {
		return nil, call.Err
	}
	answer := &list[R]{class: call.Class}
	if own := adminOf(admin).own(); own != nil && own.cfg != nil {
		answer.codec = own.cfg.codec
	}
	err := adminOf(admin).do(ctx, call, answer)
	if err != nil && unreadIn(err) == nil {
		return nil, err
	}
	return answer.results, err
}

func pipeline[T any](query Query[T], by Key[T], results []Result[T]) (jsontext.Value, error) {
	q, codec := query.asks.copied(), query.collection.codec()
	switch {
	case q.mistake != nil:
		return nil, q.mistake
	case q.skip != 0 || len(q.order)+len(q.keys)+len(q.exclude)+len(q.include) > 0:
		return nil, errors.New("the query has more than Where and Limit, which an aggregation cannot heed")
	case len(results) == 0:
		return nil, errors.New("no results: ask for CountRows, Sum, Average, Smallest or Largest")
	}
	var stages []any
	if len(q.where) > 0 {
		match, err := where.WriteMatch(q.where, codec.encodeOperand)
		if err != nil {
			return nil, err
		}
		stages = append(stages, map[string]any{"$match": match})
	}
	group, err := groupStage(by, results)
	if err != nil {
		return nil, err
	}
	stages = append(stages, map[string]any{"$group": group})
	if q.limit != nil {
		stages = append(stages, map[string]any{"$limit": *q.limit})
	}
	return codec.encode(stages)
}

func groupStage[T any](by Key[T], results []Result[T]) (map[string]any, error) {
	group := map[string]any{"_id": nil}
	if by != nil {
		column := by.keyOf(nil)
		if column.mistake != "" {
			return nil, wire.BadField(column.dotted, column.mistake)
		}
		group["_id"] = "$" + column.dotted
	}
	for _, r := range results {
		_, twice := group[r.as]
		switch {
		case r.op == "":
			return nil, errors.New("zero Result: use CountRows, Sum, Average, Smallest or Largest")
		case r.mistake != "":
			return nil, wire.BadField(r.as, r.mistake)
		case !validColumn(r.as) || r.as == "objectId":
			return nil, wire.BadField(strconv.Quote(r.as), "bad name for a result: a letter, then letters, digits and _; not objectId")
		case twice:
			return nil, wire.BadField(r.as, "two results with one name")
		}
		group[r.as] = map[string]any{r.op: r.operand}
	}
	return group, nil
}
