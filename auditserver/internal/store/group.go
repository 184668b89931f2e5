package store

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// groupStage gathers documents by key.
type groupStage struct {
	key    expression
	fields map[string]field
	groups map[string]*group
	order  []*group // by first appearance
	held   int      // values held by $push and $addToSet
}

type field struct {
	op string
	of expression
}

type group struct {
	key    any
	values map[string]*accumulator
}

// accumulators are the operators of $group.
var accumulators = []string{"$sum", "$avg", "$min", "$max", "$first", "$last", "$push", "$addToSet", "$count"}

func newGroup(operand jsontext.Value) (stage, error) {
	var m map[string]any
	if err := json.Unmarshal(operand, &m, wire.Tolerant()); err != nil {
		return nil, invalid("$group takes an object")
	}
	id, ok := m["_id"]
	if !ok {
		if _, wrong := m["objectId"]; wrong {
			return nil, invalid("Cannot use `objectId` in aggregation stage $group. Please use `_id`.")
		}
		return nil, invalid("$group needs an _id; null puts everything into one group")
	}
	delete(m, "_id")
	g := &groupStage{fields: map[string]field{}, groups: map[string]*group{}}
	var err error
	if g.key, err = newExpression(id); err != nil {
		return nil, err
	}
	for name, v := range m {
		spec, _ := v.(map[string]any)
		op := strings.Join(slices.Collect(maps.Keys(spec)), " ")
		if strings.ContainsAny(name, "$.") || !slices.Contains(accumulators, op) {
			return nil, invalid("unsupported accumulator %q for %q in $group", op, name)
		}
		of, err := newExpression(spec[op])
		if err != nil {
			return nil, err
		}
		g.fields[name] = field{op, of}
	}
	return g, nil
}

func (g *groupStage) push(doc map[string]any, _ func(map[string]any) bool) (bool, error) {
	key := groupKey(g.key(doc))
	text := string(where.Equal("", key).AppendCanonical(nil))
	in := g.groups[text]
	if in == nil {
		if len(g.groups) >= maxAggregate {
			return false, invalid("$group makes more than %d groups", maxAggregate)
		}
		in = &group{key: key, values: map[string]*accumulator{}}
		for name := range g.fields {
			in.values[name] = &accumulator{}
		}
		g.groups[text] = in
		g.order = append(g.order, in)
	}
	for name, f := range g.fields {
		if g.held += in.values[name].add(f.op, f.of(doc)); g.held > maxAggregate {
			return false, invalid("$push and $addToSet gather more than %d values", maxAggregate)
		}
	}
	return true, nil
}

// groupKey gives a key as Parse Server answers it: a pointer is the plain id of its
// object, which is what its column holds.
func groupKey(v any) any {
	if p, ok := where.PointerOf(v); ok {
		return p.ObjectID
	}
	if m, ok := v.(map[string]any); ok && m["__type"] == nil {
		for name, part := range m {
			m[name] = groupKey(part)
		}
	}
	return v
}

func (g *groupStage) flush(next func(map[string]any) bool) error {
	for _, in := range g.order {
		doc := map[string]any{"objectId": in.key}
		for name, f := range g.fields {
			doc[name] = in.values[name].result(f.op)
		}
		if !next(doc) {
			break
		}
	}
	return nil
}

// accumulator is the state of one field of one group.
type accumulator struct {
	n      float64 // how many numbers, or documents
	sum    float64
	best   any // of $min, $max, $first, $last
	seen   bool
	values []any
	set    map[string]bool
}

// add takes a value in and returns how many more values are held.
func (a *accumulator) add(op string, v any) int {
	switch op {
	case "$sum", "$avg":
		if f, ok := v.(float64); ok {
			a.n++
			a.sum += f
		}
	case "$count":
		a.n++
	case "$min":
		if v != nil && (a.best == nil || compareAny(v, a.best) < 0) {
			a.best = v
		}
	case "$max":
		if v != nil && (a.best == nil || compareAny(v, a.best) > 0) {
			a.best = v
		}
	case "$first":
		if !a.seen {
			a.best, a.seen = v, true
		}
	case "$last":
		a.best = v
	case "$push":
		if v != nil {
			a.values = append(a.values, v)
			return 1
		}
	case "$addToSet":
		if key := string(where.Equal("", v).AppendCanonical(nil)); v != nil && !a.set[key] {
			if a.set == nil {
				a.set = map[string]bool{}
			}
			a.set[key] = true
			a.values = append(a.values, v)
			return 1
		}
	}
	return 0
}

func (a *accumulator) result(op string) any {
	switch op {
	case "$sum":
		return a.sum
	case "$count":
		return a.n
	case "$avg":
		if a.n == 0 {
			return nil
		}
		return a.sum / a.n
	case "$push", "$addToSet":
		return append([]any{}, a.values...)
	}
	return a.best
}
