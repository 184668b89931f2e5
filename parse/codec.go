package parse

import (
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/rows"
)

// codec reads and writes Go values in Parse's encodings for one configuration:
// the name of the user class is part of every pointer to a user.
type codec struct {
	userClass string
	writing   json.Options
	sending   json.Options // as a server does
	reading   json.Options
	acls      aclCache
	plans     rows.Plans
	classes   sync.Map // of resolvedClass by reflect.Type
	passwords sync.Map // of [][]int by reflect.Type: where a struct has passwords
	rests     sync.Map // of []reflect.StructField by reflect.Type: where a struct keeps its other columns
	mistakes  sync.Map // of entityMistake by reflect.Type, for what pointers lead to
}

func newCodec(users string) *codec {
	c := &codec{userClass: users}
	written := json.JoinMarshalers(
		json.MarshalToFunc(func(enc *jsontext.Encoder, p pointerValue) error {
			return c.writePointer(enc, p)
		}),
		passwordMarshalers(),
		json.MarshalToFunc(func(enc *jsontext.Encoder, g GeoPoint) error { return wire.GeoPoint(g).MarshalJSONTo(enc) }),
		json.MarshalToFunc(func(enc *jsontext.Encoder, p Polygon) error { return p.wire().MarshalJSONTo(enc) }),
		json.MarshalToFunc(func(enc *jsontext.Encoder, f File) error {
			return wire.File{Name: f.Name, URL: f.URL}.MarshalJSONTo(enc)
		}),
		json.MarshalToFunc(func(enc *jsontext.Encoder, r Raw) error {
			raw, err := r.stored(c)
			if err != nil {
				return err
			}
			return enc.WriteValue(raw)
		}),
		json.MarshalToFunc(func(enc *jsontext.Encoder, r relationValue) error { return enc.WriteToken(jsontext.Null) }),
		wire.Marshalers(),
	)
	c.writing = json.JoinOptions(json.Deterministic(true), json.WithMarshalers(written))
	c.sending = json.JoinOptions(json.Deterministic(true), wire.Tolerant(), json.WithMarshalers(json.JoinMarshalers(c.sendingMarshalers(), written)))
	c.reading = json.JoinOptions(
		wire.Tolerant(),
		json.WithUnmarshalers(json.JoinUnmarshalers(
			json.UnmarshalFromFunc(func(dec *jsontext.Decoder, p pointerTarget) error { return p.readPointer(dec, c) }),
			json.UnmarshalFromFunc(c.acls.read),
			json.UnmarshalFromFunc(func(dec *jsontext.Decoder, g *GeoPoint) error { return (*wire.GeoPoint)(g).UnmarshalJSONFrom(dec) }),
			json.UnmarshalFromFunc(func(dec *jsontext.Decoder, p *Polygon) error { return p.read(dec) }),
			json.UnmarshalFromFunc(func(dec *jsontext.Decoder, f *File) error {
				var file wire.File
				err := file.UnmarshalJSONFrom(dec)
				*f = File{Name: file.Name, URL: file.URL}
				return err
			}),
			json.UnmarshalFromFunc(func(dec *jsontext.Decoder, r relationTarget) error { return r.readRelation(dec) }),
			wire.Unmarshalers(),
		)))
	c.plans.Special, c.plans.Reading = c.specialReader, c.reading
	return c
}

// specialReader gives the quick reader of types that have an encoding of their own.
func (c *codec) specialReader(t reflect.Type) rows.FieldReader {
	switch {
	case t == reflect.TypeFor[ACL]():
		return func(s *rows.Scanner, v reflect.Value) bool {
			return c.acls.readFast(s, v.Addr().Interface().(*ACL))
		}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[pointerTarget]()):
		return func(s *rows.Scanner, v reflect.Value) bool {
			return v.Addr().Interface().(pointerTarget).readFast(s, c)
		}
	}
	return nil
}

// resolve gives the name that class has on this server.
func (c *codec) resolve(class string) string {
	if class == userClass {
		return c.userClass
	}
	return class
}

// mistakeIn is entityMistake, found once for each type.
func (c *codec) mistakeIn(t reflect.Type) string {
	mistake, known := c.mistakes.Load(t)
	if !known {
		mistake, _ = c.mistakes.LoadOrStore(t, entityMistake(t))
	}
	return mistake.(string)
}

func (c *codec) writePointer(enc *jsontext.Encoder, p pointerValue) error {
	raw, err := p.appendPointer(enc.AvailableBuffer(), c)
	if err != nil {
		return err
	}
	return enc.WriteValue(raw)
}

// Encode implements transport.Codec. The items of a batch were checked one by one.
func (c *codec) Encode(v any) (jsontext.Value, error) {
	if batch, ok := v.(batchBody); ok {
		return json.Marshal(batch, c.writing)
	}
	return c.encode(v)
}

// encode writes v for the server. PostgreSQL cannot hold the character NUL and
// answers with an internal error (protocol section 2.1), so it is refused here.
func (c *codec) encode(v any) (jsontext.Value, error) {
	raw, err := json.Marshal(v, c.writing)
	if err != nil {
		return nil, err
	}
	return raw, rows.CheckNUL(raw)
}

// encodeRestored is encode for what a server had already. Another one may hold it too,
// and if it does not, it says so of this object alone.
func (c *codec) encodeRestored(v any) (jsontext.Value, error) { return json.Marshal(v, c.writing) }

// encodeStored is encode for what the server is to keep. It refuses integers
// that would come back as others.
func (c *codec) encodeStored(v any) (jsontext.Value, error) {
	raw, err := c.encode(v)
	if err != nil {
		return nil, err
	}
	return raw, rows.CheckIntegers(raw)
}

// decode reads an answer of the server into out.
func (c *codec) decode(data []byte, out any) error {
	if own, ok := out.(bodyDecoder); ok {
		return own.decodeBody(data)
	}
	return json.Unmarshal(data, out, c.reading)
}

// bodyDecoder is an answer that reads itself, because its Go type alone does not
// say enough.
type bodyDecoder interface{ decodeBody(data []byte) error }
