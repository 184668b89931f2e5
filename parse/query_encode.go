package parse

import (
	"cmp"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// parameters are a query's parameters as the server names them (protocol
// section 3.2).
type parameters struct {
	Where   string `url:"where,omitempty"`
	Order   string `url:"order,omitempty"`
	Include string `url:"include,omitempty"`
	Keys    string `url:"keys,omitempty"`
	Exclude string `url:"excludeKeys,omitempty"`
	Limit   *int   `url:"limit,omitempty"`
	Skip    int    `url:"skip,omitempty"`
}

func orderText(orders []order) string {
	names := make([]string, len(orders))
	for i, o := range orders {
		names[i] = o.name
		if o.descending {
			names[i] = "-" + o.name
		}
	}
	return strings.Join(names, ",")
}

// inQuery is the operand of $inQuery and $notInQuery.
type inQuery[P any] struct{ query Query[P] }

func (s inQuery[P]) encodeSubquery(*codec) (jsontext.Value, error) {
	if err := asSubquery(s.query); err != nil {
		return nil, err
	}
	where, err := s.query.asks.encodeWhere(s.query.collection.codec())
	if err != nil {
		return nil, err
	}
	raw := append(jsontext.Value(`{"where":`), where...)
	raw = append(raw, `,"className":`...)
	raw, err = jsontext.AppendQuote(raw, s.query.collection.class)
	return append(raw, '}'), err
}

// asSubquery refuses what a server would silently ignore in a sub-query.
func asSubquery[T any](q Query[T]) error {
	switch {
	case q.collection.codec() == nil:
		return errors.New("zero query: make queries with a collection")
	case !validClass(q.collection.class):
		return errors.New("the inner query's class name is bad")
	}
	return q.asks.asSubquery()
}

// MatchesKey holds where the field's value is the value of key in an object that
// the query finds.
func MatchesKey[T, U, V any](field Field[T, V], query Query[U], key Field[U, V]) Condition[T] {
	return keyCondition(where.Select, field, query, key)
}

// NotMatchesKey holds where the field has a value that is not the value of key
// in any object that the query finds.
func NotMatchesKey[T, U, V any](field Field[T, V], query Query[U], key Field[U, V]) Condition[T] {
	return keyCondition(where.DontSelect, field, query, key)
}

func keyCondition[T, U, V any](op where.Op, field Field[T, V], query Query[U], key Field[U, V]) Condition[T] {
	if field == nil || key == nil {
		return Condition[T]{node: &where.Clause{Mistake: "nil field"}}
	}
	own, other := field.keyOf(nil), key.keyOf(nil)
	return Condition[T]{node: &where.Clause{
		Field: own.dotted, Mistake: cmp.Or(own.mistake, other.mistake),
		Terms: []where.Term{where.Is(op, keyQuery[U]{query, other.dotted}), where.Is(where.Exists, true)},
	}}
}

// keyQuery is the operand of $select and $dontSelect.
type keyQuery[U any] struct {
	query Query[U]
	key   string
}

func (s keyQuery[U]) encodeSubquery(c *codec) (jsontext.Value, error) {
	// Parse Server takes a missing value for one to compare with, and PostgreSQL
	// then answers the whole query with an error.
	having := s.query.Where(Condition[U]{node: &where.Clause{Field: s.key, Terms: []where.Term{where.Is(where.Exists, true)}}})
	inner, err := inQuery[U]{having}.encodeSubquery(c)
	if err != nil {
		return nil, err
	}
	raw := append(jsontext.Value(`{"query":`), inner...)
	raw = append(raw, `,"key":"`...)
	raw = append(raw, s.key...)
	return append(raw, `"}`...), nil
}
