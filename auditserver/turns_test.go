package auditserver

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := make(turns, 1)
		end, err := all.wait(t.Context())
		require.NoError(t, err)

		left, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = all.wait(left)
		require.ErrorIs(t, err, context.Canceled, "a client that has left needs no turn")

		end()
		end()
		began := time.Now()
		end, err = all.wait(t.Context())
		require.NoError(t, err)
		require.Zero(t, time.Since(began), "a turn that has ended is free at once")

		second, err := all.wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, turnTime, time.Since(began), "one that lasts too long lets the next go on")
		end()
		require.Len(t, all, 1, "its end does not end the turn of another")
		second()
		require.Empty(t, all)
	})
}
