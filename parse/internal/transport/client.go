package transport

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
)

// Client sends calls to one server as one identity. It is not changed once it
// is used.
type Client struct {
	Base        *url.URL // with the mount path, without a trailing slash
	HTTP        http.Client
	Streams     http.Client // of calls with a Stream, on other hosts too; carries no credentials
	Credentials Credentials
	Sessions    Sessions // nil: the session of Credentials, if any
	UserAgent   string
	Logger      *slog.Logger
	LogMessage  string
	Retry       RetryPolicy
	SendIDs     bool  // writes that the server can recognise by a request id have one
	TrustIDs    bool  // and the server is known to recognise them
	MaxRequest  int64 // bytes of one body
	MaxAnswer   int64 // bytes of one answer, after decompression
	Codec       Codec
	Err         error // a mistake in the client itself; every call reports it
}

// Codec writes the bodies of requests and reads those of answers.
type Codec interface {
	Encode(body any) (jsontext.Value, error)

	// Answer reads the body of a success into out; a nil out discards it. An
	// error is an [UnfitError] where the answer is whole and does not fit.
	Answer(body []byte, out any, call *Call) error
}

// Sessions gives the session for each attempt.
type Sessions interface {
	// Session returns the token of the present session. Its reject drops that
	// session, which the server no longer takes.
	Session(ctx context.Context) (token Secret, reject func(), err error)
}

// Do makes a call and reads the answer into out; a nil out discards it. The
// error is a [*Mistake] or the call's own where nothing was sent, and a
// [*Failure] otherwise.
func (c *Client) Do(ctx context.Context, call Call, out any) (http.Header, error) {
	request, err := c.Prepare(ctx, call)
	if err != nil {
		return nil, err
	}
	return c.Send(ctx, request, out)
}
