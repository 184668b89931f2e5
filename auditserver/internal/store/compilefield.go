package store

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// comparisons are the operators SQL has too.
var comparisons = map[where.Op]string{where.Lt: " < ?", where.Lte: " <= ?", where.Gt: " > ?", where.Gte: " >= ?"}

// ordered are the column types whose values have an order; see where.Compare.
// Pointers have that of their ids, for an operand that is a plain id.
var ordered = map[schema.Type]bool{schema.String: true, schema.Number: true, schema.Boolean: true, schema.Date: true, schema.Pointer: true}

// scalar compiles a condition on a field that has a column.
func (k *compiler) scalar(s scope, col *column, n *where.Node) (string, error) {
	name := s.col(col.sql)
	switch n.Op {
	case where.Eq, where.Ne:
		return k.equality(name, col, n), nil
	case where.Lt, where.Lte, where.Gt, where.Gte:
		v, ok := operandValue(col, n.Value)
		if !ok || !ordered[col.typ] {
			return sqlFalse, nil
		}
		k.arg(v)
		return name + comparisons[n.Op], nil
	case where.In, where.Nin:
		return k.list(s, col, n), nil
	case where.Exists:
		if n.Value == true {
			return name + " IS NOT NULL", nil
		}
		return name + " IS NULL", nil
	case where.Regex, where.Text:
		if col.typ != schema.String {
			return sqlFalse, nil
		}
		if prefix, ok := literalPrefix(n.Pattern); ok {
			return k.prefix(name, prefix), nil
		}
		k.operand(operand{node: n, plain: true})
		return "(" + name + " IS NOT NULL AND " + fnMatch + "(?, " + name + "))", nil
	case where.All, where.ContainedBy, where.NearSphere, where.Within, where.GeoWithin, where.GeoIntersects:
		return sqlFalse, nil // conditions on arrays and places, on a field that is neither
	}
	return k.inGo(s, operand{node: n, field: n.Field()}), nil // SQL has no such operator
}

func (k *compiler) equality(name string, col *column, n *where.Node) string {
	eq := n.Op == where.Eq
	if n.Value == nil {
		if eq {
			return name + " IS NULL"
		}
		return name + " IS NOT NULL"
	}
	v, ok := operandValue(col, n.Value)
	if !ok {
		return constant(!eq)
	}
	k.arg(v)
	if eq {
		return name + " = ?"
	}
	return name + " IS NOT ?"
}

// list compiles $in and $nin. A null in the list stands for "no value".
func (k *compiler) list(s scope, col *column, n *where.Node) string {
	list, _ := n.Value.([]any)
	name := s.col(col.sql)
	var values []any
	null := false
	for _, e := range list {
		if e == nil {
			null = true
		} else if v, ok := operandValue(col, e); ok {
			values = append(values, v)
		}
	}
	if len(values) > maxPlaceholders {
		return k.inGo(s, operand{node: n, field: n.Field()})
	}
	in := k.in(name, values)
	switch {
	case n.Op == where.In && null:
		return "(" + name + " IS NULL OR " + in + ")"
	case n.Op == where.In:
		return in
	case null:
		return "(" + name + " IS NOT NULL AND " + in + " IS NOT TRUE)"
	}
	return "(" + in + " IS NOT TRUE)"
}

// SQLite allows 32,766 arguments of a statement; these leave room for the few
// that are not of the condition.
const (
	maxArguments    = 32_000 // of all lists together
	maxPlaceholders = 4096   // of one list
)

// literalPrefix recognises ^\Qtext\E, what the SDKs send for "starts with".
func literalPrefix(p *where.Pattern) (string, bool) {
	if p == nil || p.Options != "" {
		return "", false
	}
	text, ok := strings.CutPrefix(p.Source, `^\Q`)
	if !ok {
		return "", false
	}
	text, ok = strings.CutSuffix(text, `\E`)
	return text, ok && text != "" && !strings.Contains(text, `\E`)
}

// prefix compiles "starts with" as a range, which can use an index. No UTF-8
// text has the byte 0xFF, so the last byte can always be raised.
func (k *compiler) prefix(name, prefix string) string {
	end := []byte(prefix)
	end[len(end)-1]++
	k.arg(prefix, string(end))
	return "(" + name + " >= ? AND " + name + " < ?)"
}

// operandValue turns an operand into what the column stores; false if no value
// of the column can equal it.
func operandValue(col *column, v any) (any, bool) {
	switch col.typ {
	case schema.String:
		s, ok := v.(string)
		return s, ok
	case schema.Number:
		switch n := v.(type) {
		case float64:
			return n, true
		case int:
			return float64(n), true
		case int64:
			return float64(n), true
		}
	case schema.Boolean:
		if b, ok := v.(bool); ok {
			return boolInt(b), true
		}
	case schema.Date:
		if text, ok := v.(string); ok {
			t, ok := where.ParseDate(text)
			return t.UnixMilli(), ok
		}
		t, ok := where.DateOf(v)
		return t.UnixMilli(), ok
	case schema.Pointer:
		if id, plain := v.(string); plain {
			return id, true
		}
		p, ok := where.PointerOf(v)
		return p.ObjectID, ok && p.Class == col.target
	case schema.File:
		name, ok := where.FileNameOf(v)
		return name, ok
	case schema.Bytes:
		if m, ok := v.(map[string]any); ok && m["__type"] == "Bytes" {
			text, _ := m["base64"].(string)
			return wire.CanonicalBase64(text)
		}
	}
	return nil, false
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
