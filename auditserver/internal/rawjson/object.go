package rawjson

import (
	"bytes"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Member is one member of a JSON object, its value not yet decoded.
type Member struct {
	Name  string
	Value jsontext.Value
}

// Object is the top level of a request's JSON object. Of members with the same
// name the last one counts, as in JavaScript.
type Object []Member

// Options accept what JavaScript's JSON.parse accepts.
var Options = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Parse splits the JSON object in raw, which a [Meter] has admitted, into its
// members; an empty body is an empty object.
func Parse(raw []byte) (Object, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, nil
	}
	return Split(raw)
}

// Split splits a JSON object that is not nested too deep.
func Split(raw []byte) (Object, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), Options)
	if dec.PeekKind() != '{' {
		return nil, fault.BadRequest("the body is not a JSON object")
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, fault.BadRequest(syntaxText(err))
	}
	b := make(Object, 0, 8)   // room for most
	var places map[string]int // in b by name, once there are too many to search
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, fault.BadRequest(syntaxText(err))
		}
		key := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return nil, fault.BadRequest(syntaxText(err))
		}
		value = lastOf(raw, dec, value) // nobody changes raw
		if places == nil && len(b) == maxSearched {
			places = b.places()
		}
		switch i, known := places[key]; {
		case places == nil:
			b.Set(key, value)
		case known:
			b[i].Value = value
		default:
			places[key] = len(b)
			b = append(b, Member{key, value})
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, fault.BadRequest(syntaxText(err))
	}
	if len(bytes.TrimSpace(raw[dec.InputOffset():])) != 0 {
		return nil, fault.BadRequest("the body continues after its JSON object")
	}
	return b, nil
}

// maxSearched is how many members are compared one by one, which is fastest for
// the few a body has.
const maxSearched = 64

func (b Object) places() map[string]int {
	m := make(map[string]int, 2*len(b))
	for i := range b {
		m[b[i].Name] = i
	}
	return m
}

// syntaxText tells where a body is no JSON, but quotes nothing of it.
func syntaxText(err error) string {
	if e, ok := err.(*jsontext.SyntacticError); ok {
		return "invalid JSON at byte " + strconv.FormatInt(e.ByteOffset, 10)
	}
	return "invalid JSON"
}

// Get gives the value of the member name, if there is one.
func (b Object) Get(name string) (jsontext.Value, bool) {
	for i := range b {
		if b[i].Name == name {
			return b[i].Value, true
		}
	}
	return nil, false
}

// Text gives the member name if it is a string, else "".
func (b Object) Text(name string) string {
	v, ok := b.Get(name)
	if !ok || v.Kind() != '"' {
		return ""
	}
	if s, ok := plainText(v); ok {
		return s
	}
	var s string
	if json.Unmarshal(v, &s, Options) != nil {
		return ""
	}
	return s
}

// Set sets the member name, or adds it.
func (b *Object) Set(name string, value jsontext.Value) {
	for i := range *b {
		if (*b)[i].Name == name {
			(*b)[i].Value = value
			return
		}
	}
	*b = append(*b, Member{name, value})
}

// Take removes the member name and gives it as text.
func (b *Object) Take(name string) string {
	s := b.Text(name)
	*b = slices.DeleteFunc(*b, func(m Member) bool { return m.Name == name })
	return s
}

// Map decodes all members.
func (b Object) Map() (map[string]any, error) {
	out := make(map[string]any, len(b)+4)
	for _, m := range b {
		if text, ok := plainText(m.Value); ok {
			out[m.Name] = text
			continue
		}
		v, err := wire.ReadAny(m.Value)
		if err != nil {
			return nil, fault.New(wire.CodeInvalidJSON, "%s holds a number that is too large", m.Name) // the syntax has been checked
		}
		out[m.Name] = v
	}
	return out, nil
}

// plainText gives the text of a JSON string without escapes. Nearly all are, and it
// is far cheaper than a decoder.
func plainText(v jsontext.Value) (string, bool) {
	if len(v) < 2 || v[0] != '"' || bytes.IndexByte(v, '\\') >= 0 || !utf8.Valid(v) {
		return "", false
	}
	return string(v[1 : len(v)-1]), true
}

// Decode decodes the member name into out, absent members leave out alone. want
// says for the error what the value is to be.
func (b Object) Decode(name string, out any, want string) error {
	v, ok := b.Get(name)
	if !ok {
		return nil
	}
	if err := json.Unmarshal(v, out, Options); err != nil {
		return fault.New(wire.CodeInvalidJSON, "%s is %s, or holds what does not belong there: want %s", name, KindOf(v), want)
	}
	return nil
}

// FromForm makes a body of urlencoded form fields: every value is text.
func FromForm(form url.Values) Object {
	var b Object
	for _, name := range slices.Sorted(maps.Keys(form)) { // sorted, so that a repeated request has the same body
		values := form[name]
		if text, err := jsontext.AppendQuote(nil, values[len(values)-1]); err == nil {
			b = append(b, Member{name, text})
		}
	}
	return b
}
