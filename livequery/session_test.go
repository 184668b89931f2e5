package livequery_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/stretchr/testify/require"
)

// source is a session source that logs in again when its token is refused.
type source struct {
	tokens []string // the first is current
	asked  []string // rejected tokens it was asked with
	fail   error    // once
}

func (s *source) session(_ context.Context, rejected string) (string, error) {
	s.asked = append(s.asked, rejected)
	if err := s.fail; err != nil {
		s.fail = nil
		return "", err
	}
	if rejected == s.tokens[0] && len(s.tokens) > 1 {
		s.tokens = s.tokens[1:]
	}
	return s.tokens[0], nil
}

func TestEverySubscribeCarriesTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1"}}
		server, client, _, p, _ := start(t, func(c *livequery.Config) { c.Session = src.session })
		subscribe(t.Context(), client, "AuditPlan")
		require.Equal(t, "r:1", p.subscribe().SessionToken)
		src.tokens = []string{"r:2"} // renewed elsewhere meanwhile
		p.cut()
		p2 := server.accept()
		require.Equal(t, "r:2", p2.subscribe().SessionToken)
		require.Equal(t, "r:2", p2.subscribe().SessionToken)
	})
}

func TestRejectedTokenIsRenewedOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1", "r:2"}}
		_, client, first, p, id := start(t, func(c *livequery.Config) { c.Session = src.session })
		done := subscribe(t.Context(), client, "AuditPlan")
		other := p.subscribe().RequestID
		second := (<-done).sub
		require.Equal(t, livequery.Subscribed, next(t, second).Kind)

		p.fail(209, id)
		p.fail(101, other) // what Parse Server sends for each event of a class that needs a user
		p.fail(101, other)
		removed, renewed := map[int]bool{}, map[int]bool{}
		for range 4 {
			r := p.receive()
			if r.Op == "unsubscribe" { // the server still has the old subscription
				removed[r.RequestID] = true
				p.reply("unsubscribed", r.RequestID)
				continue
			}
			require.Equal(t, "r:2", r.SessionToken)
			renewed[r.RequestID] = true
			p.reply("subscribed", r.RequestID)
		}
		require.Equal(t, map[int]bool{id: true, other: true}, removed)
		require.Len(t, renewed, 2)
		require.Equal(t, livequery.Resubscribed, next(t, first).Kind)
		require.Equal(t, livequery.Resubscribed, next(t, second).Kind)
		require.Equal(t, []string{"", "r:1"}, src.asked)
	})
}

func TestTokenRefusedAtSubscribeIsRenewedUnderAFreshID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1", "r:2"}}
		server := newFakeServer(t)
		cfg := server.config()
		cfg.Session = src.session
		client, err := livequery.New(cfg)
		require.NoError(t, err)
		done := subscribe(t.Context(), client, "AuditPlan")
		p := server.accept()
		r := p.receive()
		p.fail(101, r.RequestID)
		again := p.subscribe()
		require.NotEqual(t, r.RequestID, again.RequestID)
		require.Equal(t, "r:2", again.SessionToken)
		require.NoError(t, (<-done).err)
		require.NoError(t, client.Close())
	})
}

func TestSourceWithoutABetterTokenEndsTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1"}}
		_, _, sub, p, id := start(t, func(c *livequery.Config) { c.Session = src.session })
		begin := time.Now()
		for range 6 { // the server may only have been unable to look it up
			p.fail(209, id)
			require.Equal(t, "unsubscribe", p.receive().Op)
			again := p.subscribe()
			require.Equal(t, "r:1", again.SessionToken)
			id = again.RequestID
			require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
		}
		p.fail(209, id)
		_, err := sub.Next(t.Context())
		require.ErrorContains(t, err, "log in again")
		require.NotContains(t, err.Error(), "r:1")
		require.Equal(t, []string{"", "r:1", "r:1", "r:1", "r:1", "r:1", "r:1"}, src.asked)
		require.Equal(t, 31*time.Second, time.Since(begin), "0, 1, 2, 4, 8 and 16 s between them")
	})
}

// A quiet subscription outlives any number of sessions.
func TestRefusalsAreForgottenWithTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1"}}
		_, client, sub, p, id := start(t, func(c *livequery.Config) {
			c.Session, c.PingInterval, c.ServerPingGap = src.session, time.Hour, 24*time.Hour
		})
		for i := range 10 {
			if i%2 == 0 {
				p.fail(101, id)
			} else {
				client.Refresh()
			}
			require.Equal(t, "unsubscribe", p.receive().Op)
			id = p.subscribe().RequestID
			require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
			time.Sleep(3 * time.Minute)
		}
	})
}

func TestTokensThatNeverWorkAreNotTriedForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1", "r:2", "r:3", "r:4", "r:5", "r:6", "r:7", "r:8"}}
		_, _, sub, p, id := start(t, func(c *livequery.Config) { c.Session = src.session })
		for range 6 {
			p.fail(101, id)
			require.Equal(t, "unsubscribe", p.receive().Op)
			id = p.subscribe().RequestID
		}
		p.fail(101, id)
		for {
			_, err := sub.Next(t.Context())
			if err == nil {
				continue
			}
			var refused *livequery.ServerError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, 101, refused.Code)
			return
		}
	})
}

func TestPassingSessionErrorIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1"}, fail: errors.New("the login server restarts")}
		server := newFakeServer(t)
		cfg := server.config()
		cfg.Session = src.session
		client, err := livequery.New(cfg)
		require.NoError(t, err)
		done := subscribe(t.Context(), client, "AuditPlan")
		require.Equal(t, "r:1", server.accept().subscribe().SessionToken)
		require.NoError(t, (<-done).err)
		require.NoError(t, client.Close())
	})
}

func TestRefreshAsksForAnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1", "r:2"}}
		_, client, _, p, id := start(t, func(c *livequery.Config) { c.Session = src.session })
		client.Refresh()
		require.Equal(t, id, p.receive().RequestID)
		r := p.subscribe()
		require.NotEqual(t, id, r.RequestID)
		require.Equal(t, "r:2", r.SessionToken)
	})
}

func TestPermanentSessionErrorIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		cfg := server.config()
		locked := errors.New("account locked")
		cfg.Session = func(context.Context, string) (string, error) { return "", livequery.Permanent(locked) }
		client, err := livequery.New(cfg)
		require.NoError(t, err)
		_, err = client.Subscribe(t.Context(), livequery.Query{ClassName: "AuditPlan"})
		require.ErrorIs(t, err, locked)
		require.NoError(t, client.Close())
	})
}
