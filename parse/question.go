package parse

import (
	"errors"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-querystring/query"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// question is a Query without its class. It is never written to once a query has
// it: every step writes to a copy.
//
// It is apart from Query for the sake of building: see column.
type question struct {
	where   []where.Clause
	order   []order
	include []columnPath
	keys    []columnPath
	exclude []columnPath
	limit   *int
	skip    int
	mistake *wire.FieldError
}

// copied gives a question to write to, also for that of the zero Query, which is nil.
// What is added to its lists goes to new ones.
func (q *question) copied() *question {
	own := question{}
	if q != nil {
		own = *q
		own.where, own.order = slices.Clip(own.where), slices.Clip(own.order)
		own.include, own.keys, own.exclude = slices.Clip(own.include), slices.Clip(own.keys), slices.Clip(own.exclude)
	}
	return &own
}

func (q *question) holding(condition where.Clause) *question {
	own := q.copied()
	own.where = append(own.where, condition)
	return own
}

// sortBy adds an order to a question of one's own, and notes what is wrong with it.
func (q *question) sortBy(o order) {
	q.order = append(q.order, o)
	switch {
	case o.mistake != "":
		q.refuse(o.name, o.mistake)
	case o.name == "":
		q.refuse("order", "zero order: use Asc or Desc of a field")
	}
}

// add adds a path to a list of a question of one's own unless it is there, and notes
// what is wrong with it.
func (q *question) add(list *[]columnPath, path columnPath) {
	switch {
	case path.mistake != "":
		q.refuse(path.dotted, path.mistake)
	case !slices.Contains(*list, path):
		*list = append(*list, path)
	}
}

func (q *question) limited(rows int) *question {
	own := q.copied()
	if rows < 0 {
		own.refuse("limit", "is negative")
		return own
	}
	own.limit = &rows
	return own
}

func (q *question) skipping(rows int) *question {
	own := q.copied()
	if rows < 0 {
		own.refuse("skip", "is negative")
		return own
	}
	own.skip = rows
	return own
}

// counted is the question how many rows there are, whatever their order and columns.
func (q *question) counted() *question {
	own, none := q.copied(), 0
	return &question{where: own.where, limit: &none, mistake: own.mistake}
}

// refuse notes the first mistake.
func (q *question) refuse(field, reason string) {
	if q.mistake == nil {
		q.mistake = wire.BadField(field, reason)
	}
}

// parameters are the parameters of the question as the server names them.
func (q *question) parameters(c *codec, class, op string) (url.Values, error) {
	if q.mistake != nil {
		return nil, mistakeIn(op, class, q.mistake)
	}
	p := parameters{
		Order: orderText(q.order), Include: dotted(q.include), Keys: dotted(q.keys), Exclude: dotted(q.exclude),
		Limit: q.limit, Skip: q.skip,
	}
	if len(q.where) > 0 {
		where, err := q.encodeWhere(c)
		if err != nil {
			return nil, mistakeIn(op, class, err)
		}
		p.Where = string(where)
	}
	return query.Values(p)
}

// encodeWhere gives the where document, {} for a question without conditions.
func (q *question) encodeWhere(c *codec) (jsontext.Value, error) {
	if q.mistake != nil {
		return nil, q.mistake
	}
	return c.encodeWhere(q.where)
}

// asSubquery refuses what a server would silently ignore in a sub-query.
func (q *question) asSubquery() error {
	if q.limit != nil || q.skip != 0 || len(q.order)+len(q.keys)+len(q.exclude)+len(q.include) > 0 {
		return errors.New("the inner query has more than Where: a server ignores it there")
	}
	return nil
}

// selectedKeys are the names given to Select; none means all.
func (q *question) selectedKeys() []string {
	names := make([]string, len(q.keys))
	for i, k := range q.keys {
		names[i] = k.dotted
	}
	return names
}
