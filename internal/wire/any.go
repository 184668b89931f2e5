package wire

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// ReadAny decodes one JSON value as JavaScript does: of repeated members the last
// one counts, whatever the others are. (Decoding into an any with Tolerant merges
// objects of one name, and fails where their kinds differ.)
func ReadAny(raw []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), tolerant)
	v, err := readAny(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func readAny(dec *jsontext.Decoder) (any, error) {
	if dec.PeekKind() == '0' {
		number, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		return readFloat(number)
	}
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		members := map[string]any{}
		for dec.PeekKind() != '}' {
			name, err := dec.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String()
			if members[key], err = readAny(dec); err != nil {
				return nil, err
			}
		}
		_, err := dec.ReadToken()
		return members, err
	case '[':
		list := []any{}
		for dec.PeekKind() != ']' {
			v, err := readAny(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.ReadToken()
		return list, err
	case '"':
		return token.String(), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

// shortInteger is the length up to which every integer is a float64 exactly.
const shortInteger = 15

// readFloat reads a number of JSON. Nearly all are short integers, and bodies of very
// many of them are sent by those who want the server to be busy.
func readFloat(number []byte) (float64, error) {
	if len(number) > shortInteger || number[0] == '-' {
		return strconv.ParseFloat(string(number), 64)
	}
	n := 0
	for _, c := range number {
		if c < '0' || c > '9' {
			return strconv.ParseFloat(string(number), 64)
		}
		n = 10*n + int(c-'0')
	}
	return float64(n), nil
}
