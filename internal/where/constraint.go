package where

import (
	"slices"
	"strings"
)

// constraint reads the operators of one field, which must all hold.
func (p *parser) constraint(path string, m map[string]any, depth int) ([]*Node, *Error) {
	var nodes []*Node
	for _, key := range sortedKeys(m) {
		if companion, of := companions[key]; of {
			if _, ok := m[string(companion)]; ok {
				continue // read with its operator
			}
			return nil, errorf(codeInvalidQuery, "%s of %s needs a %s", key, path, companion)
		}
		n, err := p.operator(Op(key), path, m, depth)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// companions are keys that only modify another operator beside them.
var companions = map[string]Op{
	"$options":                 Regex,
	"$maxDistance":             NearSphere,
	"$maxDistanceInMiles":      NearSphere,
	"$maxDistanceInKilometers": NearSphere,
}

func (p *parser) operator(op Op, path string, m map[string]any, depth int) (*Node, *Error) {
	v := m[string(op)]
	switch op {
	case Eq, Ne:
		return p.value(op, path, v)
	case Lt, Lte, Gt, Gte:
		return p.comparison(op, path, v)
	case In, Nin, ContainedBy:
		return p.list(op, path, v)
	case All:
		return p.all(path, v)
	case Exists:
		if _, ok := v.(bool); !ok {
			return nil, errorf(codeInvalidJSON, "bad $exists of %s: it is %s, not true or false", path, kindName(v))
		}
		return &Node{Op: op, Path: path, Value: v}, p.count(1)
	case Regex:
		pattern, err := p.pattern(path, v, m["$options"])
		if err != nil {
			return nil, err
		}
		return &Node{Op: op, Path: path, Pattern: pattern}, p.count(1)
	case Text:
		search, err := parseSearch(path, v)
		if err != nil {
			return nil, err
		}
		return &Node{Op: op, Path: path, Search: search}, p.count(1)
	case NearSphere, Within, GeoWithin, GeoIntersects:
		area, err := p.area(op, path, m)
		if err != nil {
			return nil, err
		}
		return &Node{Op: op, Path: path, Area: area}, p.count(1)
	case InQuery, NotInQuery, Select, DontSelect:
		sub, err := p.subquery(op, v, depth)
		if err != nil {
			return nil, err
		}
		return &Node{Op: op, Path: path, Query: sub}, p.count(1)
	}
	if !strings.HasPrefix(string(op), "$") {
		return nil, errorf(codeInvalidJSON, "%s mixes operators with the plain key %q", path, string(op))
	}
	return nil, errorf(codeInvalidJSON, "unsupported constraint %s of %s", op, path)
}

// value reads the operand of Eq and Ne.
func (p *parser) value(op Op, path string, v any) (*Node, *Error) {
	if isRelativeTime(v) {
		return nil, errorf(codeInvalidJSON, "$relativeTime can only be used with the $lt, $lte, $gt, and $gte operators")
	}
	if err := checkValue(path, v); err != nil {
		return nil, err
	}
	return &Node{Op: op, Path: path, Value: closed(v)}, p.count(1)
}

func (p *parser) comparison(op Op, path string, v any) (*Node, *Error) {
	if isRelativeTime(v) {
		text, _ := v.(map[string]any)["$relativeTime"].(string)
		t, err := relativeTime(text, p.lim.Now)
		if err != nil {
			return nil, errorf(codeInvalidJSON, "bad $relativeTime of %s: %v", path, err)
		}
		return &Node{Op: op, Path: path, Value: DateValue(t), Relative: true}, p.count(1)
	}
	if err := checkValue(path, v); err != nil {
		return nil, err
	}
	switch scalarOf(v).kind {
	case kindNumber, kindText, kindDate, kindBool:
		return &Node{Op: op, Path: path, Value: v}, p.count(1)
	}
	return nil, errorf(codeInvalidJSON, "bad %s of %s: %s has no order; use a number, a string or a Date", op, path, kindName(v))
}

func (p *parser) items(op Op, path string, v any) ([]any, *Error) {
	list, ok := v.([]any)
	switch {
	case !ok:
		return nil, errorf(codeInvalidJSON, "bad %s of %s: it is %s, not an array", op, path, kindName(v))
	case len(list) > p.lim.ListItems:
		return nil, errorf(codeInvalidQuery, "%s of %s has %d elements, more than %d", op, path, len(list), p.lim.ListItems)
	}
	return list, nil
}

func (p *parser) list(op Op, path string, v any) (*Node, *Error) {
	list, err := p.items(op, path, v)
	if err != nil {
		return nil, err
	}
	list = slices.Clone(list)
	for i, e := range list {
		if err := checkValue(path, e); err != nil {
			return nil, err
		}
		list[i] = closed(e)
	}
	n := &Node{Op: op, Path: path, Value: list}
	if op != ContainedBy {
		n.set = newSet(list)
	}
	return n, p.count(1)
}

// all reads $all: values, or patterns, not both.
func (p *parser) all(path string, v any) (*Node, *Error) {
	list, err := p.items(All, path, v)
	if err != nil {
		return nil, err
	}
	n := &Node{Op: All, Path: path, Value: list}
	patterns := 0
	for _, e := range list {
		m, _ := e.(map[string]any)
		if source, ok := m["$regex"]; ok {
			pattern, err := p.pattern(path, source, m["$options"])
			if err != nil {
				return nil, err
			}
			if err := p.count(1); err != nil {
				return nil, err
			}
			patterns++
			n.all = append(n.all, pattern)
			continue
		}
		if err := checkValue(path, e); err != nil {
			return nil, err
		}
	}
	if patterns != 0 && patterns != len(list) {
		return nil, errorf(codeInvalidJSON, "All $all values of %s must be of regex type or none", path)
	}
	return n, p.count(1)
}

func (p *parser) subquery(op Op, v any, depth int) (*Subquery, *Error) {
	bad := errorf(codeInvalidQuery, "improper usage of %s", op)
	m, ok := v.(map[string]any)
	if !ok {
		return nil, bad
	}
	sub := &Subquery{}
	if op == Select || op == DontSelect {
		query, isQuery := m["query"].(map[string]any)
		key, isText := m["key"].(string)
		if !isQuery || !isText || len(m) != 2 || !fieldName.MatchString(key) {
			return nil, bad
		}
		m, sub.Key = query, key
		if m["where"] == nil { // all objects
			m = map[string]any{"className": m["className"], "where": map[string]any{}}
		}
	}
	doc, isDoc := m["where"].(map[string]any)
	class, isText := m["className"].(string)
	if !isDoc || !isText || class == "" {
		return nil, bad
	}
	sub.Class = class
	sub.RedirectKey, _ = m["redirectClassNameForKey"].(string)
	var err *Error
	sub.Where, err = p.document(doc, depth+1)
	return sub, err
}
