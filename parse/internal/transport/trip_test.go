package transport_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// step answers one attempt.
type step func(*http.Request) (*http.Response, error)

func reply(status int, body string, header ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}
}

func fails(err error) step { return func(*http.Request) (*http.Response, error) { return nil, err } }

var (
	ok        = reply(200, `{"objectId":"a"}`)
	garbled   = reply(200, `{"objectId":`)
	refused   = reply(404, `{"code":101,"error":"Object not found."}`)
	duplicate = reply(400, `{"code":159,"error":"Duplicate request"}`)
	gateway   = reply(502, `<html>Bad gateway</html>`)
	busy      = reply(503, `{"code":1,"error":"busy"}`, "Retry-After", "2")
	patient   = reply(503, `{"code":1,"error":"busy"}`, "Retry-After", "3600")
	lost      = fails(io.ErrUnexpectedEOF)
	unsent    = fails(&net.OpError{Op: "dial", Err: errors.New("connection refused")})
)

// script is an http.RoundTripper that plays steps and keeps the requests.
type script struct {
	t     *testing.T
	steps []step
	sent  []*http.Request
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.sent = append(s.sent, req)
	if len(s.sent) > len(s.steps) {
		s.t.Errorf("attempt %d was not expected", len(s.sent))
		return nil, errors.New("not expected")
	}
	return s.steps[len(s.sent)-1](req)
}

// codec is plain JSON.
type codec struct{}

func (codec) Encode(body any) (jsontext.Value, error) { return json.Marshal(body) }

func (codec) Answer(body []byte, out any, _ *transport.Call) error {
	if out == nil {
		out = new(any)
	}
	return json.Unmarshal(body, out)
}

func client(t *testing.T, steps ...step) (*transport.Client, *script) {
	t.Helper()
	base, err := url.Parse("https://parse.example/mount")
	require.NoError(t, err)
	s := &script{t: t, steps: steps}
	return &transport.Client{
		Base: base, HTTP: http.Client{Transport: s}, Logger: slog.New(slog.DiscardHandler), Codec: codec{},
		Credentials: transport.Credentials{AppID: "app"},
		Retry:       transport.RetryPolicy{MaxAttempts: 4, FirstWait: time.Second, MaxWait: time.Minute, AttemptTimeout: time.Minute},
		SendIDs:     true, MaxRequest: 1 << 20, MaxAnswer: 1 << 20,
	}, s
}

func call(safety transport.Safety) transport.Call {
	return transport.Call{
		Op: "Task.Do", Method: http.MethodPut, Path: []string{"classes", "Task", "a"}, Class: "Task", ObjectID: "a",
		Body: map[string]any{"title": "x"}, Safety: safety,
	}
}

// What is sent again, and when a failure leaves the outcome unknown. Every step of
// a case is used: an attempt too few or too many fails.
func TestOutcomes(t *testing.T) {
	const read, never, del, id = transport.SafeRead, transport.SafeNever, transport.SafeDelete, transport.SafeWithID
	for name, c := range map[string]struct {
		safety  transport.Safety
		trusted bool
		steps   []step
		fails   bool
		unknown bool
	}{
		"read, reply lost":                    {safety: read, steps: []step{lost, ok}},
		"read, gateway":                       {safety: read, steps: []step{gateway, ok}},
		"read, answer cut off":                {safety: read, steps: []step{garbled, ok}},
		"read, refused":                       {safety: read, steps: []step{refused}, fails: true},
		"read, every reply lost":              {safety: read, steps: []step{lost, lost, lost, lost}, fails: true},
		"write, reply lost":                   {safety: never, steps: []step{lost}, fails: true, unknown: true},
		"write, gateway":                      {safety: never, steps: []step{gateway}, fails: true, unknown: true},
		"write, answer cut off":               {safety: never, steps: []step{garbled}, fails: true, unknown: true},
		"write, refused":                      {safety: never, steps: []step{refused}, fails: true},
		"write, not sent":                     {safety: never, steps: []step{unsent, ok}},
		"write, never sent":                   {safety: never, steps: []step{unsent, unsent, unsent, unsent}, fails: true},
		"write, server busy":                  {safety: never, steps: []step{busy, ok}},
		"write, server busy for an hour":      {safety: never, steps: []step{patient}, fails: true},
		"write, not sent, then reply lost":    {safety: never, steps: []step{unsent, lost}, fails: true, unknown: true},
		"delete, reply lost":                  {safety: del, steps: []step{lost, ok}},
		"delete, reply lost, then gone":       {safety: del, steps: []step{lost, refused}, fails: true, unknown: true},
		"delete, refused":                     {safety: del, steps: []step{refused}, fails: true},
		"id, not trusted, reply lost":         {safety: id, steps: []step{lost}, fails: true, unknown: true},
		"id, trusted, reply lost":             {safety: id, trusted: true, steps: []step{lost, ok}},
		"id, trusted, received before":        {safety: id, trusted: true, steps: []step{lost, duplicate}, fails: true, unknown: true},
		"id, received before, by a proxy":     {safety: id, steps: []step{duplicate}, fails: true, unknown: true},
		"id, trusted, lost and then refused":  {safety: id, trusted: true, steps: []step{lost, refused}, fails: true, unknown: true},
		"id, trusted, answer cut off":         {safety: id, trusted: true, steps: []step{garbled}, fails: true, unknown: true},
		"without id, 159 of the application":  {safety: never, steps: []step{duplicate}, fails: true},
		"id, trusted, busy and then lost, ok": {safety: id, trusted: true, steps: []step{busy, lost, ok}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, sent := client(t, c.steps...)
				client.TrustIDs = c.trusted
				_, err := client.Do(t.Context(), call(c.safety), nil)
				require.Len(t, sent.sent, len(c.steps))
				for _, req := range sent.sent { // all attempts have one id
					require.Equal(t, sent.sent[0].Header.Get("X-Parse-Request-Id"), req.Header.Get("X-Parse-Request-Id"))
					require.Equal(t, c.safety == id, req.Header.Get("X-Parse-Request-Id") != "")
				}
				if !c.fails {
					require.NoError(t, err)
					return
				}
				var failure *transport.Failure
				require.ErrorAs(t, err, &failure)
				require.Equal(t, c.unknown, failure.Unknown)
				require.Equal(t, len(c.steps), failure.Attempts)
				require.Equal(t, "Task.Do", failure.Call.Op)
			})
		})
	}
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := client(t, reply(429, `{}`, "Retry-After", "30"), ok)
		begin := time.Now()
		_, err := client.Do(t.Context(), call(transport.SafeNever), nil)
		require.NoError(t, err)
		require.Equal(t, 30*time.Second, time.Since(begin))
	})
}

func TestContextEndsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := client(t, busy)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Do(ctx, call(transport.SafeNever), nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var failure *transport.Failure
		require.ErrorAs(t, err, &failure)
		require.False(t, failure.Unknown)
		require.Equal(t, http.StatusServiceUnavailable, failure.Status)
	})
}

func TestAttemptTimeout(t *testing.T) {
	hangs := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	synctest.Test(t, func(t *testing.T) {
		client, _ := client(t, hangs, ok)
		_, err := client.Do(t.Context(), call(transport.SafeRead), nil)
		require.NoError(t, err)
	})
	synctest.Test(t, func(t *testing.T) {
		client, _ := client(t, hangs)
		_, err := client.Do(t.Context(), call(transport.SafeNever), nil)
		require.ErrorContains(t, err, "AttemptTimeout")
		require.NotErrorIs(t, err, context.DeadlineExceeded) // it is not the caller's
		var failure *transport.Failure
		require.ErrorAs(t, err, &failure)
		require.True(t, failure.Unknown)
	})
}

// sessions gives one token after the other, each until it is rejected.
type sessions struct{ tokens []string }

func (s *sessions) Session(context.Context) (transport.Secret, func(), error) {
	return transport.NewSecret(s.tokens[0]), func() { s.tokens = s.tokens[1:] }, nil
}

func TestRejectedSessionIsRenewedOnce(t *testing.T) {
	over := reply(400, `{"code":209,"error":"Invalid session token"}`)
	for name, c := range map[string]struct {
		cloudCode bool
		steps     []step
		fails     bool
	}{
		"renewed":                {steps: []step{over, ok}},
		"rejected again":         {steps: []step{over, over}, fails: true},
		"code of an application": {cloudCode: true, steps: []step{over}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			client, sent := client(t, c.steps...)
			client.Sessions = &sessions{[]string{"r:1", "r:2", "r:3"}}
			write := call(transport.SafeNever)
			write.CloudCode = c.cloudCode
			_, err := client.Do(t.Context(), write, nil)
			require.Equal(t, c.fails, err != nil)
			require.Len(t, sent.sent, len(c.steps))
			for i, req := range sent.sent {
				require.Equal(t, []string{"r:1", "r:2"}[i], req.Header.Get("X-Parse-Session-Token"))
			}
			if failure := new(transport.Failure); errors.As(err, &failure) {
				require.False(t, failure.Unknown)
			}
		})
	}
}
