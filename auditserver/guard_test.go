package auditserver_test

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// Registered code that panics or ends its goroutine (as t.FailNow does) fails
// its own request: the store's writer and the server go on.
func TestRegisteredCodeThatEndsBadly(t *testing.T) {
	ends := map[string]func(){
		"panic":          func() { panic("boom") },
		"panic with nil": func() { panic(nil) }, //nolint:govet // nilness warns of what is tried here
		"Goexit":         runtime.Goexit,
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			srv, m := open(t, func(c *auditserver.Config) { c.Logger = slog.New(slog.DiscardHandler) })
			end := func(_ context.Context, tr *auditserver.Trigger) error {
				if tr.Object["ends"] == true {
					end()
				}
				return nil
			}
			srv.BeforeSave("Before", end)
			srv.BeforeDelete("Before", end)
			srv.AfterSave("After", end)
			srv.AfterDelete("After", end)
			srv.BeforeFind("Found", func(context.Context, auditserver.Caller, string) error { return end(t.Context(), ending()) })
			srv.Function("f", func(ctx context.Context, _ *auditserver.FunctionCall) (any, error) { return nil, end(ctx, ending()) })
			srv.Job("j", func(ctx context.Context, _ *auditserver.FunctionCall) error { return end(ctx, ending()) })

			m.refused(400, 141, http.MethodPost, "/classes/Before", `{"ends":true}`)
			m.refused(400, 141, http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"POST","path":"/parse/classes/Other","body":{}},{"method":"POST","path":"/parse/classes/Before","body":{"ends":true}}]}`)
			require.Empty(t, m.must(http.MethodGet, "/classes/Other", nil).results(t), "the transaction was undone")
			id := m.create("Before", `{"ends":false}`)
			m.refused(400, 141, http.MethodPut, "/classes/Before/"+id, `{"ends":true}`)
			m.must(http.MethodDelete, "/classes/Before/"+id, nil)

			kept := m.create("After", `{"ends":true}`)
			m.must(http.MethodDelete, "/classes/After/"+kept, nil)
			m.refused(400, 141, http.MethodGet, "/classes/Found", nil)
			m.refused(400, 141, http.MethodPost, "/functions/f", `{}`)
			job := m.must(http.MethodPost, "/jobs/j", `{}`).header.Get("X-Parse-Job-Status-Id")
			require.NoError(t, srv.Close(t.Context()))
			require.NotEmpty(t, job)
		})
	}
}

// A trigger that does not end can't keep Close from returning.
func TestCloseLeavesAStuckTrigger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID, MasterKey: master})
		require.NoError(t, err)
		m := (&client{t: t, handler: srv, header: http.Header{}}).with("X-Parse-Application-Id", appID).with("X-Parse-Master-Key", master)
		end := make(chan struct{})
		srv.BeforeSave("Case", func(context.Context, *auditserver.Trigger) error { <-end; return nil })
		answered := make(chan answer)
		go func() { answered <- m.do(http.MethodPost, "/classes/Case", `{}`) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorContains(t, srv.Close(ctx), "requests still running")
		close(end)
		require.Equal(t, http.StatusCreated, (<-answered).status, "it was in time")
	})
}

func ending() *auditserver.Trigger {
	return &auditserver.Trigger{Object: map[string]any{"ends": true}}
}
