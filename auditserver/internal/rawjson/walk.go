package rawjson

import (
	"bytes"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// Elements yields the elements of a JSON array as text, parts of raw.
func Elements(raw jsontext.Value) iter.Seq[jsontext.Value] {
	return func(yield func(jsontext.Value) bool) {
		dec := jsontext.NewDecoder(bytes.NewReader(raw), Options)
		if _, err := dec.ReadToken(); err != nil {
			return
		}
		for dec.PeekKind() != ']' {
			v, err := dec.ReadValue()
			if err != nil || !yield(lastOf(raw, dec, v)) {
				return
			}
		}
	}
}

// Members yields the members of a JSON object, their values as text, parts of
// raw.
func Members(raw jsontext.Value) iter.Seq2[string, jsontext.Value] {
	return func(yield func(string, jsontext.Value) bool) {
		dec := jsontext.NewDecoder(bytes.NewReader(raw), Options)
		if _, err := dec.ReadToken(); err != nil {
			return
		}
		for dec.PeekKind() == '"' {
			name, err := dec.ReadToken()
			if err != nil {
				return
			}
			key := name.String()
			v, err := dec.ReadValue()
			if err != nil || !yield(key, lastOf(raw, dec, v)) {
				return
			}
		}
	}
}

// lastOf is the part of raw where dec has just read v.
func lastOf(raw jsontext.Value, dec *jsontext.Decoder, v jsontext.Value) jsontext.Value {
	end := dec.InputOffset()
	return raw[end-int64(len(v)) : end : end]
}

// Quoted gives text as a JSON string.
func Quoted(text string) []byte {
	b, _ := jsontext.AppendQuote(nil, text)
	return b
}

// KindOf names the kind of a JSON value for messages.
func KindOf(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		return "text"
	case '[':
		return "a list"
	case '{':
		return "an object"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	default:
		return "no JSON"
	}
}
