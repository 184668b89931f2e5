package rawjson

import (
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Measure counts the values of a JSON text, at all depths, and refuses one that has
// more than so many or nests deeper than so many levels. Ask it before anything
// reads raw: it needs no memory, and is right for JSON that is valid.
func Measure(raw []byte, maxDepth, maxValues int) (values int, err error) {
	if values, deepest := measure(raw, maxDepth, maxValues); deepest > maxDepth {
		return values, fault.New(wire.CodeInvalidJSON, "the body is nested deeper than %d levels (option limits.depth)", maxDepth)
	} else if values > maxValues {
		return values, fault.New(wire.CodeInvalidJSON, "the body has more than %d values (option limits.values)", maxValues)
	} else {
		return values, nil
	}
}

// TooDeep reports whether raw nests arrays and objects deeper than limit. Ask it
// before anything recursive reads raw.
func TooDeep(raw []byte, limit int) bool {
	_, deepest := measure(raw, limit, len(raw))
	return deepest > limit
}

// measure stops where one of the bounds is passed.
func measure(raw []byte, maxDepth, maxValues int) (values, deepest int) {
	depth, inString := 0, false
	for i := 0; i < len(raw) && values <= maxValues && deepest <= maxDepth; i++ {
		switch c := raw[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			values++
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
	}
	return values, deepest
}
