package auditserver_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClosedServer(t *testing.T) {
	srv, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID})
	require.NoError(t, err)
	require.NoError(t, srv.Close(t.Context()))
	require.NoError(t, srv.Close(t.Context()), "closing twice is harmless")
	a := (&client{t: t, handler: srv, header: http.Header{}}).do(http.MethodGet, "/health", nil)
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.Equal(t, "1", a.header.Get("Retry-After"))
}

// Closing waits for what runs, and only as long as it may.
func TestCloseWaitsForRequests(t *testing.T) {
	srv, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID})
	require.NoError(t, err)
	started, release := make(chan struct{}), make(chan struct{})
	srv.Function("slow", func(context.Context, *auditserver.FunctionCall) (any, error) {
		close(started)
		<-release
		return "done", nil
	})
	c := &client{t: t, handler: srv, header: http.Header{"X-Parse-Application-Id": {appID}}}
	answers := make(chan answer, 1)
	go func() { answers <- c.do(http.MethodPost, "/functions/slow", `{}`) }()
	<-started
	closed := make(chan error, 1)
	go func() { closed <- srv.Close(t.Context()) }()
	require.Eventually(t, func() bool {
		return c.do(http.MethodPost, "/login", `{}`).status == http.StatusServiceUnavailable
	}, 5*time.Second, time.Millisecond)
	require.Empty(t, closed, "a request is still running")
	close(release)
	require.Equal(t, "done", (<-answers).text("result"))
	require.NoError(t, <-closed)
}
