package ops

import (
	"math"
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// compute gives the value of Increment, Add, AddUnique or Remove.
func (c *Changes) compute(name, op string, m map[string]any, present any) (any, error) {
	if op == "Increment" {
		amount, ok := m["amount"].(float64)
		if !ok {
			return nil, fault.New(wire.CodeInvalidJSON, "incrementing %s needs a number as amount", name)
		}
		old, ok := present.(float64)
		if present != nil && !ok {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a number and can't be incremented", name)
		}
		sum := old + amount
		if math.IsInf(sum, 0) {
			return nil, fault.New(wire.CodeIncorrectType, "%s can't be incremented: the sum is too large for a number", name)
		}
		return sum, nil
	}
	if op != "Add" && op != "AddUnique" && op != "Remove" {
		return nil, fault.New(wire.CodeInvalidJSON, "the operation %q on %s is not known", op, name)
	}
	objects, ok := m["objects"].([]any)
	if !ok {
		return nil, fault.New(wire.CodeInvalidJSON, "%s on %s needs a list as objects", op, name)
	}
	old, ok := present.([]any)
	if present != nil && !ok {
		return nil, fault.New(wire.CodeIncorrectType, "%s is not a list: %s is not possible", name, op)
	}
	switch op {
	case "Add":
		out := slices.Concat(old, objects)
		if c.quirks {
			out = postgresArray(out)
		}
		return out, nil
	case "AddUnique":
		out, known := slices.Clone(old), newValueSet(old)
		for _, o := range objects {
			if known.add(o) {
				out = append(out, o)
			}
		}
		if c.quirks {
			out = postgresArray(out)
		}
		return nonNil(out), nil
	}
	gone := newValueSet(objects)
	return nonNil(slices.DeleteFunc(slices.Clone(old), gone.has)), nil
}

func nonNil(list []any) []any {
	if list == nil {
		return []any{}
	}
	return list
}

// valueSet is a set of JSON values by their canonical encoding. Lists may be long,
// and every other writer waits while they are compared.
type valueSet map[string]struct{}

func newValueSet(list []any) valueSet {
	s := make(valueSet, len(list))
	for _, v := range list {
		s.add(v)
	}
	return s
}

func valueKey(v any) string { return string(where.Equal("", v).AppendCanonical(nil)) }

// add reports whether v is new.
func (s valueSet) add(v any) bool {
	n := len(s)
	s[valueKey(v)] = struct{}{}
	return len(s) > n
}

func (s valueSet) has(v any) bool {
	_, ok := s[valueKey(v)]
	return ok
}

// postgresArray is the quirk of Add and AddUnique on PostgreSQL: duplicates
// disappear and the order changes (protocol section 12.11).
func postgresArray(list []any) []any {
	out, known := []any{}, valueSet{}
	for _, v := range list {
		if known.add(v) {
			out = append(out, v)
		}
	}
	if len(out) > 3 {
		slices.Reverse(out[1 : len(out)-1])
	}
	return out
}
