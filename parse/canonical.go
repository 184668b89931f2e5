package parse

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// sameJSON tells whether two values are the same, however they are written.
func sameJSON(a, b jsontext.Value) bool {
	return bytes.Equal(a, b) || canonical(a) == canonical(b)
}

// canonical is the one way in which a value can be written, for comparing: a server
// writes the number 1.0 as 1 and -0 as 0, and the members of an object in its own order.
func canonical(value jsontext.Value) string {
	own := value.Clone()
	if own.Canonicalize(wire.Tolerant()) != nil {
		return string(value)
	}
	return string(own)
}
