package isoaudit

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// codec reads and writes Go values in Parse's encodings for one configuration.
type codec struct{ auditorClass string }

func newCodec(auditorClass string) *codec { return &codec{auditorClass} }

func (c *codec) encode(v any) (jsontext.Value, error) {
	return json.Marshal(v, json.WithMarshalers(passwordMarshalers()))
}

func (c *codec) decode(data []byte, out any) error { return json.Unmarshal(data, out) }
