package parse

import (
	"fmt"
	"io"
	"iter"
	"log/slog"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Password is a user's password on its way to the server. SignUp and changes of a
// PasswordField send it, and the server never returns it. It prints as "[redacted]"
// with fmt, log/slog and encoding/json; convert it to string to read it.
//
// Package fmt has one way around this: for a pointer inside a struct and a verb that
// does not fit pointers, such as %s, it prints the value without calling any method.
// go vet reports such calls.
type Password string

// Format writes "[redacted]" for every verb.
func (Password) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, transport.Redacted) }

// ParseColumn implements [schema.Columned].
func (Password) ParseColumn() schema.Field { return schema.Field{Type: schema.String} }

// MarshalJSON writes "[redacted]"; only requests to the server carry the value.
func (Password) MarshalJSON() ([]byte, error) { return []byte(`"` + transport.Redacted + `"`), nil }

// MarshalText writes "[redacted]", for loggers that prefer text.
func (Password) MarshalText() ([]byte, error) { return []byte(transport.Redacted), nil }

// LogValue implements slog.LogValuer.
func (Password) LogValue() slog.Value { return slog.StringValue(transport.Redacted) }

// passwordMarshalers write a password's value; they are part of the options
// with which bodies are encoded and of no others.
func passwordMarshalers() *json.Marshalers {
	return json.JoinMarshalers(
		json.MarshalToFunc(func(enc *jsontext.Encoder, p Password) error {
			return enc.WriteToken(jsontext.String(string(p)))
		}),
		json.MarshalToFunc(func(enc *jsontext.Encoder, s transport.Secret) error { // a Password in a Change
			return enc.WriteToken(jsontext.String(s.Value()))
		}),
	)
}

// secretsOf lists the passwords in obj, which no error may show.
func (c *codec) secretsOf(obj any) []string {
	var secrets []string
	for field := range c.passwordsIn(reflect.ValueOf(obj).Elem()) {
		if field.Len() > 0 {
			secrets = append(secrets, field.String())
		}
	}
	return secrets
}

// passwordsIn gives the fields of a struct that are passwords.
func (c *codec) passwordsIn(v reflect.Value) iter.Seq[reflect.Value] {
	known, ok := c.passwords.Load(v.Type())
	if !ok {
		var fields [][]int
		for _, f := range reflect.VisibleFields(v.Type()) {
			if f.IsExported() && f.Type == reflect.TypeFor[Password]() {
				fields = append(fields, f.Index)
			}
		}
		known, _ = c.passwords.LoadOrStore(v.Type(), fields)
	}
	return func(yield func(reflect.Value) bool) {
		for _, index := range known.([][]int) {
			if field, err := v.FieldByIndexErr(index); err == nil && !yield(field) {
				return
			}
		}
	}
}
