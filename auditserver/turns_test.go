package auditserver

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
)

func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{budgets: budgets{large: budget.NewLine(1, budget.Limit{Value: 10})}}
		ask := func(ctx context.Context, n int) (*request, error) {
			req := &request{}
			return req, s.takeTurn(ctx, req, n)
		}
		first, err := ask(t.Context(), turnsFrom)
		require.NoError(t, err)
		small, err := ask(t.Context(), turnsFrom-1)
		require.NoError(t, err)
		require.Nil(t, small.turn, "a small one takes none")

		left, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = ask(left, turnsFrom)
		require.ErrorIs(t, err, context.Canceled, "a client that has left needs no turn")

		first.worked()
		first.worked()
		began := time.Now()
		first, err = ask(t.Context(), turnsFrom)
		require.NoError(t, err)
		require.Zero(t, time.Since(began), "after a turn that took no time the next begins at once")

		<-time.After(10 * time.Millisecond)
		first.worked()
		first, err = ask(t.Context(), turnsFrom)
		require.NoError(t, err)
		require.Equal(t, 15*time.Millisecond, time.Since(began), "a turn is followed by a rest")

		began = time.Now()
		second, err := ask(t.Context(), turnsFrom)
		require.NoError(t, err)
		require.Equal(t, turnTime*3/2, time.Since(began), "one that lasts too long lets the next go on")
		first.worked()
		synctest.Wait()
		require.EqualValues(t, 1, s.budgets.large.Used(), "its end does not end the turn of another")
		second.worked()
		synctest.Wait()
		require.Zero(t, s.budgets.large.Used())
	})
}

// A small change of a large object waits for its turn, one of a small object does not.
func TestTurnsOfSmallChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(t.Context(), Config{AppID: "app", MasterKey: "master", Unsynced: true, AllowClientClassCreation: true})
		require.NoError(t, err)
		send := func(method, path, body string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, "/parse/classes/Row"+path, strings.NewReader(body))
			r.RemoteAddr = "127.0.0.1:4711"
			r.Header.Set("X-Parse-Application-Id", "app")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w
		}
		create := func(text string) string {
			at := send(http.MethodPost, "", `{"n":0,"text":"`+text+`"}`).Header().Get("Location")
			return at[strings.LastIndex(at, "/"):]
		}
		small, large := create(""), create(strings.Repeat("x", largeObject))
		const change = `{"n":{"__op":"Increment","amount":1}}`
		s.budgets.large = budget.NewLine(1, budget.Limit{Value: 100})
		done, err := s.budgets.large.Wait(t.Context())
		require.NoError(t, err)
		began := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				require.Equal(t, http.StatusOK, send(http.MethodPut, large, change).Code)
				require.Equal(t, time.Second, time.Since(began))
			})
		}
		require.Equal(t, http.StatusOK, send(http.MethodPut, small, change).Code)
		<-time.After(time.Second)
		done()
		all.Wait()
		require.Contains(t, send(http.MethodGet, large, "").Body.String(), `"n":5`)
		synctest.Wait() // for the rest after the last turn
		require.Zero(t, s.budgets.large.Used())
		require.NoError(t, s.Close(t.Context()))
	})
}
