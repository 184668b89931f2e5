package parse

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// asSent is an object as a server sends it.
func (c *codec) asSent(obj any) (jsontext.Value, error) {
	members, err := c.membersSent(obj)
	if err != nil {
		return nil, err
	}
	return json.Marshal(members, json.Deterministic(true), wire.Tolerant())
}

// membersSent are the members of an object as a server sends it.
func (c *codec) membersSent(obj any) (map[string]jsontext.Value, error) {
	raw, err := json.Marshal(obj, c.sending)
	if err != nil {
		return nil, err
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members, wire.Tolerant()); err != nil {
		return nil, err
	}
	for name, value := range members {
		switch {
		case value.Kind() == 'n':
			delete(members, name)
		case name == "createdAt" || name == "updatedAt": // bare, unlike other times
			at, err := wire.DecodeDate(value)
			if err != nil {
				return nil, wire.BadField(name, err.Error())
			}
			members[name] = jsontext.Value(`"` + wire.FormatISO(at) + `"`)
		}
	}
	return members, nil
}

// sendingMarshalers write what only servers send; writing has the others.
func (c *codec) sendingMarshalers() *json.Marshalers {
	return json.JoinMarshalers(
		json.MarshalToFunc(func(enc *jsontext.Encoder, p pointerValue) error {
			raw, err := p.sent(c)
			if err != nil {
				return err
			}
			return enc.WriteValue(raw)
		}),
		json.MarshalToFunc(func(enc *jsontext.Encoder, p Password) error { return enc.WriteToken(jsontext.Null) }),
		json.MarshalToFunc(func(enc *jsontext.Encoder, r Raw) error { return r.MarshalJSONTo(enc) }),
	)
}

// sent is the pointer, or the object that it includes.
func (p Pointer[T]) sent(c *codec) (jsontext.Value, error) {
	if p.IsZero() {
		return jsontext.Value("null"), nil
	}
	if p.object == nil {
		return p.appendPointer(nil, c)
	}
	members, err := c.membersSent(p.object)
	if err != nil {
		return nil, err
	}
	class := p.class
	if class == "" {
		class, _ = classIn[T](c)
	}
	members["__type"] = jsontext.Value(`"Object"`)
	if members["className"], err = jsontext.AppendQuote(nil, class); err != nil {
		return nil, err
	}
	return json.Marshal(members, json.Deterministic(true), wire.Tolerant())
}
