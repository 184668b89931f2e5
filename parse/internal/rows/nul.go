package rows

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// CheckNUL refuses texts that hold the character NUL. The error is a
// *json.SemanticError, which names the place.
func CheckNUL(raw jsontext.Value) error {
	if at := indexNUL(raw); at >= 0 {
		return &json.SemanticError{JSONPointer: locate(raw, at), Err: errors.New("a text holds the character NUL, which the server cannot store")}
	}
	return nil
}

// indexNUL gives the offset of a NUL in a text, -1 if there is none.
func indexNUL(raw []byte) int {
	for from := 0; ; {
		i := bytes.Index(raw[from:], []byte(`\u0000`))
		if i < 0 {
			return -1
		}
		at, backslashes := from+i, 0
		for i-backslashes > 0 && raw[at-backslashes-1] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return at
		}
		from = at + len(`\u0000`)
	}
}
