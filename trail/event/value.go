package event

import (
	"github.com/go-json-experiment/json/jsontext"
)

// Value is what an event says of one column. Before and After are canonical
// Parse JSON; nil means that the column had no value. What a relation gained and
// lost stands in After as {"added":[ids],"removed":[ids]}.
type Value struct {
	Salt   string         `json:"salt"` // 32 hex digits, random
	Before jsontext.Value `json:"before,omitzero"`
	After  jsontext.Value `json:"after,omitzero"`
}

// Hash returns the hash that the entry holds of the value: SHA-256, in hex, of
// {"after":...,"before":...,"column":...,"salt":...} as canonical JSON, with null
// for a value that there was not.
func (v Value) Hash(column string) string {
	dst := make([]byte, 0, 128+len(column)+len(v.Before)+len(v.After))
	return hexSum(v.appendHashed(dst, column))
}

func (v Value) appendHashed(dst []byte, column string) []byte {
	return appendHashed(dst, column, v.Salt, v.Before, v.After)
}

func (v rawValue) appendHashed(dst []byte, column string) []byte {
	return appendHashed(dst, column, v.salt, v.before, v.after)
}

func appendHashed[Text ~string | ~[]byte](dst []byte, column, salt string, before, after Text) []byte {
	dst = appendValue(append(dst, `{"after":`...), after)
	dst = appendValue(append(dst, `,"before":`...), before)
	dst = appendText(append(dst, `,"column":`...), column)
	dst = appendText(append(dst, `,"salt":`...), salt)
	return append(dst, '}')
}

func appendValue[Text ~string | ~[]byte](dst []byte, v Text) []byte {
	if len(v) == 0 {
		return append(dst, "null"...)
	}
	return append(dst, v...)
}

// append appends the value as a row holds it, members without a value left out.
func (v Value) append(dst []byte) []byte {
	dst = append(dst, '{')
	if v.After != nil {
		dst = append(append(append(dst, `"after":`...), v.After...), ',')
	}
	if v.Before != nil {
		dst = append(append(append(dst, `"before":`...), v.Before...), ',')
	}
	return append(appendText(append(dst, `"salt":`...), v.Salt), '}')
}
