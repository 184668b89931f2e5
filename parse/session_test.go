package parse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

const (
	loginBody = `{"objectId":"u1","username":"lena","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z","sessionToken":"r:secret-token"}`
	ended     = `{"code":209,"error":"Invalid session token"}`
)

func TestLogIn(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, loginBody), reply(200, `{"objectId":"u1"}`))
	// A stale session is not sent along.
	session, err := client.As(isoaudit.SessionWithToken("r:stale")).LogIn(t.Context(), "lena", "hunter2")
	require.NoError(t, err)
	require.Equal(t, "u1", session.Auditor.ObjectID)
	require.Equal(t, "r:secret-token", session.Token())
	require.Equal(t, http.MethodPost, s.Sent[0].Method)
	require.Equal(t, serverURL+"/login", s.Sent[0].URL)
	require.JSONEq(t, `{"username":"lena","password":"hunter2"}`, s.Sent[0].Body)
	require.NotContains(t, s.Sent[0].Header, "X-Parse-Session-Token")

	auditor, err := client.As(session).CurrentAuditor(t.Context())
	require.NoError(t, err)
	require.Equal(t, "u1", auditor.ObjectID)
	require.Equal(t, serverURL+"/users/me", s.Sent[1].URL)
	require.Equal(t, "r:secret-token", s.Sent[1].Header.Get("X-Parse-Session-Token"))
}

func TestLogInRefused(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(404, `{"code":101,"error":"Invalid username/password. hunter2"}`))
	_, err := client.LogIn(t.Context(), "lena", "hunter2")
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	require.ErrorContains(t, err, "wrong user name or password")
	require.NotContains(t, err.Error(), "hunter2")
}

func TestLogInNeedsNameAndPassword(t *testing.T) {
	client, _ := scriptedClient(t, nil)
	_, err := client.LogIn(t.Context(), "", "hunter2")
	require.ErrorContains(t, err, "username")
	_, err = client.VerifyPassword(t.Context(), "lena", "")
	require.ErrorContains(t, err, "password: is empty")
	require.ErrorContains(t, client.RequestPasswordReset(t.Context(), ""), "email")
}

func TestLogInAnswerThatDoesNotFit(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, `{"objectId":5,"sessionToken":"r:secret-token"}`))
	_, err := client.LogIn(t.Context(), "lena", "hunter2")
	require.Error(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "r:secret-token")
}

func TestLogOutOfAnEndedSessionIsDone(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(400, ended))
	require.NoError(t, client.As(isoaudit.SessionWithToken("r:x")).LogOut(t.Context()))
	require.Equal(t, serverURL+"/logout", s.Sent[0].URL)
}

func TestVerifyPasswordPostsIt(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `{"objectId":"u1"}`))
	auditor, err := client.VerifyPassword(t.Context(), "lena", "hunter2")
	require.NoError(t, err)
	require.Equal(t, "u1", auditor.ObjectID)
	require.Equal(t, serverURL+"/verifyPassword", s.Sent[0].URL)
}

// sessions is a server that takes one token at a time.
type sessions struct {
	mu     sync.Mutex
	valid  string
	logins int
	calls  map[string]int // per token
}

func (s *sessions) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.URL.Path == "/mount/login" {
		s.logins++
		s.valid = fmt.Sprintf("r:%d", s.logins)
		return reply(200, fmt.Sprintf(`{"objectId":"u1","sessionToken":%q}`, s.valid))(req)
	}
	token := req.Header.Get("X-Parse-Session-Token")
	s.calls[token]++
	if token != s.valid {
		return reply(400, ended)(req)
	}
	return reply(200, `{"result":1,"params":{}}`)(req)
}

func (s *sessions) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.valid = "none"
}

func withSource(t *testing.T, server http.RoundTripper, source parse.SessionSource) *isoaudit.Client {
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(server), parse.WithSessionSource(source))
	require.NoError(t, err)
	return client
}

func TestSessionSourceLogsInOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &sessions{calls: map[string]int{}}
		client := withSource(t, server, parse.PasswordLogin("lena", "hunter2"))
		together := func() {
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() { require.NoError(t, read(t.Context(), client)) })
			}
			wg.Wait()
		}
		together()
		require.Equal(t, 1, server.logins)
		server.end()
		together()
		require.Equal(t, 2, server.logins)
		require.Equal(t, 20, server.calls["r:2"])
	})
}

func TestSessionSourceDoesNotRepeatCloudCode(t *testing.T) {
	server := &sessions{calls: map[string]int{}}
	client := withSource(t, server, parse.PasswordLogin("lena", "hunter2"))
	require.NoError(t, writeWithID(t.Context(), client))
	server.end()
	err := writeWithID(t.Context(), client)
	require.ErrorIs(t, err, parse.ErrInvalidSession)
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.NoError(t, writeWithID(t.Context(), client), "the next call logs in again")
}

func TestSessionSourceGivesUpAfterOneNewToken(t *testing.T) {
	var sources atomic.Int32
	client := withSource(t, refusing{}, func(context.Context, *parse.Client) (*parse.Session, error) {
		return parse.SessionWithToken(fmt.Sprintf("r:%d", sources.Add(1))), nil
	})
	require.ErrorIs(t, read(t.Context(), client), parse.ErrInvalidSession)
	require.EqualValues(t, 2, sources.Load())
}

type refusing struct{}

func (refusing) RoundTrip(req *http.Request) (*http.Response, error) { return reply(400, ended)(req) }

func TestSessionSourceFailure(t *testing.T) {
	locked := errors.New("vault is sealed")
	for name, source := range map[string]parse.SessionSource{
		"error":       func(context.Context, *parse.Client) (*parse.Session, error) { return nil, locked },
		"nil session": func(context.Context, *parse.Client) (*parse.Session, error) { return nil, nil },
		"no token":    func(context.Context, *parse.Client) (*parse.Session, error) { return new(parse.Session), nil },
	} {
		client := withSource(t, &script{Test: t}, source)
		err := writeWithID(t.Context(), client)
		require.ErrorContains(t, err, "logging in", name)
		require.NotErrorIs(t, err, parse.ErrOutcomeUnknown, name)
		if name == "error" {
			require.ErrorIs(t, err, locked)
		}
	}
}

func TestEachCallWaitsForTheLogInOnItsOwnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, ended := make(chan struct{}), make(chan error, 1)
		client := withSource(t, &sessions{valid: "r:1", calls: map[string]int{}}, func(ctx context.Context, _ *parse.Client) (*parse.Session, error) {
			select {
			case <-release:
				return parse.SessionWithToken("r:1"), nil
			case <-ctx.Done():
				ended <- ctx.Err()
				return nil, ctx.Err()
			}
		})
		// The first caller leaves; the log-in goes on for the second.
		first, leave := context.WithCancel(t.Context())
		results := make(chan error, 2)
		go func() { results <- read(first, client) }()
		synctest.Wait()
		go func() { results <- read(t.Context(), client) }()
		synctest.Wait()
		leave()
		require.ErrorIs(t, <-results, context.Canceled)
		close(release)
		require.NoError(t, <-results)
		require.Empty(t, ended)
	})
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		client := withSource(t, &script{Test: t}, func(ctx context.Context, _ *parse.Client) (*parse.Session, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		only, leave := context.WithCancel(t.Context())
		result := make(chan error, 1)
		go func() { result <- read(only, client) }()
		synctest.Wait()
		leave()
		require.ErrorIs(t, <-result, context.Canceled)
		require.ErrorIs(t, <-ended, context.Canceled, "nobody waits, so the log-in is given up")
	})
}

func TestLogOutWithSessionSource(t *testing.T) {
	server := &sessions{calls: map[string]int{}}
	client := withSource(t, server, parse.PasswordLogin("lena", "hunter2"))
	require.NoError(t, client.LogOut(t.Context()), "nothing to end yet")
	require.NoError(t, read(t.Context(), client))
	require.NoError(t, client.LogOut(t.Context()))
	require.Equal(t, 2, server.calls["r:1"])
	require.Equal(t, 1, server.logins)
}

// The call was not sent, so what became of the log-in is not what became of it.
func TestFailedLogInIsNotTheCallsOwnOutcome(t *testing.T) {
	password := parse.PasswordLogin("lead", "wrong-password")
	client := withSource(t, &script{Test: t, Steps: []step{reply(404, `{"code":101,"error":"Invalid username/password."}`)}}, password)
	err := client.AuditPlans.Delete(t.Context(), "p1")
	require.ErrorContains(t, err, "logging in")
	require.NotErrorIs(t, err, parse.ErrObjectNotFound, "nobody looked for the plan")
	var logIn *parse.Error
	require.ErrorAs(t, errors.Unwrap(err), &logIn)
	require.Equal(t, parse.ErrObjectNotFound, logIn.Code)

	client = withSource(t, &script{Test: t, Steps: []step{fails(io.ErrUnexpectedEOF)}}, password)
	err = client.AuditPlans.Delete(t.Context(), "p1")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown, "the delete was surely not sent")
}
