package rows

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// CheckIntegers refuses integers that a server would return as other numbers. The
// error is a *json.SemanticError, which names the place.
func CheckIntegers(raw jsontext.Value) error {
	if at := inexactNumber(raw); at >= 0 {
		return &json.SemanticError{JSONPointer: locate(raw, at), Err: errors.New(tooLong)}
	}
	return nil
}

const tooLong = "an integer of 2^53 or more, which the server cannot hold exactly: use a String column"

// exactDigits is how many digits an integer may have that is certainly kept.
const exactDigits = 15

// inexactNumber gives the offset of an integer that a 64-bit floating point
// number cannot hold, -1 if there is none.
func inexactNumber(raw jsontext.Value) int {
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '"':
			i = stringEnd(raw, i)
		case c == '-' || c >= '0' && c <= '9':
			token := raw[i:]
			if end := bytes.IndexAny(token, ",]} \t\r\n"); end >= 0 {
				token = token[:end]
			}
			if !exact(token) {
				return i
			}
			i += len(token)
		default:
			i++
		}
	}
	return -1
}

// exact reports whether a JSON number that a server reads and writes as 64-bit
// floating point is the same afterwards. Fractions are that already.
func exact(number []byte) bool {
	if len(number) <= exactDigits || bytes.ContainsAny(number, ".eE") {
		return true
	}
	f, err := strconv.ParseFloat(string(number), 64)
	return err == nil && string(strconv.AppendFloat(nil, f, 'f', -1, 64)) == string(number)
}

// locate names the value at an offset of a JSON text.
func locate(raw jsontext.Value, offset int) jsontext.Pointer {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), wire.Tolerant())
	for dec.InputOffset() <= int64(offset) {
		if _, err := dec.ReadToken(); err != nil {
			return ""
		}
	}
	return dec.StackPointer()
}
