package parse

import (
	"fmt"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// TimeField is a Date column. Values are whole milliseconds in UTC: finer ones
// are truncated, in conditions and in changes. Times outside the years 0 to 9999
// are read, but refused in conditions and changes: servers differ in how such a
// year is written. Gt of the last millisecond of 9999 finds all later ones.
type TimeField[T any] struct{ temporal[T] }

// NewTimeField names a Date column of a class of your own.
func NewTimeField[T any](name string) TimeField[T] {
	return TimeField[T]{temporal[T]{newField[T](name, schema.Date)}}
}

// Set replaces the time. The zero time is refused: use Unset.
func (f TimeField[T]) Set(value time.Time) Change[T] {
	if mistake := badTime(value); mistake != "" {
		return Change[T]{change: f.column.refuseChange(mistake)}
	}
	return Change[T]{change: f.column.set(value)}
}

// Unset clears the column.
func (f TimeField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }

// temporal are the conditions and orderings of times.
//
// Equality is sent as a range of one millisecond: PostgreSQL fails on $eq, $ne
// and $in with dates, and rows written with finer times by other programs would
// not be found (protocol sections 3.1 and 3.4).
type temporal[T any] struct{ field[T] }

func (f temporal[T]) holds(*T, time.Time) {}

// Eq holds in the millisecond of value.
func (f temporal[T]) Eq(value time.Time) Condition[T] {
	return Condition[T]{node: f.column.time(value, column.at)}
}

// Ne holds outside the millisecond of value, also where there is no time.
func (f temporal[T]) Ne(value time.Time) Condition[T] {
	return Condition[T]{node: f.column.time(value, column.notAt)}
}

// In holds in the milliseconds of values. Without values it holds nowhere.
func (f temporal[T]) In(values ...time.Time) Condition[T] {
	return Condition[T]{node: f.column.atAny(values)}
}

// NotIn holds where there is a time outside the milliseconds of values. Without
// values it holds everywhere.
func (f temporal[T]) NotIn(values ...time.Time) Condition[T] {
	return Condition[T]{node: f.column.atNone(values)}
}

// Lt holds before value.
func (f temporal[T]) Lt(value time.Time) Condition[T] {
	return Condition[T]{node: f.column.time(value, column.before)}
}

// Lte holds before the end of the millisecond of value.
func (f temporal[T]) Lte(value time.Time) Condition[T] {
	return Condition[T]{node: f.column.time(value, column.upTo)}
}

// Gt holds after the millisecond of value.
func (f temporal[T]) Gt(value time.Time) Condition[T] {
	return Condition[T]{node: f.column.time(value, column.beyond)}
}

// Gte holds from value on.
func (f temporal[T]) Gte(value time.Time) Condition[T] {
	return Condition[T]{node: f.column.time(value, column.from)}
}

// Between holds from the first time on and before the second.
func (f temporal[T]) Between(from, before time.Time) Condition[T] {
	return And(f.Gte(from), f.Lt(before))
}

// Before holds before a moment that the server takes from its own clock when the
// query arrives, as in DueDate.Before(parse.Now()).
func (f temporal[T]) Before(moment RelativeTime) Condition[T] {
	return Condition[T]{node: f.column.relative(where.Lt, moment)}
}

// After is Before for later times.
func (f temporal[T]) After(moment RelativeTime) Condition[T] {
	return Condition[T]{node: f.column.relative(where.Gt, moment)}
}

// Asc sorts with the earliest first.
func (f temporal[T]) Asc() Order[T] { return Order[T]{order: f.column.order(false)} }

// Desc sorts with the latest first.
func (f temporal[T]) Desc() Order[T] { return Order[T]{order: f.column.order(true)} }

func (c column) at(t time.Time) *where.Clause { return c.clause(where.Is(where.Gte, t), upTo(t)) }

func (c column) notAt(t time.Time) *where.Clause {
	return anyOf(*c.before(t), *c.beyond(t), *c.missing())
}

func (c column) atAny(values []time.Time) *where.Clause {
	if len(values) == 0 {
		return c.never()
	}
	return anyOf(c.atEach(values)...)
}

func (c column) atNone(values []time.Time) *where.Clause {
	if len(values) == 0 {
		return c.always()
	}
	return allOf(*c.exists(), where.Clause{Logic: where.Nor, Children: c.atEach(values)})
}

func (c column) atEach(values []time.Time) []where.Clause {
	clauses := make([]where.Clause, len(values))
	for i, v := range values {
		clauses[i] = *c.time(v, column.at)
	}
	return clauses
}

func (c column) before(t time.Time) *where.Clause { return c.clause(where.Is(where.Lt, t)) }
func (c column) upTo(t time.Time) *where.Clause   { return c.clause(upTo(t)) }
func (c column) beyond(t time.Time) *where.Clause { return c.clause(beyond(t)) }
func (c column) from(t time.Time) *where.Clause   { return c.clause(where.Is(where.Gte, t)) }

// upTo is the term for times before the end of the millisecond of t, which is not
// written where its year would be 10000.
func upTo(t time.Time) where.Term {
	if t.Equal(lastTime) {
		return where.Is(where.Lte, t)
	}
	return where.Is(where.Lt, t.Add(time.Millisecond))
}

// beyond is the term for times after the millisecond of t.
func beyond(t time.Time) where.Term {
	if t.Equal(lastTime) {
		return where.Is(where.Gt, t)
	}
	return where.Is(where.Gte, t.Add(time.Millisecond))
}

// time is a condition on whole milliseconds in UTC.
func (c column) time(value time.Time, build func(column, time.Time) *where.Clause) *where.Clause {
	if mistake := badTime(value); mistake != "" {
		return c.refused(mistake)
	}
	return build(c, value.UTC().Truncate(time.Millisecond))
}

func badTime(value time.Time) string {
	if value.IsZero() {
		return "zero time: use Missing to ask for an empty column and Unset to clear it"
	}
	if err := wire.CheckDate(value); err != nil {
		return err.Error()
	}
	return ""
}

func (c column) relative(op where.Op, moment RelativeTime) *where.Clause {
	type relative struct {
		Time string `json:"$relativeTime"`
	}
	if moment.text == "" {
		return c.refused("zero RelativeTime: use Now, Ago or FromNow")
	}
	return c.clause(where.Is(op, relative{moment.text}))
}

// RelativeTime is a moment counted from the server's clock.
type RelativeTime struct{ text string }

// Now is the moment at which the server answers.
func Now() RelativeTime { return RelativeTime{"now"} }

// Ago is a moment in the past, in whole seconds; d is not negative.
func Ago(d time.Duration) RelativeTime { return relativeTime(d, "%s ago") }

// FromNow is a moment in the future, in whole seconds; d is not negative.
func FromNow(d time.Duration) RelativeTime { return relativeTime(d, "in %s") }

func relativeTime(d time.Duration, format string) RelativeTime {
	if d < 0 {
		return RelativeTime{}
	}
	if d < time.Second {
		return Now()
	}
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hr"}, {time.Minute, "min"}, {time.Second, "sec"}} {
		n := d / unit.size
		d -= n * unit.size
		switch {
		case n == 1:
			parts = append(parts, "1 "+unit.name)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, unit.name))
		}
	}
	return RelativeTime{fmt.Sprintf(format, strings.Join(parts, " "))}
}
