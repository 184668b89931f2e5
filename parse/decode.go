package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// page is the answer to a find.
type page[T any] struct {
	codec *codec
	class string

	rows        []*T
	unread      map[int]DecodeErrors // by row: what of it could not be read
	counts      bool                 // the answer must have a count
	count       int
	badCount    DecodeErrors
	first, last jsontext.Value // the outer rows as they came, parts of the answer's bytes
	date        string         // the header of that name
}

// decodeBody reads what can be read. What cannot is DecodeErrors, with all rows.
func (p *page[T]) decodeBody(body []byte) error {
	if p.decodeFast(body) {
		return p.problems()
	}
	err := p.decodeSlow(body, wholeRow)
	if errors.As(err, new(*json.SemanticError)) {
		err = p.decodeSlow(body, rowByColumn)
	}
	if err != nil {
		return err
	}
	return p.problems()
}

// problems are those of all rows and of the count; nil where there are none.
func (p *page[T]) problems() error {
	var all DecodeErrors
	for _, i := range slices.Sorted(maps.Keys(p.unread)) {
		all = append(all, p.unread[i]...)
	}
	return append(all, p.badCount...).orNil()
}

// problem is what is wrong with one row, given the error of the page.
func (p *page[T]) problem(i int, err error) error {
	unread, failure := p.unread[i], new(Error)
	if len(unread) == 0 || !errors.As(err, &failure) {
		return unread.orNil()
	}
	own := *failure
	own.ObjectID, own.cause = unread[0].ObjectID, unread
	return &own
}

// whole are the rows of which everything could be read; nil for no page.
func (p *page[T]) whole() []*T {
	switch {
	case p == nil:
		return nil
	case len(p.unread) == 0:
		return p.rows
	}
	var rows []*T
	for i, row := range p.rows {
		if p.unread[i] == nil {
			rows = append(rows, row)
		}
	}
	return rows
}

// add takes a row and its bytes.
func (p *page[T]) add(row *T, raw jsontext.Value, unread DecodeErrors) {
	if len(unread) > 0 {
		if p.unread == nil {
			p.unread = map[int]DecodeErrors{}
		}
		p.unread[len(p.rows)] = unread
	}
	p.last = raw
	if p.rows = append(p.rows, row); len(p.rows) == 1 {
		p.first = raw
	}
}

// readsRow reads the next row of a page, the n-th. The *json.SemanticError of one
// that cannot read every row means that another way can.
type readsRow[T any] func(p *page[T], dec *jsontext.Decoder, row *T) (DecodeErrors, error)

// decodeSlow reads any answer and explains what is wrong with it.
func (p *page[T]) decodeSlow(body []byte, read readsRow[T]) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), p.codec.reading)
	if err := expect(dec, '{'); err != nil {
		return err
	}
	found, counted := false, false
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		switch name.String() {
		case "results":
			found = true
			p.rows, p.unread = nil, nil // of a repeated name the last one counts
			err = p.decodeRows(dec, body, read)
		case "count":
			counted, err = p.decodeCount(dec)
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
	case p.counts && !counted:
		return &DecodeError{Class: p.class, Field: "count", Reason: "the answer to a count has none"}
	}
	return nil
}

// decodeCount reports whether there is a count. One that fits nowhere spoils only
// an answer that must have it.
func (p *page[T]) decodeCount(dec *jsontext.Decoder) (bool, error) {
	raw, err := dec.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return false, err
	}
	p.badCount = nil
	if err := json.Unmarshal(raw, &p.count, p.codec.reading); err != nil && p.counts {
		p.badCount = DecodeErrors{{Class: p.class, Field: "count", Reason: "want a whole number, found " + wire.Describe(raw)}}
	}
	return true, nil
}

func (p *page[T]) decodeRows(dec *jsontext.Decoder, body []byte, read readsRow[T]) error {
	if err := expect(dec, '['); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		start, row := dec.InputOffset(), new(T)
		unread, err := read(p, dec, row)
		if err != nil {
			return err
		}
		if object(row).ObjectID == "" && len(unread) == 0 {
			unread = DecodeErrors{{Class: p.class, Field: "objectId", Reason: fmt.Sprintf("row %d has none", len(p.rows))}}
		}
		p.add(row, bytes.TrimLeft(body[start:dec.InputOffset()], ", \t\r\n"), unread)
	}
	_, err := dec.ReadToken()
	return err
}

// wholeRow is the quick way to read a row.
func wholeRow[T any](p *page[T], dec *jsontext.Decoder, row *T) (DecodeErrors, error) {
	if err := json.UnmarshalDecode(dec, row); err != nil {
		return nil, err
	}
	p.codec.tidyRest(row)
	return nil, nil
}

// rowByColumn reads every row.
func rowByColumn[T any](p *page[T], dec *jsontext.Decoder, row *T) (DecodeErrors, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if kind := raw.Kind(); kind != '{' && kind != 'n' {
		reason := fmt.Sprintf("row %d: want an object, found %s", len(p.rows), wire.Describe(raw))
		return DecodeErrors{{Class: p.class, Field: "results", Reason: reason}}, nil
	}
	return readObject(p.codec, p.class, raw, row)
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

// single is the answer that consists of one object. An answer that is none to the
// call leaves into alone; of any other it gets what can be read, and what cannot is
// DecodeErrors.
type single[T any] struct {
	codec *codec
	class string
	into  *T
	asked string // the id the object must have; "": not checked
}

func (s *single[T]) decodeBody(body []byte) error {
	row := *s.into
	unread, err := readObject(s.codec, s.class, body, &row)
	if err != nil {
		return err
	}
	if len(unread) > 0 && object(&row).ObjectID == "" { // nobody can say whose answer it is
		return unread[0]
	}
	if found := object(&row).ObjectID; s.asked != "" && found != s.asked {
		return &DecodeError{Class: s.class, ObjectID: s.asked, Field: "objectId", Reason: fmt.Sprintf("the answer has %q", wire.Clip(found, 60))}
	}
	*s.into = row
	return unread.orNil()
}
