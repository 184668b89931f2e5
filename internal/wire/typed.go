package wire

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// TypeError is a JSON value that is not what a field holds.
type TypeError struct {
	Want  string // "a date"
	Found string // "a number"
}

// Error implements error.
func (e *TypeError) Error() string { return "want " + e.Want + ", found " + e.Found }

// Describe names the kind of a JSON value, never its content: "a number",
// "a Pointer to AuditPlan".
func Describe(raw jsontext.Value) string {
	switch raw.Kind() {
	case 'n':
		return "null"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	case '[':
		return "an array"
	case '{':
		var head struct {
			Type  string `json:"__type"`
			Class string `json:"className"`
		}
		if json.Unmarshal(raw, &head, tolerant) != nil || head.Type == "" {
			return "an object"
		}
		if head.Class != "" {
			return "a value of type " + head.Type + " of class " + head.Class
		}
		return "a value of type " + head.Type
	}
	return "malformed JSON"
}

// tolerant is what Tolerant gives. Not looking for repeats is also faster. A text
// that JavaScript has cut in the middle of a pair is written by it as half of one.
var tolerant = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decodeTyped reads the object raw, whose __type must be want, into out.
func decodeTyped(raw jsontext.Value, want string, out any) error {
	var head struct {
		Type string `json:"__type"`
	}
	if raw.Kind() != '{' || json.Unmarshal(raw, &head, tolerant) != nil || head.Type != want {
		return &TypeError{Want: "a value of type " + want, Found: Describe(raw)}
	}
	if err := json.Unmarshal(raw, out, tolerant); err != nil {
		return &TypeError{Want: "a value of type " + want, Found: "one with malformed content"}
	}
	return nil
}

// readTyped is decodeTyped for the next value of dec; null gives the zero V, as
// does an error.
func readTyped[V any](dec *jsontext.Decoder, want string) (value V, err error) {
	raw, err := dec.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return value, err
	}
	if err := decodeTyped(raw, want, &value); err != nil {
		return *new(V), err
	}
	return value, nil
}
