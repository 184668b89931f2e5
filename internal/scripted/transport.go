// Package scripted is an HTTP transport for tests that answers request after request
// as it is told, and keeps what was sent.
package scripted

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Transport meets its requests with Steps, each once. One request more fails the
// test.
type Transport struct {
	Test interface {
		Errorf(format string, args ...any)
	} // a *testing.T or its like
	Steps []Step
	Sent  []Request

	mu sync.Mutex
}

// Step answers one request, or ends it without an answer.
type Step func(*http.Request) (*http.Response, error)

// Request is one request as it left.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        string
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.Sent = append(t.Sent, Request{req.Method, req.URL.String(), req.Header.Clone(), body})
	n := len(t.Sent)
	t.mu.Unlock()
	if n > len(t.Steps) {
		t.Test.Errorf("request %d was not expected: %s %s", n, req.Method, req.URL)
		return Reply(500, `{"code":1}`)(req)
	}
	return t.Steps[n-1](req)
}

func bodyOf(req *http.Request) (string, error) {
	if req.Body == nil {
		return "", nil
	}
	body, err := io.ReadAll(req.Body)
	return string(body), errors.Join(err, req.Body.Close())
}

// Reply answers with a status, a body and headers as name, value pairs.
func Reply(status int, body string, header ...string) Step {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
		}, nil
	}
}

// Fails ends a request without an answer.
func Fails(err error) Step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// Func answers every request by a call.
type Func func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f Func) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Answering is a Func that looks at the body to decide.
func Answering(answer func(req *http.Request, body string) (*http.Response, error)) Func {
	return func(req *http.Request) (*http.Response, error) {
		body, err := bodyOf(req)
		if err != nil {
			return nil, err
		}
		return answer(req, body)
	}
}
