package parse_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// script is a transport that answers request after request as it is told, and
// keeps what was sent.
type script struct {
	t     *testing.T
	mu    sync.Mutex
	steps []step
	sent  []sent
}

type step func(*http.Request) (*http.Response, error)

// sent is one request as it left.
type sent struct {
	method, url string
	header      http.Header
	body        string
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	s.mu.Lock()
	s.sent = append(s.sent, sent{req.Method, req.URL.String(), req.Header.Clone(), string(body)})
	n := len(s.sent)
	s.mu.Unlock()
	if n > len(s.steps) {
		s.t.Errorf("request %d was not expected: %s %s", n, req.Method, req.URL)
		return reply(500, `{"code":1}`)(req)
	}
	return s.steps[n-1](req)
}

// reply answers with a status, a body and headers as name, value pairs.
func reply(status int, body string, header ...string) step {
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

// fails ends a request without an answer.
func fails(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// breaksOff answers with the beginning of a body and then an error.
func breaksOff(status int, body string, err error) step {
	return func(req *http.Request) (*http.Response, error) {
		resp, _ := reply(status, body)(req)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader([]byte(body)), failingReader{err}))
		resp.ContentLength = -1
		return resp, nil
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

const serverURL = "https://parse.example/mount"

// scripted makes a client whose requests meet these steps, each once.
func scripted(t *testing.T, options []parse.Option, steps ...step) (*isoaudit.Client, *script) {
	t.Helper()
	s := &script{t: t, steps: steps}
	options = append([]parse.Option{parse.WithApplicationID("app"), parse.WithTransport(s)}, options...)
	client, err := isoaudit.NewClient(serverURL, options...)
	require.NoError(t, err)
	return client, s
}

// scriptedAdmin is scripted with the master key.
func scriptedAdmin(t *testing.T, options []parse.Option, steps ...step) (*isoaudit.Admin, *script) {
	t.Helper()
	s := &script{t: t, steps: steps}
	options = append([]parse.Option{parse.WithApplicationID("app"), parse.WithTransport(s)}, options...)
	admin, err := isoaudit.NewAdmin(serverURL, masterKey, options...)
	require.NoError(t, err)
	return admin, s
}

const masterKey = "the-master-key-9"

// answering is a transport that looks at the body to decide.
func answering(answer func(req *http.Request, body string) (*http.Response, error)) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Body == nil {
			return answer(req, "")
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		return answer(req, string(body))
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
