package isoaudit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// verdict is what one failed attempt tells about what the server did.
type verdict int

const (
	refused   verdict = iota // answered: not done, and asking again would get the same answer
	notDone                  // surely not done; may be sent again
	uncertain                // may or may not have been done
	garbled                  // answered as done, but the answer cannot be read; uncertain for a write
)

// attempt sends a request once and decodes the answer into out. It returns the
// answer, whose body has been read, or a failure, which has neither Attempts nor the final word on the outcome yet.
func (c *Client) attempt(ctx context.Context, r *request, identity credentials, out any) (*http.Response, *Error, verdict) {
	if r.content == nil && r.opens == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.cfg.retry.AttemptTimeout, errAttemptTimeout)
		defer cancel()
	}
	req, err := r.build(ctx, c.cfg, identity)
	if err != nil {
		return nil, c.failure(r, identity, err), refused
	}
	sent, _ := req.Body.(*reading)
	defer sent.end()
	client := c.cfg.http
	if r.opens != nil {
		client = c.cfg.open
	}
	resp, err := client.Do(req)
	if broken := r.content.broken(); err != nil && broken != nil {
		return nil, c.failure(r, identity, broken), refused
	}
	if err != nil {
		return nil, c.failure(r, identity, explain(ctx, err)), transportVerdict(err)
	}
	if r.opens != nil && resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		*r.opens = FileContent{ReadCloser: resp.Body, Size: resp.ContentLength, ContentType: resp.Header.Get("Content-Type")}
		return resp, nil, refused
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := readBody(resp, c.cfg.maxResponse)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		// The status is the answer; a body that breaks off only shortens its text.
		failure, verdict := c.refusal(r, identity, resp, body)
		return nil, failure, verdict
	}
	if err == nil {
		err = c.cfg.codec.answer(body, out, &r.call)
	}
	if err != nil {
		failure := c.failure(r, identity, explain(ctx, err))
		failure.HTTPStatus = resp.StatusCode
		var wrong *decodeError
		if errors.As(err, &wrong) || errors.Is(err, errTooLarge) {
			return nil, failure, readable(r)
		}
		return nil, failure, garbled
	}
	return resp, nil, refused
}

// errAttemptTimeout is the end of one attempt, not of the caller's context.
var errAttemptTimeout = errors.New("no complete answer within RetryPolicy.AttemptTimeout")

// explain names the end of an attempt's own time apart from the caller's.
func explain(ctx context.Context, err error) error {
	if context.Cause(ctx) == errAttemptTimeout {
		return errAttemptTimeout
	}
	return err
}

// readable is the verdict on an answer that arrived whole but does not fit:
// asking again would bring the same, and a write was done in some form.
func readable(r *request) verdict {
	if r.safety == safeRead {
		return refused
	}
	return garbled
}

// decodeError is a whole JSON answer that does not fit the Go type.
type decodeError struct{ error }

func (e *decodeError) Unwrap() error { return e.error }

// answer reads the body of a success. Also where nobody wants it, it must
// be JSON: a login page of some gateway is no success.
func (c *codec) answer(body []byte, out any, call *call) error {
	if call.emptyOK && len(body) == 0 {
		return nil
	}
	value := jsontext.Value(body)
	if kind := value.Kind(); kind != '{' && kind != '[' {
		return fmt.Errorf("the answer is not JSON: %q", clip(string(body[:min(len(body), maxExcerpt)]), 60))
	}
	var err error
	if out == nil || len(call.needs) > 0 {
		err = call.complete(body)
	}
	if err == nil && out != nil {
		err = c.decode(body, out)
	}
	if syntax := new(jsontext.SyntacticError); errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the answer is broken: %w", err)
	}
	if err != nil {
		return &decodeError{err}
	}
	return nil
}

// complete checks that an answer is an object and has what makes it one to this
// call: an answer without would read as a row without an id, or as no rows.
func (c *call) complete(body jsontext.Value) error {
	if body.Kind() != '{' {
		return fmt.Errorf("the answer: %w", &wire.TypeError{Want: "an object", Found: wire.Describe(body)})
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(body, &members, wire.Tolerant(), jsontext.AllowInvalidUTF8(true)); err != nil {
		return err
	}
	for _, name := range c.needs {
		if value := members[name]; len(value) == 0 || value.Kind() == 'n' || string(value) == `""` {
			return &DecodeError{Class: c.class, ObjectID: c.objectID, Field: name, Reason: "the answer has none"}
		}
	}
	return nil
}

// failure describes an attempt that brought no answer that could be used.
func (c *Client) failure(r *request, identity credentials, err error) *Error {
	return &Error{Op: r.op, Class: r.class, ObjectID: r.objectID, cause: c.scrubError(err, r, identity)}
}

// refusal describes an answer that is not a success.
func (c *Client) refusal(r *request, identity credentials, resp *http.Response, body []byte) (*Error, verdict) {
	code, message := parseFailure(body)
	failure := &Error{
		Op: r.op, Class: r.class, ObjectID: r.objectID,
		Code: code, HTTPStatus: resp.StatusCode, Message: identity.scrub(message, r.secrets...),
		RetryAfter: retryAfter(resp.Header),
	}
	failure.Hint = hint(failure, r, identity, resp)
	return failure, answerVerdict(failure, r, message, resp.Header.Get("Retry-After") != "")
}

// answerVerdict judges by status and code (protocol section 7). Who asks to come
// back later has not begun; a 503 without that may also be a router that no
// longer waits for the server, as Heroku's is.
func answerVerdict(e *Error, r *request, message string, later bool) verdict {
	switch status := e.HTTPStatus; {
	case status == http.StatusTooManyRequests, status == http.StatusTooEarly, status == http.StatusServiceUnavailable && later:
		return notDone
	case status == http.StatusRequestTimeout:
		return uncertain
	case status < 500:
		return refused
	case e.Code == ErrInternal && strings.HasPrefix(message, "Invalid server state:"):
		return notDone // the server is starting: no route has been reached
	case e.Code == ErrInternal && r.transaction:
		return refused // rolled back
	}
	return uncertain
}

// transportVerdict judges an attempt without an answer. Only what fails before
// a connection stands is sure not to have been sent.
func transportVerdict(err error) verdict {
	if certificate := new(tls.CertificateVerificationError); errors.As(err, &certificate) {
		return refused
	}
	if lookup := new(net.DNSError); errors.As(err, &lookup) {
		return notDone
	}
	if network := new(net.OpError); errors.As(err, &network) && network.Op == "dial" {
		return notDone
	}
	return uncertain
}

// scrubError keeps an error as it is unless its text shows a credential, as a
// transport's might that prints whole requests.
func (c *Client) scrubError(err error, r *request, identity credentials) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		// Its URL is in Op, Class and ObjectID already, and may hold a long query.
		err = wrapped.Err
	}
	text := err.Error()
	clean := identity.scrub(text, r.secrets...)
	if clean == text {
		return err
	}
	for _, kind := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return &scrubbedError{clean, kind}
		}
	}
	return &scrubbedError{clean, nil}
}

// scrubbedError stands for an error whose text had to be changed.
type scrubbedError struct {
	text string
	kind error
}

func (e *scrubbedError) Error() string { return e.text }
func (e *scrubbedError) Unwrap() error { return e.kind }
