package wire

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// PointerPrefix begins a Pointer in the usual order of keys.
const PointerPrefix = `{"__type":"Pointer","className":"`

// Pointer refers to one object of a class.
type Pointer struct {
	ClassName string
	ObjectID  string
}

// MarshalJSONTo writes the Pointer encoding.
func (p Pointer) MarshalJSONTo(enc *jsontext.Encoder) error {
	return enc.WriteValue(p.Append(enc.AvailableBuffer()))
}

// Append appends the Pointer encoding.
func (p Pointer) Append(dst []byte) []byte {
	dst = append(dst, PointerPrefix[:len(PointerPrefix)-1]...)
	dst, _ = jsontext.AppendQuote(dst, p.ClassName)
	dst = append(dst, `,"objectId":`...)
	dst, _ = jsontext.AppendQuote(dst, p.ObjectID)
	return append(dst, '}')
}

// UnmarshalJSONFrom reads the Pointer encoding; null leaves the zero Pointer.
func (p *Pointer) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	*p = Pointer{}
	if raw.Kind() == 'n' {
		return nil
	}
	if class, id, ok := PlainPointer(raw); ok {
		*p = Pointer{string(class), string(id)}
		return nil
	}
	var value struct {
		ClassName string `json:"className"`
		ObjectID  string `json:"objectId"`
	}
	if err := decodeTyped(raw, "Pointer", &value); err != nil {
		return err
	}
	*p = Pointer(value)
	return nil
}

// MayBePlainPointer reports whether the value that buf starts with, after white
// space and punctuation, can be a Pointer in the usual order of keys.
func MayBePlainPointer(buf []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(buf, ":, \t\r\n"), []byte(PointerPrefix))
}

// PlainPointer takes a Pointer in the usual order of keys apart without
// decoding it. It reports false for any other value.
func PlainPointer(raw jsontext.Value) (class, id []byte, ok bool) {
	rest, ok := bytes.CutPrefix(raw, []byte(PointerPrefix))
	if !ok || bytes.IndexByte(rest, '\\') >= 0 {
		return nil, nil, false
	}
	class, rest, ok = bytes.Cut(rest, []byte(`","objectId":"`))
	if !ok || bytes.IndexByte(class, '"') >= 0 {
		return nil, nil, false
	}
	id, ok = bytes.CutSuffix(rest, []byte(`"}`))
	if !ok || bytes.IndexByte(id, '"') >= 0 {
		return nil, nil, false
	}
	return class, id, true
}

// Relation marks a relation column of an object that was read.
type Relation struct{ ClassName string }

// MarshalJSONTo writes the Relation encoding.
func (r Relation) MarshalJSONTo(enc *jsontext.Encoder) error {
	return json.MarshalEncode(enc, struct {
		Type      string `json:"__type"`
		ClassName string `json:"className"`
	}{"Relation", r.ClassName})
}

// UnmarshalJSONFrom reads the Relation encoding; null leaves the zero Relation.
func (r *Relation) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := readTyped[struct {
		ClassName string `json:"className"`
	}](dec, "Relation")
	*r = Relation(value)
	return err
}
