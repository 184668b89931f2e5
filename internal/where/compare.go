package where

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

type kind int

const (
	kindOther kind = iota
	kindNumber
	kindText
	kindBool
	kindDate
)

// scalar is a value that has an order.
type scalar struct {
	kind   kind
	number float64
	text   string
	date   time.Time
}

func scalarOf(v any) scalar {
	switch v := v.(type) {
	case string:
		return scalar{kind: kindText, text: v}
	case bool:
		if v {
			return scalar{kind: kindBool, number: 1}
		}
		return scalar{kind: kindBool}
	case map[string]any:
		if t, ok := DateOf(v); ok {
			return scalar{kind: kindDate, date: t}
		}
	default:
		if f, ok := numberOf(v); ok {
			return scalar{kind: kindNumber, number: f}
		}
	}
	return scalar{}
}

// Compare orders two values of the same kind. A stored Date also compares with
// its ISO text.
func Compare(stored, operand any) (int, bool) {
	a, b := scalarOf(stored), scalarOf(operand)
	if a.kind == kindDate && b.kind == kindText {
		if t, ok := ParseDate(b.text); ok {
			b = scalar{kind: kindDate, date: t}
		}
	}
	if a.kind != b.kind {
		return 0, false
	}
	switch a.kind {
	case kindNumber, kindBool:
		return cmp.Compare(a.number, b.number), true
	case kindText:
		return cmp.Compare(a.text, b.text), true
	case kindDate:
		return a.date.Compare(b.date), true
	}
	return 0, false
}

// equal reports whether a stored value is the operand. Pointers are compared by
// identity, Files by name, Dates as instants, objects without regard to the
// order of their keys.
func equal(stored, operand any) bool {
	if c, ok := Compare(stored, operand); ok {
		return c == 0
	}
	switch a := stored.(type) {
	case nil:
		return operand == nil
	case []any:
		b, ok := operand.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := operand.(map[string]any)
		if !ok {
			return false
		}
		if p, ok := PointerOf(a); ok {
			q, isPointer := PointerOf(b)
			return isPointer && p == q
		}
		if name, ok := FileNameOf(a); ok {
			other, isFile := FileNameOf(b)
			return isFile && name == other
		}
		return maps.EqualFunc(a, b, equal)
	}
	return false
}
