package event

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// readText reads one JSON string; false if it is none.
func readText(to *string, value []byte) bool {
	var room [2048]byte // one copy, not two, for most
	text, ok := appendUnquoted(room[:0], value)
	*to = string(text)
	return ok
}

// appendUnquoted appends what a JSON string says. Most escapes are those of quotes.
func appendUnquoted(dst, value []byte) ([]byte, bool) {
	if len(value) < 2 || value[0] != '"' {
		return dst, false
	}
	start := len(dst)
	for rest := value[1 : len(value)-1]; ; {
		at := bytes.IndexByte(rest, '\\')
		if at < 0 {
			return append(dst, rest...), true
		}
		if at+1 == len(rest) || rest[at+1] != '"' && rest[at+1] != '\\' {
			dst, err := jsontext.AppendUnquote(dst[:start], value)
			return dst, err == nil
		}
		dst = append(append(dst, rest[:at]...), rest[at+1])
		rest = rest[at+2:]
	}
}
