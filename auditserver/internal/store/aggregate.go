package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Bounds of a pipeline: groups, rows to sort and results it may hold; stages.
const (
	maxAggregate = 100_000
	maxStages    = 100
)

// Distinct returns the different values of field among the objects that n
// matches, as Parse Server answers them: elements of arrays one by one, dates
// as ISO texts, the rest in Parse's JSON encoding. The order is that of the
// values' first appearance. More than 100,000 are a *where.Error (102).
func (s *Store) Distinct(ctx context.Context, class, field string, n *where.Node) ([]any, error) {
	path := &where.Node{Op: where.Exists, Path: field, Value: true}
	values, seen := []any{}, map[string]bool{}
	add := func(v any) {
		if v == nil {
			return
		}
		if t, ok := where.DateOf(v); ok {
			v = wire.FormatISO(t)
		}
		if key := string(where.Equal("", v).AppendCanonical(nil)); !seen[key] {
			seen[key] = true
			values = append(values, v)
		}
	}
	err := s.Each(ctx, Query{Class: class, Where: n, Limit: -1}, func(row Row) bool {
		raw, ok := row.Field(path.Field())
		if !ok {
			return true
		}
		var v any
		_ = json.Unmarshal(raw, &v) // the store wrote it
		if v = rest(path, v); v != nil {
			anyOf(v, func(e any) bool { add(e); return false })
		}
		return len(values) <= maxAggregate
	})
	if err == nil && len(values) > maxAggregate {
		err = invalid("distinct finds more than %d values", maxAggregate)
	}
	return values, err
}

// Aggregate runs a pipeline (protocol section 3.5) over the objects of class.
// Each stage has one key: $match, $group, $project, $sort, $limit, $skip,
// $count or $unwind. A leading $match uses the indexes; the rest streams. Group
// keys come back as objectId. Stages and expressions it does not know, and
// results beyond 100,000, are a *where.Error with code 102. Date parts are in
// UTC. Stages are raw JSON, because the order of the keys of $sort counts.
func (s *Store) Aggregate(ctx context.Context, class string, stages []map[string]jsontext.Value, lim where.Limits) ([]map[string]any, error) {
	if len(stages) > maxStages {
		return nil, invalid("the pipeline has more than %d stages", maxStages)
	}
	var steps []stage
	q := Query{Class: class, Limit: -1}
	for i, one := range stages {
		name, operand, err := stageOf(one)
		if err != nil {
			return nil, err
		}
		if name == "$match" && i == 0 {
			if q.Where, err = parseMatch(operand, lim); err != nil {
				return nil, err
			}
			continue
		}
		step, err := newStage(name, operand, lim)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	results := []map[string]any{}
	run := runner{steps: steps, sink: func(doc map[string]any) error {
		if results = append(results, doc); len(results) > maxAggregate {
			return invalid("the pipeline yields more than %d results", maxAggregate)
		}
		return nil
	}}
	if err := s.Each(ctx, q, func(row Row) bool { return run.push(0, row.Map()) }); err != nil {
		return nil, err
	}
	run.flush()
	return results, run.err
}

// stageOf splits {"$match": {...}}.
func stageOf(m map[string]jsontext.Value) (string, jsontext.Value, error) {
	for name, operand := range m {
		if len(m) == 1 {
			return name, operand, nil
		}
	}
	return "", nil, invalid("a pipeline stage has one key, not %d", len(m))
}

// stage is one step of a pipeline. push gets a document and hands on what
// follows from it; flush hands on what was held back. Both report through
// next, which is false when no more documents are wanted.
type stage interface {
	push(doc map[string]any, next func(map[string]any) bool) (more bool, err error)
	flush(next func(map[string]any) bool) error
}

// runner drives documents through the stages.
type runner struct {
	steps []stage
	sink  func(map[string]any) error
	err   error
}

func (r *runner) push(i int, doc map[string]any) bool {
	if r.err != nil {
		return false
	}
	if i == len(r.steps) {
		r.err = r.sink(doc)
		return r.err == nil
	}
	more, err := r.steps[i].push(doc, func(d map[string]any) bool { return r.push(i+1, d) })
	if err != nil {
		r.err = err
	}
	return more && r.err == nil
}

func (r *runner) flush() {
	for i, step := range r.steps {
		if r.err != nil {
			return
		}
		if err := step.flush(func(d map[string]any) bool { return r.push(i+1, d) }); err != nil {
			r.err = err
		}
	}
}

// expression computes a value from a document.
type expression func(doc map[string]any) any

// newExpression reads "$field", a constant, {"$year": "$createdAt"} and
// objects of expressions.
func newExpression(v any) (expression, error) {
	switch v := v.(type) {
	case string:
		if len(v) > 1 && v[0] == '$' {
			return newLookup(fieldPath(v[1:])), nil
		}
	case map[string]any:
		if v["__type"] != nil {
			break
		}
		for name, operand := range v {
			if part, ok := dateParts[name]; ok && len(v) == 1 {
				of, err := newExpression(operand)
				return func(doc map[string]any) any { return datePart(of(doc), part) }, err
			}
			if name[:min(1, len(name))] == "$" {
				return nil, invalid("unsupported expression %s in the pipeline", name)
			}
		}
		return newObjectExpression(v)
	}
	return func(map[string]any) any { return v }, nil
}

func newObjectExpression(v map[string]any) (expression, error) {
	parts := map[string]expression{}
	for name, operand := range v {
		var err error
		if parts[name], err = newExpression(operand); err != nil {
			return nil, err
		}
	}
	return func(doc map[string]any) any {
		m := map[string]any{}
		for name, of := range parts {
			if e := of(doc); e != nil {
				m[name] = e
			}
		}
		return m
	}, nil
}

// newLookup gives the value at path. The times of an object, which are bare texts
// in it, are Dates as the values of other columns are.
func newLookup(path string) expression {
	if path != "createdAt" && path != "updatedAt" {
		return func(doc map[string]any) any { return where.Lookup(doc, path) }
	}
	return func(doc map[string]any) any {
		text, isText := doc[path].(string)
		if t, ok := where.ParseDate(text); isText && ok {
			return where.DateValue(t)
		}
		return doc[path]
	}
}

// databaseNames are what MongoDB calls the columns every object has. Parse Server
// takes both names in a pipeline.
var databaseNames = map[string]string{"_id": "objectId", "_created_at": "createdAt", "_updated_at": "updatedAt"}

// fieldPath calls a field what Parse calls it.
func fieldPath(path string) string {
	root, rest, dotted := strings.Cut(path, ".")
	name, ok := databaseNames[root]
	switch {
	case !ok:
		return path
	case dotted:
		return name + "." + rest
	}
	return name
}

// parseMatch reads the conditions of $match. All that is wrong with a pipeline has
// the code 102.
func parseMatch(operand jsontext.Value, lim where.Limits) (*where.Node, error) {
	var doc map[string]any
	if err := json.Unmarshal(operand, &doc); err != nil || doc == nil {
		return nil, invalid("$match takes an object of conditions")
	}
	n, err := where.ParseValue(parseNames(doc), lim)
	if e := (*where.Error)(nil); errors.As(err, &e) {
		return nil, &where.Error{Code: wire.CodeInvalidQuery, Message: e.Message, Limit: e.Limit}
	}
	return n, err
}

// parseNames gives conditions with the names of fields that Parse has.
func parseNames(doc map[string]any) map[string]any {
	out := make(map[string]any, len(doc))
	for name, v := range doc {
		if list, ok := v.([]any); ok && strings.HasPrefix(name, "$") { // $and, $or, $nor
			branches := make([]any, len(list))
			for i, branch := range list {
				branches[i] = branch
				if m, ok := branch.(map[string]any); ok {
					branches[i] = parseNames(m)
				}
			}
			v = branches
		}
		out[fieldPath(name)] = v
	}
	return out
}

// dateParts are the parts of a date, in UTC, as MongoDB numbers them.
var dateParts = map[string]func(time.Time) int{
	"$year": time.Time.Year, "$dayOfMonth": time.Time.Day, "$hour": time.Time.Hour, "$minute": time.Time.Minute,
	"$second": time.Time.Second, "$dayOfYear": time.Time.YearDay,
	"$month":       func(t time.Time) int { return int(t.Month()) },
	"$dayOfWeek":   func(t time.Time) int { return int(t.Weekday()) + 1 },
	"$millisecond": func(t time.Time) int { return t.Nanosecond() / 1e6 },
}

func datePart(v any, part func(time.Time) int) any {
	t, ok := where.DateOf(v)
	if text, isText := v.(string); isText { // createdAt, updatedAt
		t, ok = where.ParseDate(text)
	}
	if !ok {
		return nil
	}
	return float64(part(t))
}
