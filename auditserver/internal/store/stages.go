package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

func newStage(name string, operand jsontext.Value, lim where.Limits) (stage, error) {
	switch name {
	case "$match":
		n, err := parseMatch(operand, lim)
		return matchStage{n}, err
	case "$group":
		return newGroup(operand)
	case "$project":
		return newProject(operand)
	case "$sort":
		return newSort(operand)
	case "$unwind":
		return newUnwind(operand)
	case "$count":
		var field string
		if err := json.Unmarshal(operand, &field, wire.Tolerant()); err != nil || field == "" || strings.HasPrefix(field, "$") {
			return nil, invalid("$count takes the name of a field")
		}
		return &countStage{field: field}, nil
	case "$limit", "$skip":
		var n float64
		if err := json.Unmarshal(operand, &n, wire.Tolerant()); err != nil || n < 0 || n != float64(int64(n)) {
			return nil, invalid("%s takes a whole number that is not negative", name)
		}
		if name == "$skip" {
			return &skipStage{left: int64(n)}, nil
		}
		return &limitStage{left: int64(n)}, nil
	}
	return nil, invalid("unsupported pipeline stage %q", name)
}

type matchStage struct{ n *where.Node }

func (m matchStage) push(doc map[string]any, next func(map[string]any) bool) (bool, error) {
	ok, err := m.n.Match(doc)
	return err == nil && (!ok || next(doc)), err
}

func (matchStage) flush(func(map[string]any) bool) error { return nil }

type limitStage struct{ left int64 }

func (l *limitStage) push(doc map[string]any, next func(map[string]any) bool) (bool, error) {
	if l.left == 0 {
		return false, nil
	}
	l.left--
	return next(doc) && l.left > 0, nil
}

func (*limitStage) flush(func(map[string]any) bool) error { return nil }

type skipStage struct{ left int64 }

func (s *skipStage) push(doc map[string]any, next func(map[string]any) bool) (bool, error) {
	if s.left > 0 {
		s.left--
		return true, nil
	}
	return next(doc), nil
}

func (*skipStage) flush(func(map[string]any) bool) error { return nil }

type countStage struct {
	field string
	n     float64
}

func (c *countStage) push(map[string]any, func(map[string]any) bool) (bool, error) {
	c.n++
	return true, nil
}

func (c *countStage) flush(next func(map[string]any) bool) error {
	if c.n > 0 {
		next(map[string]any{c.field: c.n})
	}
	return nil
}

type unwindStage struct {
	path      string
	keepEmpty bool
}

func newUnwind(operand jsontext.Value) (stage, error) {
	var text string
	u := struct {
		Path      string `json:"path"`
		KeepEmpty bool   `json:"preserveNullAndEmptyArrays"`
	}{}
	if json.Unmarshal(operand, &text, wire.Tolerant()) == nil {
		u.Path = text
	} else if err := json.Unmarshal(operand, &u, wire.Tolerant(), json.RejectUnknownMembers(true)); err != nil {
		return nil, invalid("$unwind takes \"$field\", or path and preserveNullAndEmptyArrays")
	}
	path, ok := strings.CutPrefix(u.Path, "$")
	if !ok || path == "" || strings.Contains(path, ".") {
		return nil, invalid("$unwind takes the name of a top-level field with a $ before it")
	}
	return unwindStage{path, u.KeepEmpty}, nil
}

func (u unwindStage) push(doc map[string]any, next func(map[string]any) bool) (bool, error) {
	list, isList := doc[u.path].([]any)
	switch {
	case !isList && doc[u.path] != nil:
		return next(doc), nil // as MongoDB: a single value is like an array of one
	case len(list) == 0 && !u.keepEmpty:
		return true, nil
	case len(list) == 0:
		delete(doc, u.path)
		return next(doc), nil
	}
	for _, e := range list {
		one := make(map[string]any, len(doc))
		for k, v := range doc {
			one[k] = v
		}
		one[u.path] = e
		if !next(one) {
			return false, nil
		}
	}
	return true, nil
}

func (unwindStage) flush(func(map[string]any) bool) error { return nil }

// projectStage keeps, drops or computes fields.
type projectStage struct {
	compute map[string]expression // fields of the result
	drop    []string              // or: fields to leave out
	noID    bool
}

func newProject(operand jsontext.Value) (stage, error) {
	var m map[string]any
	if err := json.Unmarshal(operand, &m, wire.Tolerant()); err != nil || len(m) == 0 {
		return nil, invalid("$project takes an object of fields")
	}
	p := &projectStage{compute: map[string]expression{}}
	for name, v := range m {
		path := fieldPath(name)
		switch {
		case strings.Contains(path, ".") || strings.HasPrefix(path, "$"):
			return nil, invalid("$project takes top-level fields, not %q", name)
		case v == 0.0 || v == false:
			p.noID = p.noID || path == "objectId"
			p.drop = append(p.drop, path)
		default:
			if v == 1.0 || v == true {
				p.compute[path] = func(doc map[string]any) any { return where.Lookup(doc, path) }
				continue
			}
			var err error
			if p.compute[path], err = newExpression(v); err != nil {
				return nil, err
			}
		}
	}
	if len(p.compute) != 0 && (len(p.drop) > 1 || len(p.drop) == 1 && !p.noID) {
		return nil, invalid("$project can't both keep and drop fields")
	}
	return p, nil
}

func (p *projectStage) push(doc map[string]any, next func(map[string]any) bool) (bool, error) {
	if len(p.compute) == 0 {
		for _, name := range p.drop {
			delete(doc, name)
		}
		return next(doc), nil
	}
	out := map[string]any{}
	if id, ok := doc["objectId"]; ok && !p.noID {
		out["objectId"] = id
	}
	for name, of := range p.compute {
		if v := of(doc); v != nil {
			out[name] = v
		}
	}
	return next(out), nil
}

func (*projectStage) flush(func(map[string]any) bool) error { return nil }

// sortStage holds all documents back.
type sortStage struct {
	keys []Order
	docs []map[string]any
}

func newSort(operand jsontext.Value) (stage, error) {
	s := &sortStage{}
	dec := jsontext.NewDecoder(strings.NewReader(string(operand)))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, invalid("$sort takes an object such as {\"field\": -1}")
	}
	for dec.PeekKind() == '"' { // the order of keys counts
		name, err := dec.ReadToken()
		if err != nil {
			return nil, invalid("$sort is not valid JSON")
		}
		key := Order{Field: fieldPath(name.String())}
		direction, err := dec.ReadValue()
		switch {
		case err == nil && string(direction) == "1":
		case err == nil && string(direction) == "-1":
			key.Descending = true
		default:
			return nil, invalid("$sort takes 1 or -1 for %q", key.Field)
		}
		s.keys = append(s.keys, key)
	}
	return s, nil
}

func (s *sortStage) push(doc map[string]any, _ func(map[string]any) bool) (bool, error) {
	if s.docs = append(s.docs, doc); len(s.docs) > maxAggregate {
		return false, invalid("$sort gets more than %d documents; put a $match or $group before it", maxAggregate)
	}
	return true, nil
}

func (s *sortStage) flush(next func(map[string]any) bool) error {
	slices.SortStableFunc(s.docs, func(a, b map[string]any) int {
		for _, k := range s.keys {
			if c := compareAny(where.Lookup(a, k.Field), where.Lookup(b, k.Field)); c != 0 {
				if k.Descending {
					return -c
				}
				return c
			}
		}
		return 0
	})
	for _, doc := range s.docs {
		if !next(doc) {
			break
		}
	}
	return nil
}

// compareAny orders any two values: those without a value last, then by kind,
// then within the kind.
func compareAny(a, b any) int {
	if c, ok := where.Compare(a, b); ok {
		return c
	}
	return cmp.Compare(kindRank(a), kindRank(b))
}

func kindRank(v any) int {
	switch v.(type) {
	case float64:
		return 1
	case string:
		return 2
	case bool:
		return 3
	case nil:
		return 6
	case []any:
		return 5
	}
	return 4
}
