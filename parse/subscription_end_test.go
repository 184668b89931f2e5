package parse_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestSubscriptionEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		sub, err := client.AuditFindings.Query().Subscribe(ctx)
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		cancel()
		require.ErrorIs(t, <-s.end, context.Canceled)
		_ = p
		synctest.Wait()
		require.Equal(t, parse.LiveIdle, sub.State())
	})
}

// A cause that the caller gave is told, and errors.Is goes on to work.
func TestEndWithACauseIsStillCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		sub, err := client.AuditFindings.Query().Subscribe(ctx)
		require.NoError(t, err)
		s := streamOf(t, sub)
		<-f.peers
		shift := errors.New("the shift is over")
		cancel(shift)
		err = <-s.end
		require.ErrorIs(t, err, shift)
		require.ErrorIs(t, err, context.Canceled)
		_, err = client.AuditFindings.Query().Subscribe(ctx)
		require.ErrorIs(t, err, shift)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestSubscriptionReportsThePermanentError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		p.say(`{"op":"error","code":119,"error":"Permission denied","reconnect":true,"requestId":1}`)
		err = <-s.end
		require.ErrorIs(t, err, parse.Code(119))
		require.ErrorContains(t, err, "AuditFinding.Subscribe")
		require.Equal(t, 1, strings.Count(err.Error(), "Permission denied"), err)
	})
}

// Who takes the loop up again is told what the first loop was.
func TestSubscriptionSaysEachTimeWhyItEnded(t *testing.T) {
	for name, end := range map[string]func(f *liveFake, p *livePeer){
		"refused": func(_ *liveFake, p *livePeer) {
			p.say(`{"op":"error","code":119,"error":"Permission denied","reconnect":true,"requestId":1}`)
		},
		"the session has ended": func(f *liveFake, _ *livePeer) { f.end("r:1") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, client := newLiveFake(t)
				if name != "refused" {
					client = client.As(isoaudit.SessionWithToken("r:1"))
				}
				ctx, cancel := context.WithCancel(t.Context())
				sub, err := client.AuditFindings.Query().Subscribe(ctx)
				require.NoError(t, err)
				s := streamOf(t, sub)
				end(f, <-f.peers)
				first := <-s.end
				require.Error(t, first)
				cancel() // too late to be the reason
				for range 3 {
					synctest.Wait()
					loops := 0
					for _, err := range sub.Events() {
						loops++
						require.Equal(t, first, err)
					}
					require.Equal(t, 1, loops)
				}
				require.NoError(t, sub.Close())
			})
		})
	}
}

func TestContextThatEndsAfterCloseIsNoReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := newLiveFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		sub, err := client.AuditFindings.Query().Subscribe(ctx)
		require.NoError(t, err)
		require.NoError(t, sub.Close())
		cancel()
		for _, err := range sub.Events() {
			require.NoError(t, err)
		}
	})
}
