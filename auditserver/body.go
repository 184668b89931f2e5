package auditserver

import (
	"bytes"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// member is one member of a JSON object, its value not yet decoded.
type member struct {
	name  string
	value jsontext.Value
}

// body is the top level of a request's JSON object. Of members with the same
// name the last one counts, as in JavaScript.
type body []member

// decodeOptions accept what JavaScript's JSON.parse accepts.
var decodeOptions = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// parseBody splits the JSON object in raw into its members; an empty body is an
// empty object.
func parseBody(raw []byte, maxDepth int) (body, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, nil
	}
	if tooDeep(raw, maxDepth) {
		return nil, fault.New(wire.CodeInvalidJSON, "the body is nested deeper than %d levels", maxDepth)
	}
	return splitObject(raw)
}

// splitObject splits a JSON object that is not nested too deep.
func splitObject(raw []byte) (body, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), decodeOptions)
	if dec.PeekKind() != '{' {
		return nil, fault.BadRequest("the body is not a JSON object")
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, fault.BadRequest(syntaxText(err))
	}
	b := make(body, 0, 8)     // room for most
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
			b.set(key, value)
		case known:
			b[i].value = value
		default:
			places[key] = len(b)
			b = append(b, member{key, value})
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

func (b body) places() map[string]int {
	m := make(map[string]int, 2*len(b))
	for i := range b {
		m[b[i].name] = i
	}
	return m
}

// syntaxText tells where a body stops being JSON, never what stands there.
func syntaxText(err error) string {
	if e, ok := err.(*jsontext.SyntacticError); ok {
		return "invalid JSON at byte " + strconv.FormatInt(e.ByteOffset, 10)
	}
	return "invalid JSON"
}

// tooDeep reports whether raw nests arrays and objects deeper than limit,
// before anything recursive reads it.
func tooDeep(raw []byte, limit int) bool {
	depth, inString := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func (b body) get(name string) (jsontext.Value, bool) {
	for i := range b {
		if b[i].name == name {
			return b[i].value, true
		}
	}
	return nil, false
}

// text gives the member name if it is a string, else "".
func (b body) text(name string) string {
	v, ok := b.get(name)
	if !ok || v.Kind() != '"' {
		return ""
	}
	if s, ok := plainText(v); ok {
		return s
	}
	var s string
	if json.Unmarshal(v, &s, decodeOptions) != nil {
		return ""
	}
	return s
}

func (b *body) set(name string, value jsontext.Value) {
	for i := range *b {
		if (*b)[i].name == name {
			(*b)[i].value = value
			return
		}
	}
	*b = append(*b, member{name, value})
}

// take removes the member name and gives it as text.
func (b *body) take(name string) string {
	s := b.text(name)
	*b = slices.DeleteFunc(*b, func(m member) bool { return m.name == name })
	return s
}

// object decodes all members.
func (b body) object() (map[string]any, error) {
	out := make(map[string]any, len(b)+4)
	for _, m := range b {
		if text, ok := plainText(m.value); ok {
			out[m.name] = text
			continue
		}
		var v any
		if err := json.Unmarshal(m.value, &v, decodeOptions); err != nil {
			return nil, fault.New(wire.CodeInvalidJSON, "%s holds a number that is too large", m.name) // the syntax has been checked
		}
		out[m.name] = v
	}
	return out, nil
}

// plainText gives the text of a JSON string that stands as it is, without
// escapes: nearly every one, and far cheaper than a decoder.
func plainText(v jsontext.Value) (string, bool) {
	if len(v) < 2 || v[0] != '"' || bytes.IndexByte(v, '\\') >= 0 || !utf8.Valid(v) {
		return "", false
	}
	return string(v[1 : len(v)-1]), true
}

// decodedFields is what request.fields has found.
type decodedFields struct {
	fields map[string]any
	err    error
}

// fields decodes and checks the fields a client sent, once: later calls return
// the same map.
func (req *request) fields() (map[string]any, error) {
	if req.decoded == nil {
		fields, err := req.decodeFields()
		req.decoded = &decodedFields{fields, err}
	}
	return req.decoded.fields, req.decoded.err
}

func (req *request) decodeFields() (map[string]any, error) {
	fields, err := req.body.object()
	if err != nil {
		return nil, err
	}
	if err := checkKeywords(fields); err != nil {
		return nil, err
	}
	for _, name := range []string{"createdAt", "updatedAt"} {
		v, ok := fields[name]
		if !ok {
			continue
		}
		if _, isText := v.(string); isText {
			return nil, mismatch(strings.Join(req.path, "/"), name, schema.Field{Type: schema.Date}, schema.Field{Type: schema.String})
		}
		delete(fields, name)
	}
	return fields, nil
}

// decode decodes the member name into out; absent members leave out alone.
func (b body) decode(name string, out any) error {
	v, ok := b.get(name)
	if !ok {
		return nil
	}
	if err := json.Unmarshal(v, out, decodeOptions); err != nil {
		return fault.New(wire.CodeInvalidJSON, "%s has the wrong form", name)
	}
	return nil
}

// formBody makes a body of urlencoded form fields: every value is text.
func formBody(form url.Values) body {
	var b body
	for _, name := range slices.Sorted(maps.Keys(form)) { // one order: a request that is sent again is the same
		values := form[name]
		if text, err := jsontext.AppendQuote(nil, values[len(values)-1]); err == nil {
			b = append(b, member{name, text})
		}
	}
	return b
}
