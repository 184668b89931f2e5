package parse

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Group is the rows of a query that have something in common.
type Group[K any] struct {
	Key     K
	Missing bool // these rows have no value; Key is zero
	Count   int
}

// Grouping says what the rows of a group have in common: made by [By], [ByDay],
// [ByMonth] and [ByQuarter].
type Grouping[T any, K comparable] struct {
	_       [0]*T
	column  columnPath
	key     func(*codec, jsontext.Value) (K, error)
	compare func(a, b K) int
	mistake string
}

// By groups by the value of a column. Pointers are the same where they refer to the same
// object.
func By[T any, V comparable](field Field[T, V]) Grouping[T, V] {
	if field == nil {
		return Grouping[T, V]{mistake: "nil field"}
	}
	return Grouping[T, V]{column: field.keyOf(nil), compare: compareKeys[V], key: func(c *codec, raw jsontext.Value) (key V, err error) {
		err = c.decode(raw, &key)
		return key, err
	}}
}

// ByDay groups by the day of a time, as it is counted in the zone.
func ByDay[T any](field Field[T, time.Time], zone *time.Location) Grouping[T, Period] {
	return byPeriod(field, zone, Day)
}

// ByMonth groups by the month of a time in the zone.
func ByMonth[T any](field Field[T, time.Time], zone *time.Location) Grouping[T, Period] {
	return byPeriod(field, zone, Month)
}

// ByQuarter groups by the quarter of a time in the zone.
func ByQuarter[T any](field Field[T, time.Time], zone *time.Location) Grouping[T, Period] {
	return byPeriod(field, zone, Quarter)
}

func byPeriod[T any](field Field[T, time.Time], zone *time.Location, unit PeriodUnit) Grouping[T, Period] {
	switch {
	case field == nil:
		return Grouping[T, Period]{mistake: "nil field"}
	case zone == nil:
		return Grouping[T, Period]{column: field.keyOf(nil), mistake: "the time zone is nil: days begin at other moments in each, so name one, such as time.UTC"}
	}
	return Grouping[T, Period]{column: field.keyOf(nil), compare: comparePeriods, key: func(c *codec, raw jsontext.Value) (Period, error) {
		var at time.Time
		if err := c.decode(raw, &at); err != nil {
			return Period{}, err
		}
		return PeriodOf(at, unit, zone), nil
	}}
}

// compareKeys orders texts, numbers, booleans and times by their values, and pointers by
// the ids of their objects.
func compareKeys[V comparable](a, b V) int {
	return compareValues(reflect.ValueOf(a), reflect.ValueOf(b))
}

func compareValues(a, b reflect.Value) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	case a.Kind() == reflect.String:
		return cmp.Compare(a.String(), b.String())
	}
	x, y := a.Interface(), b.Interface()
	if at, ok := x.(time.Time); ok {
		return at.Compare(y.(time.Time))
	}
	return cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)) // false comes before true, and a pointer begins with its id
}

// CountBy counts the rows that the query finds, by what they have in common. Everyone may
// ask: the rows are read as the query's client may see them, page by page, with the one
// column, and counted here; [Aggregate] lets the server count, with the master key.
//
// Groups come in the order of their keys, and that of the rows without a value last. Of
// the query Where and Limit count. Rows whose value does not fit the field are left out
// and told by [DecodeErrors], beside the groups.
func CountBy[T any, K comparable](ctx context.Context, query Query[T], by Grouping[T, K]) ([]Group[K], error) {
	call := query.collection.call("CountBy", "", "any")
	switch {
	case call.Err != nil:
		return nil, call.Err
	case by.key == nil && by.mistake == "":
		return nil, badInput(call.Op, call.Class, "", "zero Grouping: use By, ByDay, ByMonth or ByQuarter")
	case by.mistake != "":
		return nil, badInput(call.Op, call.Class, by.column.dotted, "%s", by.mistake)
	case by.column.mistake != "":
		return nil, badInput(call.Op, call.Class, by.column.dotted, "%s", by.column.mistake)
	}
	column, codec := by.column.dotted, query.collection.codec()
	counts, missing := map[K]int{}, 0
	var unread DecodeErrors
	for row, err := range (Query[Row]{Rows(query.collection.client, call.Class), query.asks.alone(by.column)}).All(ctx) {
		if wrong := unreadIn(err); err != nil && wrong == nil {
			return nil, err
		} else if wrong != nil {
			unread = append(unread, wrong...)
			continue
		}
		raw, err := row.column(column)
		if err != nil {
			return nil, err
		}
		if len(raw) == 0 {
			missing++
			continue
		}
		key, err := by.key(codec, raw)
		if err != nil {
			unread = append(unread, &DecodeError{Class: call.Class, ObjectID: row.ObjectID, Field: column, Reason: wire.BareCause(err).Error()})
			continue
		}
		counts[key]++
	}
	groups := make([]Group[K], 0, len(counts)+1)
	for _, key := range slices.SortedFunc(maps.Keys(counts), by.compare) {
		groups = append(groups, Group[K]{Key: key, Count: counts[key]})
	}
	if missing > 0 {
		groups = append(groups, Group[K]{Missing: true, Count: missing})
	}
	return groups, unread.orNil()
}

// alone is the question for one column of the same rows.
func (q *question) alone(column columnPath) *question {
	own := q.copied()
	own.order, own.include, own.exclude, own.skip = nil, nil, nil, 0
	own.keys = []columnPath{column}
	return own
}

// column is the value of a column as JSON, empty where there is none.
func (r *Row) column(name string) (jsontext.Value, error) {
	switch name {
	case "objectId":
		return jsontext.AppendQuote(nil, r.ObjectID)
	case "createdAt":
		return wire.AppendDate(nil, r.CreatedAt), nil
	case "updatedAt":
		return wire.AppendDate(nil, r.UpdatedAt), nil
	}
	return jsontext.Value(r.Rest[name]), nil
}
