package livequery

import (
	"context"
	"errors"
	"slices"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Every text of the other side passes here before it is part of an error or a log:
// a server may send back what it was sent, keys and tokens among it, in a frame, in
// the reason of a close or in an answer to the handshake.

// maxText bounds the text of an error frame.
const maxText = 16 << 10

// keptTokens is how many of the tokens that were sent are looked for. A server may
// send back that of an earlier connection.
const keptTokens = 8

// sent notes a token that the server gets to know; needs client.mu.
func (c *Client) sentToken(token Secret) {
	if token == "" || slices.Contains(c.tokens, token) {
		return
	}
	c.tokens = append(c.tokens, token)
	if len(c.tokens) > keptTokens {
		c.tokens = c.tokens[1:]
	}
}

// scrub hides what this client has sent in a text of the server; needs client.mu.
func (c *Client) scrub(text string) string {
	k := &c.cfg.Credentials
	secrets := []string{string(k.MasterKey), string(k.RESTKey), string(k.JavaScriptKey), string(k.ClientKey), string(k.WindowsKey)}
	for _, token := range c.tokens {
		secrets = append(secrets, string(token))
	}
	return wire.Clip(wire.Scrub(text, secrets...), maxText)
}

// refusal is the error that an error frame tells; needs client.mu.
func (c *Client) refusal(f *frame, class string) *ServerError {
	return &ServerError{Code: f.code(), Message: c.scrub(f.text()), ClassName: class}
}

// scrubError keeps the error that ended a connection as it is, unless its text shows
// what was sent.
func (c *Client) scrubError(err error) error {
	var refused *ServerError // was scrubbed when it was made
	if err == nil || errors.As(err, &refused) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text := err.Error()
	clean := c.scrub(text)
	if clean == text {
		return err
	}
	kept := &scrubbedError{text: clean}
	for _, kind := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			kept.kind = kind
		}
	}
	if isPermanent(err) { // of the session source, which may quote a server too
		return Permanent(kept)
	}
	return kept
}

// scrubbedError stands for an error whose text had to be changed.
type scrubbedError struct {
	text string
	kind error
}

func (e *scrubbedError) Error() string { return e.text }
func (e *scrubbedError) Unwrap() error { return e.kind }
