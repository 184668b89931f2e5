package isoaudit

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// subquery is the operand of a condition that contains another query.
type subquery interface {
	encodeSubquery(c *codec) (jsontext.Value, error)
}

// fieldMistake is a mistake in a condition or a change on one field.
type fieldMistake struct {
	field  string
	reason string
}

func (m *fieldMistake) Error() string {
	if m.field == "" {
		return m.reason
	}
	return m.field + ": " + m.reason
}

// encodeWhere writes the where document of conditions that all have to hold.
//
// Conditions on one field share its object only where that surely means both;
// everything else goes into $and. A $or never stands beside other keys: a live
// query server would forget them (protocol section 12, row 5).
func (c *codec) encodeWhere(conditions []node) (jsontext.Value, error) {
	conditions = flatten(nil, conditions)
	if len(conditions) == 1 && conditions[0].logic == "$or" {
		return c.encodeLogic(conditions[0])
	}
	var doc whereObject
	var rest []jsontext.Value
	for _, n := range conditions {
		switch {
		case n.mistake != "":
			return nil, &fieldMistake{n.field, n.mistake}
		case n.isZero():
			return nil, &fieldMistake{"", "zero condition: make conditions with fields, And, Or and Nor"}
		case n.logic != "":
			raw, err := c.encodeLogic(n)
			if err != nil {
				return nil, err
			}
			rest = append(rest, raw)
		default:
			members, err := c.encodeTerms(n)
			if err != nil {
				return nil, &fieldMistake{n.field, err.Error()}
			}
			if !doc.add(n.field, members) {
				var alone whereObject
				alone.add(n.field, members)
				rest = append(rest, alone.append(nil, nil))
			}
		}
	}
	return doc.append(nil, rest), nil
}

// flatten dissolves $and, which adds nothing among conditions that all have to hold.
func flatten(dst, conditions []node) []node {
	for _, n := range conditions {
		if n.logic == "$and" && n.mistake == "" {
			dst = flatten(dst, n.children)
		} else {
			dst = append(dst, n)
		}
	}
	return dst
}

func (c *codec) encodeLogic(n node) (jsontext.Value, error) {
	if n.mistake != "" {
		return nil, &fieldMistake{n.field, n.mistake}
	}
	raw := append(jsontext.Value(`{"`), n.logic...)
	raw = append(raw, `":[`...)
	for i, child := range n.children {
		if i > 0 {
			raw = append(raw, ',')
		}
		branch, err := c.encodeWhere([]node{child})
		if err != nil {
			return nil, err
		}
		raw = append(raw, branch...)
	}
	return append(raw, `]}`...), nil
}

func (c *codec) encodeTerms(n node) ([]whereMember, error) {
	members := make([]whereMember, len(n.terms))
	for i, t := range n.terms {
		raw, err := c.encodeOperand(t.value)
		if err != nil {
			return nil, err
		}
		members[i] = whereMember{t.op, raw}
	}
	return members, nil
}

func (c *codec) encodeOperand(value any) (jsontext.Value, error) {
	switch value := value.(type) {
	case bool:
		if value {
			return jsontext.Value("true"), nil
		}
		return jsontext.Value("false"), nil
	case subquery:
		return value.encodeSubquery(c)
	}
	raw, err := c.encode(value)
	if err != nil {
		return nil, fmt.Errorf("cannot encode %T: %w", value, bareCause(err))
	}
	return raw, nil
}

// whereObject collects the constraints of a where document, one entry a field.
type whereObject struct{ fields []whereField }

type whereField struct {
	name    string
	members []whereMember
}

type whereMember struct {
	op    string
	value jsontext.Value
}

// add reports false if the field has constraints that the members cannot join.
func (o *whereObject) add(field string, members []whereMember) bool {
	i := slices.IndexFunc(o.fields, func(f whereField) bool { return f.name == field })
	if i < 0 {
		o.fields = append(o.fields, whereField{field, members})
		return true
	}
	present := o.fields[i].members
	for _, m := range members {
		if !joins(m.op) || slices.ContainsFunc(present, func(p whereMember) bool { return p.op == m.op || !joins(p.op) }) {
			return false
		}
	}
	o.fields[i].members = slices.Concat(present, members)
	return true
}

// joins tells the operators that may share a field's object with others on
// every server; after a geo operator some stop reading.
func joins(op string) bool {
	switch op {
	case "$gt", "$gte", "$lt", "$lte", "$ne", "$exists", "$in", "$nin":
		return true
	}
	return false
}

func (o *whereObject) append(dst jsontext.Value, and []jsontext.Value) jsontext.Value {
	dst = append(dst, '{')
	for i, f := range o.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, f.name...) // checked by newColumn: letters, digits, _, $ and dots
		dst = append(dst, `":`...)
		dst = f.append(dst)
	}
	if len(and) > 0 {
		if len(o.fields) > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `"$and":[`...)
		for i, clause := range and {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, clause...)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func (f whereField) append(dst jsontext.Value) jsontext.Value {
	if len(f.members) == 1 && f.members[0].op == "" {
		return append(dst, f.members[0].value...)
	}
	dst = append(dst, '{')
	for i, m := range f.members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, m.op...)
		dst = append(dst, `":`...)
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}
