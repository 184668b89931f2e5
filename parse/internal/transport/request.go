package transport

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// longQuery is the length of a query string from which a read goes as POST with
// _method: servers and proxies bound the request line, from 8 KB on.
const longQuery = 2000

// Request is a call made ready: encoded once, the same for every attempt.
type Request struct {
	Call
	verb    string // on the wire
	url     *url.URL
	payload jsontext.Value
	context string // X-Parse-Cloud-Context; "": none
	id      string // X-Parse-Request-Id; "": none
}

// Prepare checks, addresses and encodes a call. It finds every mistake in it before
// anything is sent.
func (c *Client) Prepare(ctx context.Context, call Call) (*Request, error) {
	switch {
	case call.Err != nil:
		return nil, call.Err
	case ctx == nil:
		return nil, call.mistake("ctx", NilContext)
	case c.Err != nil:
		return nil, c.Err
	case call.Master && c.Credentials.MasterKey.Empty():
		return nil, call.mistake("", "needs the master key; make an Admin with NewAdmin")
	}
	u := call.Address
	if u == nil {
		var err error
		if u, err = Endpoint(c.Base, call.Path); err != nil {
			return nil, call.mistake("path", "%v", err)
		}
	}
	r := &Request{Call: call, verb: call.Method, url: u}
	if err := r.encode(c.Codec); err != nil {
		return nil, call.mistake(r.bodyField(wire.FieldOf(err)), "cannot be encoded: %v", wire.BareCause(err))
	}
	if kind := r.payload.Kind(); r.payload != nil && kind != '{' {
		return nil, call.mistake(r.bodyField(""), NotAnObject, wire.KindName(kind))
	}
	if int64(len(r.payload)) > c.MaxRequest {
		return nil, call.mistake("body", "has %d bytes, the limit is %d; see WithBodyLimits", len(r.payload), c.MaxRequest)
	}
	var err error
	if call.Told != nil {
		ctx = WithCloudContext(ctx, call.Told)
	}
	if r.context, err = cloudContextHeader(ctx); err != nil {
		return nil, call.mistake("cloud context", "%v", err)
	}
	if call.Safety == SafeWithID && c.SendIDs {
		r.id = newRequestID()
	}
	return r, nil
}

// NilContext is what is wrong with a context that is nil.
const NilContext = "the context is nil; use context.Background()"

// NotAnObject is what is wrong with a body whose JSON is of the given kind.
const NotAnObject = "is %s in JSON; give a struct or a map, whose JSON is an object"

// bodyField is the name that the caller knows for the body or for one member of it.
func (r *Request) bodyField(member string) string {
	whole := "body"
	if r.CloudCode {
		whole = "params"
	}
	switch {
	case member == "":
		return whole
	case r.Class != "":
		return member
	}
	return whole + "." + member
}

// encode writes the body, or moves a long query into one.
func (r *Request) encode(codec Codec) (err error) {
	if r.Body != nil {
		r.payload, err = codec.Encode(r.Body)
		return err
	}
	query := r.Query.Encode()
	switch {
	case query == "": // an address of its own keeps the query it has, as a signature
		return nil
	case len(query) <= longQuery:
		r.url.RawQuery = query
		return nil
	}
	fields := map[string]jsontext.Value{"_method": jsontext.Value(`"` + r.Method + `"`)}
	for name := range r.Query {
		fields[name] = parameter(r.Query.Get(name))
	}
	r.verb = http.MethodPost
	r.payload, err = codec.Encode(fields)
	return err
}

// parameter writes a query value into a body so that the server reads it as in a
// query string: as JSON if it is valid JSON, and as a text otherwise.
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

// Endpoint joins path elements below base, each escaped, so that an element
// can never become two, leave the mount, or turn into a query.
func Endpoint(base *url.URL, elements []string) (*url.URL, error) {
	plain, escaped := base.Path, base.EscapedPath()
	for _, element := range elements {
		switch {
		case element == "":
			return nil, fmt.Errorf("an element is empty")
		case IsDots(element):
			return nil, fmt.Errorf("an element is %q", element)
		}
		plain += "/" + element
		escaped += "/" + url.PathEscape(element)
	}
	return &url.URL{Scheme: base.Scheme, Host: base.Host, Path: plain, RawPath: escaped}, nil
}

// IsDots reports whether servers and proxies would resolve a path with this element
// to another path.
func IsDots(element string) bool { return element == "." || element == ".." }

// newRequestID gives a random UUID (version 4). Ids are never used twice: a
// server on PostgreSQL does not forget them (protocol section 6).
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
