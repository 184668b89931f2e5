package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// DecodeError is a value in the server's answer that does not fit its field, or
// one that is missing from an answer that must have it. It never holds the value
// itself.
type DecodeError struct {
	Class    string // "" where the answer is about no class
	ObjectID string // "" if the object had none
	Field    string // dotted for a field of an included object
	Reason   string // "want a date, found a number"
}

// Error implements error.
func (e *DecodeError) Error() string {
	where := e.Class
	if e.ObjectID != "" {
		where += fmt.Sprintf(" %q", e.ObjectID)
	}
	if where != "" {
		where += ": "
	}
	return where + "field " + e.Field + ": " + e.Reason
}

// page is the answer to a find.
type page[T any] struct {
	codec *codec
	class string

	rows        []*T
	counts      bool // the answer must have a count
	count       int
	first, last jsontext.Value // the outer rows as they came, parts of the answer's bytes
}

func (p *page[T]) decodeBody(body []byte) error {
	if p.decodeFast(body) {
		return nil
	}
	*p = page[T]{codec: p.codec, class: p.class, counts: p.counts}
	return p.decodeSlow(body)
}

// decodeSlow reads any answer and explains what is wrong with it.
func (p *page[T]) decodeSlow(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), p.codec.reading)
	if err := expect(dec, '{'); err != nil {
		return err
	}
	found := false
	var count *int
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		switch name.String() {
		case "results":
			found = true
			err = p.decodeRows(dec, body)
		case "count":
			err = json.UnmarshalDecode(dec, &count)
		default:
			err = dec.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	if rest := bytes.TrimSpace(body[dec.InputOffset():]); len(rest) > 0 { // two answers in one, or a page of some proxy behind it
		return fmt.Errorf("%d bytes follow the answer: %w", len(rest), io.ErrUnexpectedEOF)
	}
	switch {
	case !found: // not an answer to a find: reading it as no rows would end All early
		return &DecodeError{Class: p.class, Field: "results", Reason: "the answer to a find has none"}
	case count != nil:
		p.count = *count
	case p.counts:
		return &DecodeError{Class: p.class, Field: "count", Reason: "the answer to a count has none"}
	}
	return nil
}

func (p *page[T]) decodeRows(dec *jsontext.Decoder, body []byte) error {
	if err := expect(dec, '['); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		start := dec.InputOffset()
		row := new(T)
		if err := json.UnmarshalDecode(dec, row); err != nil {
			return explainDecoding(err, p.class, 2, body[start:])
		}
		if object(row).ObjectID == "" {
			return &DecodeError{Class: p.class, Field: "objectId", Reason: fmt.Sprintf("row %d has none", len(p.rows))}
		}
		p.rows = append(p.rows, row)
		p.last = jsontext.Value(bytes.TrimLeft(body[start:dec.InputOffset()], ", \t\r\n"))
		if len(p.rows) == 1 {
			p.first = p.last
		}
	}
	_, err := dec.ReadToken()
	return err
}

func expect(dec *jsontext.Decoder, kind jsontext.Kind) error {
	if found := dec.PeekKind(); found != kind {
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		want := "an object"
		if kind == '[' {
			want = "an array"
		}
		return fmt.Errorf("the answer: %w", &wire.TypeError{Want: want, Found: wire.Describe(raw)})
	}
	_, err := dec.ReadToken()
	return err
}

// single is the answer that consists of one object. It is decoded into a copy,
// so that an answer that does not fit changes nothing.
type single[T any] struct {
	codec *codec
	class string
	into  *T
	asked string // the id the object must have; "": not checked
}

func (s *single[T]) decodeBody(body []byte) error {
	row := *s.into
	if err := json.Unmarshal(body, &row, s.codec.reading); err != nil {
		return explainDecoding(err, s.class, 0, body)
	}
	if found := object(&row).ObjectID; s.asked != "" && found != s.asked {
		return &DecodeError{Class: s.class, ObjectID: s.asked, Field: "objectId", Reason: fmt.Sprintf("the answer has %q", wire.Clip(found, 60))}
	}
	*s.into = row
	return nil
}

// clearMembers empties the fields of row that body has values for. Decoding alone
// would merge a map with what the field held, and write into the map and array
// that the caller's object shares.
func clearMembers[T any](row *T, body []byte) {
	var members map[string]jsontext.Value
	if json.Unmarshal(body, &members, wire.Tolerant()) != nil {
		return // decoding it will say what is wrong
	}
	v := reflect.ValueOf(row).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if _, ok := members[name]; !ok || f.Anonymous || !f.IsExported() {
			continue
		}
		if field, err := v.FieldByIndexErr(f.Index); err == nil {
			field.SetZero()
		}
	}
}

// explainDecoding turns an error of the JSON package into a DecodeError. The
// object begins in raw, and depth is how many elements of the error's path lie
// above it. Broken JSON stays what it is.
func explainDecoding(err error, class string, depth int, raw []byte) error {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return err
	}
	var path []string
	for element := range semantic.JSONPointer.Tokens() {
		path = append(path, element)
	}
	for wrapped := semantic; errors.As(wrapped.Err, &wrapped); { // the innermost knows best
		semantic = wrapped
	}
	reason := ""
	if semantic.Err != nil {
		reason = wire.BareCause(semantic).Error()
	}
	var typed *wire.TypeError
	if !errors.As(semantic.Err, &typed) && semantic.JSONKind != 0 {
		typed = &wire.TypeError{Want: fmt.Sprint(semantic.GoType), Found: wire.KindName(semantic.JSONKind)}
		reason = strings.TrimSuffix(typed.Error()+": "+reason, ": ")
	}
	return &DecodeError{
		Class: class, ObjectID: objectIDOf(raw),
		Field: strings.Join(path[min(depth, len(path)):], "."), Reason: reason,
	}
}

// objectIDOf finds the objectId of the object that raw begins with.
func objectIDOf(raw []byte) string {
	raw = bytes.TrimLeft(raw, ", \t\r\n")
	value, err := jsontext.NewDecoder(bytes.NewBuffer(raw), wire.Tolerant()).ReadValue()
	if err != nil {
		return ""
	}
	var object struct {
		ObjectID any `json:"objectId"`
	}
	if json.Unmarshal(value, &object, wire.Tolerant()) != nil {
		return ""
	}
	id, _ := object.ObjectID.(string)
	return id
}
