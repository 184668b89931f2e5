package parse

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Answer implements transport.Codec. The body must be JSON even if the caller does
// not want it: the login page of some gateway is not a success.
func (c *codec) Answer(body []byte, out any, call *transport.Call) error {
	if call.EmptyOK && len(body) == 0 {
		return nil
	}
	value := jsontext.Value(body)
	if kind := value.Kind(); kind != '{' && kind != '[' {
		return fmt.Errorf("the answer is not JSON: %q", wire.Clip(string(body[:min(len(body), transport.MaxExcerpt)]), 60))
	}
	err := c.read(body, out, call)
	if isBroken(err) {
		if shallow, ok := wire.Shallow(body); ok {
			err = c.read(shallow, out, call)
		}
	}
	switch {
	case err == nil:
		return nil
	case isBroken(err):
		return fmt.Errorf("the answer is broken: %w", err)
	}
	err = c.explainAnswer(err, body, call)
	return &transport.UnfitError{Err: err, Done: unreadIn(err) != nil}
}

// read checks an answer and decodes it.
func (c *codec) read(body []byte, out any, call *transport.Call) error {
	if out == nil || len(call.Needs) > 0 {
		if err := complete(call, body); err != nil {
			return err
		}
	}
	if out == nil {
		return nil
	}
	return c.decode(body, out)
}

func isBroken(err error) bool {
	syntax := new(jsontext.SyntacticError)
	return errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF)
}

// explainAnswer finds the words for an answer that was not read by a bodyDecoder.
// One that is an object, as every answer is, has a value in it that does not fit.
func (c *codec) explainAnswer(err error, body jsontext.Value, call *transport.Call) error {
	if !errors.As(err, new(*json.SemanticError)) {
		return err
	}
	wrong := new(DecodeError)
	err = explainDecoding(err, call.Class, body)
	if !errors.As(err, &wrong) || wrong.Field == "" {
		return err
	}
	if wrong.ObjectID == "" {
		wrong.ObjectID = call.ObjectID
	}
	return DecodeErrors{wrong}
}

// complete checks that an answer is an object with the members that the call
// needs. Without them it would be read as a row without an id, or as no rows.
func complete(c *transport.Call, body jsontext.Value) error {
	if body.Kind() != '{' {
		return fmt.Errorf("the answer: %w", &wire.TypeError{Want: "an object", Found: wire.Describe(body)})
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(body, &members, wire.Tolerant()); err != nil {
		return err
	}
	for _, name := range c.Needs {
		if value := members[name]; len(value) == 0 || value.Kind() == 'n' || string(value) == `""` {
			return &DecodeError{Class: c.Class, ObjectID: c.ObjectID, Field: name, Reason: "the answer has none"}
		}
	}
	return nil
}
