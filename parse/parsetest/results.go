package parsetest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Results answers queries on a class that holds these rows: Find, First, Count and All,
// which asks for one page after another. Of the rows come those for which the conditions
// of the request hold, sorted, skipped and limited as it says. They come as they are,
// whatever it includes or selects.
//
// Conditions on other objects (sub-queries and relations) hold for every row, as nobody
// can tell. Without rows name the type: Results[Task]().
func Results[T any, P parse.Entity[T]](rows ...P) Answer {
	return Answer{body: func(r asked) (any, error) {
		ask, err := questionOf(r.Request)
		if err != nil {
			return nil, err
		}
		var found []row
		for i, obj := range rows {
			stored, ok := any(obj).(parse.Stored)
			if !ok {
				return nil, fmt.Errorf("row %d: %T is no object", i, obj)
			}
			raw, err := r.sent(stored)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", i, err)
			}
			one := row{raw: raw}
			if err := json.Unmarshal(raw, &one.columns, wire.Tolerant()); err != nil {
				return nil, err
			}
			holds, err := ask.where.Match(one.columns)
			if err != nil {
				return nil, err
			}
			if holds {
				found = append(found, one)
			}
		}
		return ask.answer(found), nil
	}}
}

// row is an object of the class.
type row struct {
	raw     jsontext.Value
	columns map[string]any
}

// question is what a request asks for.
type question struct {
	where       *where.Node
	order       []string // columns, those that descend with "-" before them
	skip, limit int
	count       bool
}

// defaultLimit is how many rows a server sends to a request without a limit.
const defaultLimit = 100

func questionOf(r *http.Request) (question, error) {
	parameters, err := parametersOf(r)
	if err != nil {
		return question{}, err
	}
	q := question{limit: defaultLimit, where: where.AllOf()}
	for name, at := range map[string]*int{"skip": &q.skip, "limit": &q.limit} {
		if text := parameters.Get(name); text != "" {
			if *at, err = strconv.Atoi(text); err != nil {
				return question{}, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if order := parameters.Get("order"); order != "" {
		q.order = strings.Split(order, ",")
	}
	q.count = parameters.Get("count") != ""
	if doc := parameters.Get("where"); doc != "" {
		node, err := where.Parse([]byte(doc), where.Limits{})
		if err != nil {
			return question{}, err
		}
		q.where = decidable(node)
	}
	return q, nil
}

// parametersOf are those of the query string, and those of the body in the place of a
// long one.
func parametersOf(r *http.Request) (url.Values, error) {
	parameters := r.URL.Query()
	if r.Method == http.MethodGet || r.Body == nil {
		return parameters, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(body, &members, wire.Tolerant()); err != nil {
		return nil, fmt.Errorf("the body of the request: %w", err)
	}
	method, err := jsontext.AppendUnquote(nil, members["_method"])
	if err != nil || string(method) != http.MethodGet {
		return nil, errors.New("the request is no query: answer it with Created, Updated, Deleted, Batch or Failed")
	}
	for name, value := range members {
		text := string(value)
		if value.Kind() == '"' {
			plain, err := jsontext.AppendUnquote(nil, value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			text = string(plain)
		}
		parameters.Set(name, text)
	}
	return parameters, nil
}

// decidable leaves out the conditions that need other objects.
func decidable(n *where.Node) *where.Node {
	if n.External() == nil {
		return n
	}
	if n.Op != where.And {
		return where.AllOf()
	}
	kept := make([]*where.Node, 0, len(n.Children))
	for _, child := range n.Children {
		kept = append(kept, decidable(child))
	}
	return where.AllOf(kept...)
}

func (q question) answer(rows []row) any {
	body := map[string]any{}
	if q.count {
		body["count"] = len(rows)
	}
	slices.SortStableFunc(rows, q.compare)
	rows = rows[min(max(q.skip, 0), len(rows)):]
	rows = rows[:min(max(q.limit, 0), len(rows))]
	results := make([]jsontext.Value, len(rows))
	for i, one := range rows {
		results[i] = one.raw
	}
	body["results"] = results
	return body
}

// compare orders rows as the request asks for; a missing value comes first.
func (q question) compare(a, b row) int {
	for _, name := range q.order {
		column, descending := strings.CutPrefix(name, "-")
		x, y := a.columns[column], b.columns[column]
		order := 0
		switch {
		case x == nil && y == nil:
		case x == nil:
			order = -1
		case y == nil:
			order = 1
		default:
			order, _ = where.Compare(x, y)
		}
		if descending {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return 0
}
