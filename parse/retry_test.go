package parse_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

var (
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

	honoured = []parse.Option{parse.WithRequestIDs(parse.RequestIDsHonoured)}
)

const (
	configBody = `{"params":{"a":1}}`
	badGateway = "<html><head><title>502 Bad Gateway</title></head></html>"
	duplicate  = `{"code":159,"error":"Duplicate request"}`
	internal   = `{"code":1,"error":"Internal server error."}`
	limited    = `{"code":100,"error":"Too many requests"}`
	notFound   = `{"code":101,"error":"Object not found."}`
)

// A kind of call, by how safe it is to repeat.
type probe func(ctx context.Context, client *isoaudit.Client) error

func read(ctx context.Context, c *isoaudit.Client) error {
	_, err := c.Config(ctx)
	return err
}

func writeWithID(ctx context.Context, c *isoaudit.Client) error {
	_, err := parse.Call[int](ctx, c, "closeAudit", map[string]int{"n": 1})
	return err
}

func writeWithoutID(ctx context.Context, c *isoaudit.Client) error {
	return c.RequestPasswordReset(ctx, "lead@plant.example")
}

func remove(ctx context.Context, c *isoaudit.Client) error {
	return c.As(isoaudit.SessionWithToken("r:token")).LogOut(ctx)
}

func TestFaults(t *testing.T) {
	type outcome int
	const (
		done outcome = iota
		failed
		unknown
	)
	ok, result := reply(200, configBody), reply(200, `{"result":7}`)
	tests := map[string]struct {
		call    probe
		options []parse.Option
		steps   []step // every one must be used
		want    outcome
		is      error
	}{
		"read: reply lost":                  {read, nil, []step{fails(errReset), ok}, done, nil},
		"read: dial refused":                {read, nil, []step{fails(errDial), ok}, done, nil},
		"read: 500":                         {read, nil, []step{reply(500, internal), ok}, done, nil},
		"read: HTML 502":                    {read, nil, []step{reply(502, badGateway), ok}, done, nil},
		"read: 503":                         {read, nil, []step{reply(503, "", "Retry-After", "1"), ok}, done, nil},
		"read: 429":                         {read, nil, []step{reply(429, limited, "Retry-After", "2"), ok}, done, nil},
		"read: truncated JSON":              {read, nil, []step{reply(200, `{"params":{"a"`), ok}, done, nil},
		"read: HTML 200":                    {read, nil, []step{reply(200, badGateway), ok}, done, nil},
		"read: reset in the middle":         {read, nil, []step{breaksOff(200, `{"params":`, errReset), ok}, done, nil},
		"read: attempts used up":            {read, nil, []step{fails(errReset), fails(errReset), fails(errReset), fails(errReset)}, failed, syscall.ECONNRESET},
		"read: refusal is final":            {read, nil, []step{reply(404, notFound)}, failed, parse.ErrObjectNotFound},
		"read: wrong type is final":         {read, nil, []step{reply(200, `{"params":[]}`)}, failed, nil},
		"write: reply lost":                 {writeWithID, nil, []step{fails(errReset)}, unknown, syscall.ECONNRESET},
		"write: EOF":                        {writeWithID, nil, []step{fails(io.EOF)}, unknown, io.EOF},
		"write: dial refused":               {writeWithID, nil, []step{fails(errDial), result}, done, nil},
		"write: no such host":               {writeWithID, nil, []step{fails(&net.DNSError{Err: "no such host"}), result}, done, nil},
		"write: 500":                        {writeWithID, nil, []step{reply(500, internal)}, unknown, parse.ErrInternal},
		"write: server starting":            {writeWithID, nil, []step{reply(500, `{"code":1,"error":"Invalid server state: starting"}`), result}, done, nil},
		"write: HTML 502":                   {writeWithID, nil, []step{reply(502, badGateway)}, unknown, nil},
		"write: 504":                        {writeWithID, nil, []step{reply(504, "")}, unknown, nil},
		"write: 408":                        {writeWithID, nil, []step{reply(408, "")}, unknown, nil},
		"write: 503":                        {writeWithID, nil, []step{reply(503, "busy", "Retry-After", "0"), result}, done, nil},
		"write: 503 of a router":            {writeWithID, nil, []step{reply(503, "Application error")}, unknown, nil},
		"read: 503 of a router":             {read, nil, []step{reply(503, "Application error"), ok}, done, nil},
		"write: 429":                        {writeWithID, nil, []step{reply(429, limited, "Retry-After", "2"), result}, done, nil},
		"write: 429 for ever":               {writeWithID, nil, []step{reply(429, limited), reply(429, limited), reply(429, limited), reply(429, limited)}, failed, parse.ErrRateLimited},
		"write: truncated JSON":             {writeWithID, nil, []step{reply(200, `{"resul`)}, unknown, nil},
		"write: reset in the middle":        {writeWithID, nil, []step{breaksOff(200, `{"result":`, errReset)}, unknown, syscall.ECONNRESET},
		"write: HTML 200":                   {writeWithID, nil, []step{reply(200, badGateway)}, unknown, nil},
		"write: wrong type":                 {writeWithID, nil, []step{reply(200, `{"result":"seven"}`)}, failed, nil}, // field case 2: it was answered
		"write: refusal":                    {writeWithID, nil, []step{reply(400, `{"code":142,"error":"no"}`)}, failed, parse.ErrValidation},
		"write: 159 that is not ours":       {writeWithID, nil, []step{reply(400, duplicate)}, unknown, parse.ErrDuplicateRequest},
		"honoured: reply lost":              {writeWithID, honoured, []step{fails(errReset), result}, done, nil},
		"honoured: 159 after our retry":     {writeWithID, honoured, []step{fails(errReset), reply(400, duplicate)}, unknown, parse.ErrDuplicateRequest},
		"honoured: 142 after our retry":     {writeWithID, honoured, []step{fails(errReset), reply(400, `{"code":142,"error":"no"}`)}, unknown, parse.ErrValidation},
		"honoured: 502, 429, done":          {writeWithID, honoured, []step{reply(502, badGateway), reply(429, limited), result}, done, nil},
		"honoured: 502, then 429 for ever":  {writeWithID, honoured, []step{reply(502, ""), reply(429, limited), reply(429, limited), reply(429, limited)}, unknown, parse.ErrRateLimited},
		"honoured: truncated JSON is final": {writeWithID, honoured, []step{reply(200, `{"resul`)}, unknown, nil},
		"honoured: without id, reply lost":  {writeWithoutID, honoured, []step{fails(errReset)}, unknown, syscall.ECONNRESET},
		"without id: 503":                   {writeWithoutID, nil, []step{reply(503, "", "Retry-After", "1"), reply(200, "{}")}, done, nil},
		"log-out: reply lost":               {remove, nil, []step{fails(errReset), reply(200, "{}")}, done, nil},
		"log-out: reply lost, then 209":     {remove, nil, []step{fails(errReset), reply(400, `{"code":209,"error":"Invalid session token"}`)}, done, nil},
		"log-out: never an answer":          {remove, nil, []step{fails(errReset), fails(errReset), fails(errReset), fails(errReset)}, unknown, syscall.ECONNRESET},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, s := scriptedClient(t, test.options, test.steps...)
				err := test.call(t.Context(), client)
				require.Len(t, s.Sent, len(test.steps), "requests sent")
				require.Equal(t, test.want == unknown, errors.Is(err, parse.ErrOutcomeUnknown), "%v", err)
				if test.want == done {
					require.NoError(t, err)
					return
				}
				var failure *parse.Error
				require.ErrorAs(t, err, &failure)
				require.Equal(t, len(test.steps), failure.Attempts)
				require.NotEmpty(t, failure.Op)
				if test.is != nil {
					require.ErrorIs(t, err, test.is)
				}
				ids := map[string]bool{}
				for _, request := range s.Sent {
					ids[request.Header.Get("X-Parse-Request-Id")] = true
				}
				require.Len(t, ids, 1, "one id for all attempts")
			})
		})
	}
}

func TestDeleteThatMayHaveHappenedStaysUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		admin, _ := scriptedAdmin(t, nil, fails(errReset), reply(400, `{"code":153,"error":"File does not exist."}`))
		err := admin.DeleteFile(t.Context(), "abc_report.pdf")
		require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
		require.ErrorIs(t, err, parse.ErrFileDelete)
	})
}

func TestRequestIDsOnlyWhereTheServerKnowsThem(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `{"result":1}`), reply(200, `{"result":1}`), reply(200, configBody), reply(200, `{}`))
	require.NoError(t, writeWithID(t.Context(), client))
	require.NoError(t, writeWithID(t.Context(), client))
	require.NoError(t, read(t.Context(), client))
	require.NoError(t, writeWithoutID(t.Context(), client))
	first, second := s.Sent[0].Header.Get("X-Parse-Request-Id"), s.Sent[1].Header.Get("X-Parse-Request-Id")
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, first)
	require.NotEqual(t, first, second)
	require.Empty(t, s.Sent[2].Header.Get("X-Parse-Request-Id"))
	require.Empty(t, s.Sent[3].Header.Get("X-Parse-Request-Id"))

	off, s := scriptedClient(t, []parse.Option{parse.WithRequestIDs(parse.RequestIDsOff)}, reply(200, `{"result":1}`))
	require.NoError(t, writeWithID(t.Context(), off))
	require.NotContains(t, s.Sent[0].Header, "X-Parse-Request-Id")
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := scriptedClient(t, nil, reply(429, limited, "Retry-After", "7"), reply(200, configBody))
		start := time.Now()
		require.NoError(t, read(t.Context(), client))
		require.Equal(t, 7*time.Second, time.Since(start))
	})
}

func TestRetryAfterAsDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat)
		client, _ := scriptedClient(t, nil, reply(503, "", "Retry-After", at), reply(200, configBody))
		start := time.Now()
		require.NoError(t, read(t.Context(), client))
		require.Equal(t, 9*time.Second, time.Since(start))
	})
}

func TestRetryAfterBeyondMaxWaitEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := scriptedClient(t, nil, reply(429, limited, "Retry-After", "3600"))
		start := time.Now()
		err := read(t.Context(), client)
		var failure *parse.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, time.Hour, failure.RetryAfter)
		require.Zero(t, time.Since(start))
	})
}

func TestPausesGrowAndStayBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := parse.RetryPolicy{MaxAttempts: 6, FirstWait: time.Second, MaxWait: 3 * time.Second}
		var at []time.Time
		notReady := func(req *http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			return reply(503, "")(req)
		}
		client, _ := scriptedClient(t, []parse.Option{parse.WithRetryPolicy(policy)}, notReady, notReady, notReady, notReady, notReady, notReady)
		require.Error(t, read(t.Context(), client))
		for i, mean := range []time.Duration{1, 2, 3, 3, 3} {
			pause := at[i+1].Sub(at[i])
			require.GreaterOrEqual(t, pause, mean*time.Second/2)
			require.LessOrEqual(t, pause, mean*time.Second*3/2+1)
		}
	})
}

func TestContextEndsWhileWaitingToRetry(t *testing.T) {
	for name, test := range map[string]struct {
		call    probe
		options []parse.Option
		step    step
		unknown bool
	}{
		"read":                   {read, nil, fails(errReset), false},
		"write, surely not done": {writeWithID, nil, reply(429, limited, "Retry-After", "20"), false},
		"write in doubt":         {writeWithID, honoured, fails(errReset), true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				policy := parse.WithRetryPolicy(parse.RetryPolicy{FirstWait: 20 * time.Second})
				client, s := scriptedClient(t, append(test.options, policy), test.step)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				err := test.call(ctx, client)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, test.unknown, errors.Is(err, parse.ErrOutcomeUnknown))
				require.Equal(t, time.Second, time.Since(start), "the wait ends with the context")
				require.Len(t, s.Sent, 1)
			})
		})
	}
}

func TestContextEndsInFlight(t *testing.T) {
	hang := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, errors.New("transport closed") // a transport that hides the reason
	}
	for name, call := range map[string]probe{"read": read, "write": writeWithID} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _ := scriptedClient(t, nil, hang)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				err := call(ctx, client)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, name == "write", errors.Is(err, parse.ErrOutcomeUnknown))
			})
		})
	}
}

func TestContextEndedBefore(t *testing.T) {
	client, s := scriptedClient(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := writeWithID(ctx, client)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.Empty(t, s.Sent)
}

func TestAttemptTimeout(t *testing.T) {
	hang := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	synctest.Test(t, func(t *testing.T) {
		policy := parse.WithRetryPolicy(parse.RetryPolicy{AttemptTimeout: 5 * time.Second})
		client, _ := scriptedClient(t, []parse.Option{policy}, hang, reply(200, configBody))
		require.NoError(t, read(t.Context(), client), "a read that hangs is sent again")

		client, _ = scriptedClient(t, []parse.Option{policy}, hang)
		err := writeWithID(t.Context(), client)
		require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
		require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's context goes on")
		require.ErrorContains(t, err, "AttemptTimeout")
	})
}

func TestGzipAnswerThatNobodyAskedFor(t *testing.T) {
	packed := new(bytes.Buffer)
	writer := gzip.NewWriter(packed)
	_, err := writer.Write([]byte(configBody))
	require.NoError(t, err)
	require.NoError(t, writer.Close())

	client, _ := scriptedClient(t, nil, reply(200, packed.String(), "Content-Encoding", "gzip"))
	config, err := client.Config(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, config.Names())
}

func TestGzipBombIsBounded(t *testing.T) {
	packed := new(bytes.Buffer)
	writer := gzip.NewWriter(packed)
	_, err := writer.Write(bytes.Repeat([]byte(" "), 1<<20))
	require.NoError(t, err)
	require.NoError(t, writer.Close())

	client, s := scriptedClient(t, []parse.Option{parse.WithBodyLimits(0, 1000)}, reply(200, packed.String(), "Content-Encoding", "gzip"))
	require.ErrorContains(t, read(t.Context(), client), "WithBodyLimits")
	require.Len(t, s.Sent, 1, "the same would come again")
}

func TestRequestLimit(t *testing.T) {
	client, s := scriptedClient(t, []parse.Option{parse.WithBodyLimits(5, 0)})
	err := writeWithID(t.Context(), client)
	var input *parse.InputError
	require.ErrorAs(t, err, &input)
	require.Empty(t, s.Sent)
}
