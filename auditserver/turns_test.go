package auditserver

import (
	"context"
	"net/http"
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
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", nil)
			require.NoError(t, err)
			req := &request{}
			return req, s.takeTurn(r, req, n)
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
		require.Zero(t, time.Since(began), "a turn that has ended is free at once")

		second, err := ask(t.Context(), turnsFrom)
		require.NoError(t, err)
		require.Equal(t, turnTime, time.Since(began), "one that lasts too long lets the next go on")
		first.worked()
		require.EqualValues(t, 1, s.budgets.large.Used(), "its end does not end the turn of another")
		second.worked()
		require.Zero(t, s.budgets.large.Used())
	})
}
