package parse

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// cursor is a place between two rows of a sorted query.
type cursor struct{ keys []sortKey }

// sortKey is one column of the order and its value in the row before the cursor.
type sortKey struct {
	name       string
	descending bool
	filled     bool // never empty
	emptyFirst bool // the database sorts empty columns before the others, in this direction
	known      bool // emptyFirst was learnt
	value      sortValue
}

// sortValue is the value of a sort column: nil or null where it is empty, a string,
// a bool, a time.Time, a number as the server wrote it, or opaque.
type sortValue struct{ v any }

func (v sortValue) empty() bool { return v.v == nil || v.v == null{} }

// null is an empty column that the server has sent.
type null struct{}

// opaque is the JSON of a value that no condition can compare with on every
// server: an array, an object, a text that PostgreSQL cannot hold, a time in a year
// that servers write differently.
type opaque string

// number is a JSON number, unchanged.
type number string

func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// after gives the conditions of the rows behind the cursor: the first columns
// are equal and the next one is behind, for each column in turn.
func (c *cursor) after() []where.Clause {
	var branches, equal []where.Clause
	for _, key := range c.keys {
		for _, behind := range key.behind() {
			branches = append(branches, where.EachClause(append(slices.Clone(equal), behind)...))
		}
		equal = append(equal, key.same())
	}
	rows := []where.Clause{where.AnyClause(branches...)}
	if len(branches) == 1 {
		rows = branches[0].Children
	}
	if bound, ok := c.keys[0].bound(); ok && len(c.keys) > 1 {
		rows = append(rows, bound) // says nothing new, but lets the database use an index
	}
	return rows
}

// isAt reports whether a row with these values is the one before the cursor, unchanged.
func (c *cursor) isAt(values []sortValue) bool {
	for i, key := range c.keys {
		if key.value != values[i] {
			return false
		}
	}
	return true
}

func (k sortKey) on(terms ...where.Term) where.Clause {
	return where.Clause{Field: k.name, Terms: terms}
}

// empty is an equality with null, because for $exists a null that MongoDB stores
// is a value, while every database sorts it like a missing one.
func (k sortKey) empty() where.Clause { return k.on(where.Is("", nil)) }

func (k sortKey) same() where.Clause {
	switch v := k.value.v.(type) {
	case nil, null:
		return k.empty()
	case time.Time:
		return *column{name: k.name}.at(v)
	default:
		return k.on(where.Is("", v))
	}
}

// behind gives the alternatives for a row that sorts behind the cursor's by this
// column alone.
func (k sortKey) behind() []where.Clause {
	if k.value.empty() {
		if k.emptyFirst {
			return []where.Clause{k.on(where.Is(where.Ne, nil))}
		}
		return nil
	}
	var alternatives []where.Clause
	if n := k.beyond(); n != nil {
		alternatives = append(alternatives, *n)
	}
	if !k.filled && !k.emptyFirst {
		alternatives = append(alternatives, k.empty())
	}
	return alternatives
}

// beyond is behind among the rows that have a value; nil: there can be none.
func (k sortKey) beyond() *where.Clause {
	var n where.Clause
	switch v := k.value.v.(type) {
	case string:
		c := column{name: k.name}
		if n = *c.textBehind(v); k.descending {
			n = *c.textBefore(v)
		}
	case time.Time:
		if n = k.on(beyond(v)); k.descending {
			n = k.on(where.Is(where.Lt, v))
		}
	case bool: // PostgreSQL takes no boolean operand in a comparison
		if v != k.descending {
			return nil
		}
		n = k.on(where.Is("", !v))
	default:
		op := where.Gt
		if k.descending {
			op = where.Lt
		}
		n = k.on(where.Is(op, v))
	}
	return &n
}

// bound is a plain range that all rows behind the cursor are in.
func (k sortKey) bound() (where.Clause, bool) {
	if k.value.empty() || !k.filled && !k.emptyFirst {
		return where.Clause{}, false
	}
	switch v := k.value.v.(type) {
	case time.Time:
		if k.descending {
			return k.on(upTo(v)), true
		}
		return k.on(where.Is(where.Gte, v)), true
	case number:
		if k.descending {
			return k.on(where.Is(where.Lte, v)), true
		}
		return k.on(where.Is(where.Gte, v)), true
	}
	return where.Clause{}, false
}

// readSortValues reads the sort columns of a row as it came over the wire: its
// Go type may lack them.
func readSortValues(row jsontext.Value, columns []string) ([]sortValue, error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(row, &members, wire.Tolerant()); err != nil {
		return nil, err
	}
	values := make([]sortValue, len(columns))
	for i, column := range columns {
		values[i] = readSortValue(members[column], column == "createdAt" || column == "updatedAt")
		if _, ok := values[i].v.(string); column == "objectId" && !ok {
			return nil, errors.New("cannot page by a row without an objectId")
		}
	}
	return values, nil
}

// readSortValue reads one column; plainDate says that its dates are bare texts.
func readSortValue(raw jsontext.Value, plainDate bool) sortValue {
	switch raw.Kind() {
	case jsontext.KindInvalid: // not there
		return sortValue{}
	case 'n':
		return sortValue{null{}}
	case 't', 'f':
		return sortValue{raw.Kind() == 't'}
	case '0':
		if _, err := strconv.ParseFloat(string(raw), 64); err == nil {
			return sortValue{number(raw)}
		}
	case '"':
		if plainDate {
			return readSortTime(raw)
		}
		text, err := jsontext.AppendUnquote(nil, raw)
		if err == nil && bytes.IndexByte(text, 0) < 0 {
			return sortValue{string(text)}
		}
	case '{':
		return readSortTime(raw)
	}
	return sortValue{opaque(raw)}
}

func readSortTime(raw jsontext.Value) sortValue {
	if t, err := wire.DecodeDate(raw); err == nil && t.After(time.Time{}) && !t.After(lastTime) {
		return sortValue{t}
	}
	return sortValue{opaque(raw)}
}

// lastTime is the last one that every server can compare with: JavaScript and
// PostgreSQL write later years in forms that the other one refuses.
var lastTime = time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC)

// cannotName says that no condition can compare with a value on every server. A
// null where the database keeps empty columns at its high end is no empty column:
// Parse Server on PostgreSQL sends none of those, but a number that is infinite.
func (k sortKey) cannotName(v sortValue) bool {
	switch v.v.(type) {
	case opaque:
		return true
	case null:
		return k.filled || k.known && k.emptyFirst == k.descending
	case nil:
		return k.filled
	case string:
		return k.filled && k.name != "objectId"
	}
	return false
}
