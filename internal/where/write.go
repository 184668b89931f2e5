package where

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Clause is a condition that is to be written: on one field, or several joined.
// Unlike a [Node] it was not read from a document, and its operands are Go
// values. Clauses are never changed once made.
type Clause struct {
	Logic    Op // And, Or, Nor; "" for a condition on one field
	Children []Clause

	Field string
	Terms []Term

	NotLive string // why a live query cannot evaluate the condition, where its JSON does not show it
	Mistake string // what is wrong with the condition; reported before anything is sent
}

// Term is one operator of a field's constraint with its operand, which is
// encoded when the document is written. Plain equality has no operator.
type Term struct {
	Op    Op
	Value any
}

// Is is one term.
func Is(op Op, value any) Term { return Term{op, value} }

// Operand encodes the operand of a term.
type Operand func(value any) (jsontext.Value, error)

// Conditions that hold always and never, in a form that all servers agree on.
var (
	Always = Clause{Field: "objectId", Terms: []Term{{Exists, true}}}
	Never  = Clause{Field: "objectId", Terms: []Term{{In, []string{"-"}}}} // no id holds a dash
)

// AnyClause holds where at least one of the clauses does.
func AnyClause(clauses ...Clause) Clause { return Clause{Logic: Or, Children: clauses} }

// EachClause holds where all of the clauses do.
func EachClause(clauses ...Clause) Clause { return Clause{Logic: And, Children: clauses} }

func (c Clause) isZero() bool { return c.Logic == "" && c.Field == "" && c.Mistake == "" }

// Write writes the where document of clauses that all have to hold. A mistake in
// one of them is a *wire.FieldError.
//
// Conditions on one field share its object only if every server then requires both;
// all others go into $and. A $or never stands beside other keys, which a live query
// server would forget (protocol section 12.5).
func Write(clauses []Clause, encode Operand) (jsontext.Value, error) {
	clauses = flatten(nil, clauses)
	if len(clauses) == 1 && clauses[0].Logic == Or {
		return writeLogic(clauses[0], encode)
	}
	var doc document
	var rest []jsontext.Value
	for _, c := range clauses {
		switch {
		case c.Mistake != "":
			return nil, wire.BadField(c.Field, c.Mistake)
		case c.isZero():
			return nil, wire.BadField("", "zero condition: make conditions with fields, And, Or and Nor")
		case c.Logic != "":
			raw, err := writeLogic(c, encode)
			if err != nil {
				return nil, err
			}
			rest = append(rest, raw)
		default:
			members, err := writeTerms(c, encode)
			if err != nil {
				return nil, wire.BadField(c.Field, err.Error())
			}
			if !doc.add(c.Field, members) {
				var alone document
				alone.add(c.Field, members)
				rest = append(rest, alone.append(nil, nil))
			}
		}
	}
	return doc.append(nil, rest), nil
}

// flatten dissolves $and, which adds nothing among conditions that all have to hold.
func flatten(dst, clauses []Clause) []Clause {
	for _, c := range clauses {
		if c.Logic == And && c.Mistake == "" {
			dst = flatten(dst, c.Children)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

func writeLogic(c Clause, encode Operand) (jsontext.Value, error) {
	if c.Mistake != "" {
		return nil, wire.BadField(c.Field, c.Mistake)
	}
	raw := append(jsontext.Value(`{"`), c.Logic...)
	raw = append(raw, `":[`...)
	for i, child := range c.Children {
		if i > 0 {
			raw = append(raw, ',')
		}
		branch, err := Write([]Clause{child}, encode)
		if err != nil {
			return nil, err
		}
		raw = append(raw, branch...)
	}
	return append(raw, `]}`...), nil
}

func writeTerms(c Clause, encode Operand) ([]member, error) {
	members := make([]member, len(c.Terms))
	for i, t := range c.Terms {
		raw, err := writeOperand(t.Value, encode)
		if err != nil {
			return nil, err
		}
		members[i] = member{t.Op, raw}
	}
	return members, nil
}

func writeOperand(value any, encode Operand) (jsontext.Value, error) {
	if value, ok := value.(bool); ok {
		if value {
			return jsontext.Value("true"), nil
		}
		return jsontext.Value("false"), nil
	}
	return encode(value)
}

// document collects the constraints of a where document, one entry a field.
type document struct{ fields []constraints }

type constraints struct {
	field   string
	members []member
}

type member struct {
	op    Op
	value jsontext.Value
}

// add reports false if the field has constraints that the members cannot join.
func (d *document) add(field string, members []member) bool {
	if isContainedBy(members) && slices.ContainsFunc(d.fields, func(c constraints) bool { return isContainedBy(c.members) }) {
		return false
	}
	i := slices.IndexFunc(d.fields, func(c constraints) bool { return c.field == field })
	if i < 0 {
		d.fields = append(d.fields, constraints{field, members})
		return true
	}
	present := d.fields[i].members
	for _, m := range members {
		if !joins(m.op) || slices.ContainsFunc(present, func(p member) bool { return p.op == m.op || !joins(p.op) }) {
			return false
		}
	}
	d.fields[i].members = slices.Concat(present, members)
	return true
}

// isContainedBy reports whether Parse Server's adapter for MongoDB writes the
// constraint as a $nor of the document, of which there can be only one.
func isContainedBy(members []member) bool {
	return slices.ContainsFunc(members, func(m member) bool { return m.op == ContainedBy })
}

// joins reports whether the operator may share a field's object with others on every
// server. Some servers ignore what follows a geo operator.
func joins(op Op) bool {
	switch op {
	case Gt, Gte, Lt, Lte, Ne, Exists, In, Nin:
		return true
	}
	return false
}

func (d *document) append(dst jsontext.Value, and []jsontext.Value) jsontext.Value {
	dst = append(dst, '{')
	for i, c := range d.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, c.field...) // checked by whoever made the clause: letters, digits, _, $ and dots
		dst = append(dst, `":`...)
		dst = c.append(dst)
	}
	if len(and) > 0 {
		if len(d.fields) > 0 {
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

func (c constraints) append(dst jsontext.Value) jsontext.Value {
	if len(c.members) == 1 && c.members[0].op == "" {
		return append(dst, c.members[0].value...)
	}
	dst = append(dst, '{')
	for i, m := range c.members {
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

// CannotEncode is the error of an operand or value that has no JSON.
func CannotEncode(value any, err error) error {
	return fmt.Errorf("cannot encode %T: %w", value, wire.BareCause(err))
}
