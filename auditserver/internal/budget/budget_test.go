package budget

import (
	"context"
	"errors"
	"math"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testLimit = Limit{Value: 3 * step, What: "bytes of things at a time", Option: "limits.things"}

func TestPoolRefusesByName(t *testing.T) {
	p := NewPool(testLimit)
	require.NoError(t, p.Take(2*step))
	err := p.Take(2 * step)
	var busy *fault.Busy
	require.ErrorAs(t, err, &busy)
	require.Equal(t, http.StatusServiceUnavailable, busy.Status)
	require.EqualError(t, busy, "the server is busy: it takes 196608 bytes of things at a time (option limits.things); try again in 2 s (code 100)")
	h := http.Header{}
	busy.Announce(h)
	require.Equal(t, "2", h.Get("Retry-After"))
	require.NoError(t, p.Take(step), "a refusal takes nothing")
	p.Give(3 * step)
	require.Zero(t, p.Used())
	require.EqualValues(t, 1, p.Refused())
	require.NoError(t, (*Pool)(nil).Take(1<<60), "no pool, no bound")
}

func TestAccountGivesBackWhatItTook(t *testing.T) {
	p := NewPool(testLimit)
	a := p.Open(100)
	require.NoError(t, a.Spend(100))
	require.Zero(t, p.Used(), "what is free is not counted")
	require.NoError(t, a.Spend(1))
	require.EqualValues(t, step, p.Used())
	require.NoError(t, a.Spend(2*step))
	require.Error(t, a.Spend(step))
	require.EqualValues(t, 3*step, p.Used(), "a refusal takes nothing")
	a.Close()
	a.Close()
	require.Zero(t, p.Used())
	require.NoError(t, (*Account)(nil).Spend(1<<60))
}

func TestLineServesInTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLine(1, Limit{Value: 1, What: "waiting", Option: "o"})
		done, err := l.Wait(t.Context())
		require.NoError(t, err)
		leaving, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := l.Wait(leaving)
			gone <- err
		}()
		synctest.Wait()
		_, err = l.Wait(t.Context())
		require.ErrorAs(t, err, new(*fault.Busy), "one has its turn and one waits")
		_, free := l.Try()
		require.False(t, free)
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		require.EqualValues(t, 1, l.Used())
		_, err = l.Wait(leaving)
		require.True(t, errors.Is(err, context.Canceled), "one that has left gets no turn")
		done()
		again, free := l.Try()
		require.True(t, free)
		again()
		require.Zero(t, l.Used())
	})
}

func TestLineWithoutBoundRefusesNobody(t *testing.T) {
	l := NewLine(2, Limit{Value: math.MaxInt64})
	done, err := l.Wait(t.Context())
	require.NoError(t, err, "-1 in Limits means no limit")
	done()
}
