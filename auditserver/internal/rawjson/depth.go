package rawjson

import (
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Meter counts the values of a JSON text, at all depths, while it comes in, and
// refuses one that has more than so many or nests deeper than so many levels. Let it
// see a text before anything reads that: it needs no memory, and is right for JSON
// that is valid.
type Meter struct {
	Values int // that were seen

	maxDepth, maxValues int
	depth, deepest      int
	inString, escaped   bool
}

// NewMeter makes a meter for one text.
func NewMeter(maxDepth, maxValues int) *Meter {
	return &Meter{maxDepth: maxDepth, maxValues: maxValues}
}

// See counts the next part of the text.
func (m *Meter) See(part []byte) error {
	for _, c := range part {
		switch {
		case m.escaped:
			m.escaped = false
		case m.inString && c == '\\':
			m.escaped = true
		case c == '"':
			m.inString = !m.inString
		case m.inString:
		case c == '{' || c == '[':
			m.Values++
			m.depth++
			m.deepest = max(m.deepest, m.depth)
		case c == '}' || c == ']':
			m.depth--
		case c == ',':
			m.Values++
		}
		if m.deepest > m.maxDepth {
			return fault.New(wire.CodeInvalidJSON, "the body is nested deeper than %d levels (option limits.depth)", m.maxDepth)
		}
		if m.Values > m.maxValues {
			return fault.New(wire.CodeInvalidJSON, "the body has more than %d values (option limits.values)", m.maxValues)
		}
	}
	return nil
}

// TooDeep reports whether raw nests arrays and objects deeper than limit. Ask it
// before anything recursive reads raw.
func TooDeep(raw []byte, limit int) bool {
	return NewMeter(limit, len(raw)).See(raw) != nil
}
