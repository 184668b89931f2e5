package isoaudit

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// longQuery is the length of a query string from which a read goes as POST with
// _method: servers and proxies bound the request line, from 8 KB on.
const longQuery = 2000

// request is a call made ready: encoded once, the same for every attempt.
type request struct {
	call
	verb    string // on the wire
	url     *url.URL
	payload jsontext.Value
	id      string // X-Parse-Request-Id; "": none
}

// prepare checks and encodes a call; what it returns is wrong before anything is sent.
func (c *Client) prepare(ctx context.Context, call call) (*request, error) {
	switch {
	case c == nil || c.cfg == nil:
		return nil, badInput(call.op, call.class, "", "the client is nil or zero; make one with NewClient")
	case call.err != nil:
		return nil, call.err
	case ctx == nil:
		return nil, nilContext(call.op, call.class)
	case c.cfg.err != nil:
		return nil, c.cfg.err
	case call.master && c.cfg.credentials.masterKey.empty():
		return nil, badInput(call.op, call.class, "", "needs the master key; make an Admin with NewAdmin")
	}
	u := call.address
	if u == nil {
		var err error
		if u, err = endpoint(c.cfg.base, call.path); err != nil {
			return nil, badInput(call.op, call.class, "path", "%v", err)
		}
	}
	r := &request{call: call, verb: call.method, url: u}
	if err := r.encode(c.cfg.codec); err != nil {
		return nil, badInput(call.op, call.class, r.bodyField(fieldOf(err)), "cannot be encoded: %v", bareCause(err))
	}
	if kind := r.payload.Kind(); r.payload != nil && kind != '{' {
		return nil, badInput(call.op, call.class, r.bodyField(""), notAnObject, kindName(kind))
	}
	if int64(len(r.payload)) > c.cfg.maxRequest {
		return nil, badInput(call.op, call.class, "body", "has %d bytes, the limit is %d; see WithBodyLimits", len(r.payload), c.cfg.maxRequest)
	}
	if call.safety == safeWithID && c.cfg.requestIDs != RequestIDsOff {
		r.id = newRequestID()
	}
	return r, nil
}

const notAnObject = "is %s in JSON; give a struct or a map, whose JSON is an object"

// bodyField is what the caller knows the body, or one member of it, as.
func (r *request) bodyField(member string) string {
	whole := "body"
	if r.cloudCode {
		whole = "params"
	}
	switch {
	case member == "":
		return whole
	case r.class != "":
		return member
	}
	return whole + "." + member
}

// encode writes the body, or moves a long query into one.
func (r *request) encode(codec *codec) (err error) {
	if r.body != nil {
		r.payload, err = codec.encode(r.body)
		return err
	}
	query := r.query.Encode()
	switch {
	case query == "": // an address of its own keeps the query it has, as a signature
		return nil
	case len(query) <= longQuery:
		r.url.RawQuery = query
		return nil
	}
	fields := map[string]jsontext.Value{"_method": jsontext.Value(`"` + r.method + `"`)}
	for name := range r.query {
		fields[name] = parameter(r.query.Get(name))
	}
	r.verb = http.MethodPost
	r.payload, err = codec.encode(fields)
	return err
}

// parameter gives a query value the meaning in a body that the server gives it
// in a query string: JSON where it reads as JSON, text otherwise.
func parameter(text string) jsontext.Value {
	if value := jsontext.Value(text); value.IsValid() {
		return value
	}
	quoted, err := jsontext.AppendQuote(nil, text)
	if err != nil { // invalid UTF-8: the quoted form holds replacement characters
		quoted, _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\uFFFD"))
	}
	return quoted
}

// endpoint joins path elements below base, each escaped, so that an element
// can never become two, leave the mount, or turn into a query.
func endpoint(base *url.URL, elements []string) (*url.URL, error) {
	plain, escaped := base.Path, base.EscapedPath()
	for _, element := range elements {
		switch {
		case element == "":
			return nil, fmt.Errorf("an element is empty")
		case isDots(element):
			return nil, fmt.Errorf("an element is %q", element)
		}
		plain += "/" + element
		escaped += "/" + url.PathEscape(element)
	}
	return &url.URL{Scheme: base.Scheme, Host: base.Host, Path: plain, RawPath: escaped}, nil
}

// isDots tells elements that servers and proxies resolve to another path.
func isDots(element string) bool { return element == "." || element == ".." }

// build makes the request of one attempt.
func (r *request) build(ctx context.Context, cfg *config, identity credentials) (*http.Request, error) {
	var body io.Reader
	switch {
	case r.content != nil:
		body = r.content.open()
	case r.payload != nil:
		body = bytes.NewReader(r.payload)
	}
	req, err := http.NewRequestWithContext(ctx, r.verb, r.url.String(), body)
	if err != nil {
		return nil, err
	}
	if r.content != nil && r.content.size > 0 {
		req.ContentLength = r.content.size
	}
	if r.payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", cfg.userAgent)
	if r.opens != nil {
		return req, nil // goes to wherever the file is: neither keys nor a session
	}
	req.Header.Set("Accept", "application/json")
	for name, values := range r.header {
		req.Header[name] = values
	}
	if r.id != "" {
		req.Header.Set("X-Parse-Request-Id", r.id)
	}
	identity.authorize(req.Header)
	return req, nil
}

// newRequestID gives a random UUID (version 4). Ids are never used twice: a
// server on PostgreSQL does not forget them (protocol section 6).
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
