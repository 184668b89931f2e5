package parse_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Parse Server falls silent when a session has ended (protocol section 8.3), so
// the client asks for it.

func TestSessionIsProbedOnceAMinuteForAllSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		member := client.As(isoaudit.SessionWithToken("r:1"))
		first, err := member.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		second, err := member.AuditPlans.Query().Subscribe(t.Context())
		require.NoError(t, err)
		begin := time.Now()
		s, other := streamOf(t, first), streamOf(t, second)
		p := <-f.peers
		for range 9 { // a busy subscription asks no more often
			p.event("create", findingRow("a", "", 10))
			time.Sleep(time.Minute / 2)
		}
		asked := f.probed()
		require.Len(t, asked, 5)
		for i, at := range asked {
			require.InDelta(t, i, at.Sub(begin).Minutes(), 0.1)
		}

		f.end("r:1")
		begin = time.Now()
		require.ErrorIs(t, <-s.end, parse.ErrInvalidSession)
		require.LessOrEqual(t, time.Since(begin), 2*time.Minute)
		require.ErrorIs(t, <-other.end, parse.ErrInvalidSession)
		require.LessOrEqual(t, time.Since(begin), 4*time.Minute)
	})
}

func TestNobodyIsProbedWithoutASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s := streamOf(t, sub)
		time.Sleep(time.Hour)
		require.Empty(t, f.probed())
		s.close()
	})
}

func TestProbeRenewsTheSessionOfASource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := []string{"r:1", "r:2"}
		f, client := newLiveFake(t, parse.WithSessionSource(func(context.Context, *parse.Client) (*parse.Session, error) {
			next := parse.SessionWithToken(tokens[0])
			tokens = tokens[1:]
			return next, nil
		}))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		require.Equal(t, "r:1", <-p.tokens)
		synctest.Wait()
		f.end("r:1")
		begin := time.Now()
		require.Equal(t, "r:2", <-p.tokens, "subscribed again with the new session")
		require.Equal(t, time.Minute, time.Since(begin))
		e := s.next()
		require.Equal(t, parse.CaughtUp, e.Kind, "what the silence hid is read")
		s.close()
	})
}

// A server that is down, or its proxy, says nothing about the session; nor does
// one that does not let anybody ask.
func TestProbeThatFailsEndsNothing(t *testing.T) {
	for _, status := range []int{503, 403} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, client := newLiveFake(t)
				sub, err := client.As(isoaudit.SessionWithToken("r:1")).AuditFindings.Query().Subscribe(t.Context())
				require.NoError(t, err)
				s, p := streamOf(t, sub), <-f.peers
				f.answers("me", status)
				time.Sleep(5 * time.Minute)
				p.event("create", findingRow("a", "", 10))
				require.Equal(t, "a", s.next().Object.ObjectID)
				s.close()
			})
		})
	}
}

// The server refuses the session and goes away while the source logs in again.
func TestConnectionLostWhileTheSourceLogsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logIns := make(chan int, 10)
		f, client := newLiveFake(t, parse.WithSessionSource(func(ctx context.Context, _ *parse.Client) (*parse.Session, error) {
			logIns <- len(logIns)
			if len(logIns) == 2 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return parse.SessionWithToken(fmt.Sprint("r:", len(logIns))), nil
		}))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		require.Equal(t, "r:1", <-p.tokens)
		synctest.Wait() // the session has been probed: only the socket waits for the next one
		p.say(`{"op":"error","code":209,"error":"Invalid session token","reconnect":true,"requestId":1}`)
		synctest.Wait()
		require.Len(t, logIns, 2)
		p.cut()
		p = <-f.peers
		require.Equal(t, "r:3", <-p.tokens)
		require.Equal(t, parse.CaughtUp, s.next().Kind)
		s.close()
	})
}

// What a source's own error means is not known; one that has worked is asked again.
func TestSourceThatHasWorkedIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vault, calls := errors.New("the vault is sealed"), 0
		broken := map[int]bool{1: true, 3: true, 4: true}
		f, client := newLiveFake(t, parse.WithSessionSource(func(context.Context, *parse.Client) (*parse.Session, error) {
			if calls++; broken[calls] {
				return nil, vault
			}
			return parse.SessionWithToken(fmt.Sprint("r:", calls)), nil
		}))
		_, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.ErrorIs(t, err, vault, "it has never worked")
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		require.Equal(t, "r:2", <-p.tokens)
		f.end("r:2")
		p.say(`{"op":"error","code":209,"error":"Invalid session token","reconnect":true,"requestId":1}`)
		p = <-f.peers
		require.Equal(t, "r:5", <-p.tokens)
		require.Equal(t, parse.CaughtUp, s.next().Kind)
		s.close()
	})
}

// Parse Server refuses every session while its database is away, with the same
// words as one that has ended.
func TestRefusedSessionIsLookedUp(t *testing.T) {
	const refusal = `{"op":"error","code":101,"error":"Permission denied, user needs to be authenticated.","reconnect":false,"requestId":%d}`
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t, parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}))
		sub, err := client.As(isoaudit.SessionWithToken("r:1")).AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		require.Equal(t, "r:1", <-p.tokens)
		f.answers("me", 500)
		p.say(fmt.Sprintf(refusal, p.id))
		time.Sleep(time.Minute)
		f.answers("me", 0)
		p = <-f.peers
		require.Equal(t, "r:1", <-p.tokens)
		require.Equal(t, parse.CaughtUp, s.next().Kind)
		p.event("create", findingRow("a", "", 10))
		require.Equal(t, "a", s.next().Object.ObjectID)

		f.end("r:1")
		p.say(fmt.Sprintf(refusal, p.id))
		require.ErrorIs(t, <-s.end, parse.ErrInvalidSession)
	})
}
