package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// attempt sends a request once and reads the answer into out. It returns the
// answer, whose body has been read, or a failure, in which Attempts and Unknown are
// not set yet.
func (c *Client) attempt(ctx context.Context, r *Request, identity *Credentials, out any) (*http.Response, *Failure, verdict) {
	if r.Content == nil && r.Stream == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.Retry.AttemptTimeout, errAttemptTimeout)
		defer cancel()
	}
	req, err := c.build(ctx, r, identity)
	if err != nil {
		return nil, r.failure(identity, err), refused
	}
	sent, _ := req.Body.(*reading)
	defer sent.end()
	client := &c.HTTP
	if r.Stream != nil {
		client = &c.Streams
	}
	resp, err := client.Do(req)
	if broken := r.Content.broken(); err != nil && broken != nil {
		return nil, r.failure(identity, broken), refused
	}
	if err != nil {
		return nil, r.failure(identity, explain(ctx, err)), onSilence(err)
	}
	if r.Stream != nil && resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		r.Stream(resp)
		return resp, nil, done
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := readBody(resp, c.MaxAnswer)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		// The status alone says what happened; if the body breaks off, the text is shorter.
		failure, verdict := r.refusal(identity, resp, body)
		return nil, failure, verdict
	}
	if err == nil {
		err = c.Codec.Answer(body, out, &r.Call)
	}
	if err != nil {
		failure := r.failure(identity, explain(ctx, err))
		failure.Status = resp.StatusCode
		return resp, failure, r.onUnreadable(err)
	}
	return resp, nil, done
}

// build makes the HTTP request of one attempt.
func (c *Client) build(ctx context.Context, r *Request, identity *Credentials) (*http.Request, error) {
	var body io.Reader
	switch {
	case r.Content != nil:
		body = r.Content.open()
	case r.payload != nil:
		body = bytes.NewReader(r.payload)
	}
	req, err := http.NewRequestWithContext(ctx, r.verb, r.url.String(), body)
	if err != nil {
		return nil, err
	}
	if r.Content != nil && r.Content.size > 0 {
		req.ContentLength = r.Content.size
	}
	if r.payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", c.UserAgent)
	if r.Stream != nil {
		return req, nil // goes to wherever the file is: neither keys nor a session
	}
	req.Header.Set("Accept", "application/json")
	for name, values := range r.Header {
		req.Header[name] = values
	}
	if r.context != "" {
		req.Header.Set("X-Parse-Cloud-Context", r.context)
	}
	if r.id != "" {
		req.Header.Set("X-Parse-Request-Id", r.id)
	}
	identity.authorize(req.Header, r.Call.Maintenance)
	return req, nil
}

// refusal describes an answer that is not a success.
func (r *Request) refusal(identity *Credentials, resp *http.Response, body []byte) (*Failure, verdict) {
	scrub := func(text string) string { return identity.Scrub(text, r.Secrets...) }
	code, message := readRefusal(body, scrub)
	failure := &Failure{
		Call: &r.Call, AsMaster: !identity.MasterKey.Empty(), InSession: !identity.Session.Empty(),
		Code: code, Status: resp.StatusCode, Message: message,
		RetryAfter: wire.RetryAfter(resp.Header), Location: scrub(resp.Header.Get("Location")),
	}
	return failure, r.onRefusal(failure, message, resp.Header.Get("Retry-After") != "")
}

// errAttemptTimeout ends one attempt. It is not the end of the caller's context.
var errAttemptTimeout = errors.New("no complete answer within RetryPolicy.AttemptTimeout")

// explain distinguishes the end of an attempt's own time from that of the caller's
// context.
func explain(ctx context.Context, err error) error {
	if context.Cause(ctx) == errAttemptTimeout {
		return errAttemptTimeout
	}
	return err
}
