package parse_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestRequestsKnowTheirOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []parse.Operation
		noting := func(next step) step {
			return func(r *http.Request) (*http.Response, error) {
				op, ok := parse.OperationFrom(r.Context())
				require.True(t, ok)
				seen = append(seen, op)
				return next(r)
			}
		}
		client, _ := scriptedClient(t, nil,
			noting(reply(503, `{"error":"busy"}`)), noting(reply(200, `{"results":[]}`)),
			noting(reply(200, `{"updatedAt":"2026-11-28T09:00:00.000Z"}`)), noting(reply(200, `{"result":1}`)))
		_, err := client.AuditPlans.Query().Find(t.Context())
		require.NoError(t, err)
		require.NoError(t, client.AuditPlans.Update(t.Context(), "p1", isoaudit.AuditPlanFields.Scope.Set("confidential")))
		_, err = parse.Call[int](t.Context(), client, "remind", nil)
		require.NoError(t, err)
		require.Equal(t, []parse.Operation{
			{Name: "AuditPlan.Find", Class: "AuditPlan", Attempt: 1}, {Name: "AuditPlan.Find", Class: "AuditPlan", Attempt: 2},
			{Name: "AuditPlan.Update", Class: "AuditPlan", ObjectID: "p1", Attempt: 1}, {Name: "Function.remind", Attempt: 1},
		}, seen)
		_, ok := parse.OperationFrom(context.Background())
		require.False(t, ok)
	})
}

// failing is a network over which nothing is reached.
type failing func(*http.Request)

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return nil, errors.New("no network")
}

func TestHandshakesKnowTheirOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []parse.Operation
		client, err := isoaudit.NewClient("https://parse.example/parse", parse.WithApplicationID("app"), parse.WithTransport(failing(func(r *http.Request) {
			op, _ := parse.OperationFrom(r.Context())
			seen = append(seen, op)
		})))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.AuditPlans.Query().Subscribe(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		require.Greater(t, len(seen), 1)
		for i, op := range seen {
			require.Equal(t, parse.Operation{Name: "LiveQuery.Connect", Attempt: i + 1}, op)
		}
	})
}
