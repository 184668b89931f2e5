package livequery_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/stretchr/testify/require"
)

func TestReconnectSubscribesAgainBeforeItDelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, sub, p, id := start(t, nil)
		_, changed := client.Status()
		p.cut()
		<-changed
		status, _ := client.Status()
		require.Equal(t, livequery.Reconnecting, status.State)
		require.Error(t, status.Err)

		p2 := server.accept()
		r := p2.receive()
		require.Equal(t, "subscribe", r.Op)
		require.NotEqual(t, id, r.RequestID, "request ids are fresh")
		p2.reply("subscribed", id) // a reply of the dead connection
		p2.event("create", id, map[string]any{"objectId": "stale"})
		synctest.Wait()
		_, ok := sub.TryNext()
		require.False(t, ok)
		p2.reply("subscribed", r.RequestID)
		p2.event("create", r.RequestID, map[string]any{"objectId": "x"})
		mark := next(t, sub)
		require.Equal(t, livequery.Resubscribed, mark.Kind)
		require.True(t, mark.Kind.Gap())
		e := next(t, sub)
		require.Equal(t, livequery.Created, e.Kind)
		require.EqualValues(t, 2, e.Connection)
	})
}

func TestBackoffGrowsIsJitteredAndCapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, _, p, _ := start(t, func(c *livequery.Config) { c.MaxBackoff = 4 * time.Second })
		server.network.SetDown(true)
		cut := time.Now()
		p.cut()
		time.Sleep(2 * time.Minute) // of the bubble's clock
		dials := server.network.Dials()
		require.Greater(t, len(dials), 20)
		last := cut
		for i, at := range dials[1:] {
			wait := at.Sub(last)
			last = at
			want := min(250*time.Millisecond<<min(i, 10), 4*time.Second)
			require.GreaterOrEqual(t, wait, want/2, "attempt %d", i)
			require.LessOrEqual(t, wait, min(want*3/2, 4*time.Second), "attempt %d", i)
		}
		status, _ := client.Status()
		require.Equal(t, livequery.Reconnecting, status.State)
		require.Equal(t, len(dials)-1, status.Attempt-1)

		server.network.SetDown(false)
		server.accept().subscribe()
		synctest.Wait()
		status, _ = client.Status()
		require.Equal(t, livequery.Connected, status.State)
		require.Zero(t, status.Attempt)
	})
}

func TestHalfOpenConnectionIsNoticedByOwnPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, _, _, _ := start(t, nil)
		server.network.Stall()
		begin := time.Now()
		server.accept().subscribe()
		require.Less(t, time.Since(begin), 40*time.Second)
		status, _ := client.Status()
		require.EqualValues(t, 2, status.Connection)
	})
}

func TestSilentServerIsNoticedByItsMissingPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, _, p, _ := start(t, nil)
		for range 3 {
			time.Sleep(10 * time.Second)
			require.NoError(t, p.ws.Ping(t.Context()))
		}
		status, _ := client.Status()
		require.EqualValues(t, 1, status.Connection)
		begin := time.Now()
		server.accept().subscribe()
		require.InDelta(t, 28, time.Since(begin).Seconds(), 5)
		require.NotZero(t, server.pings.Load(), "the peer went on answering ours")
	})
}

func TestServerThatNeverPingsIsNotBlamedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, _, _, _ := start(t, nil)
		time.Sleep(10 * time.Minute)
		status, _ := client.Status()
		require.EqualValues(t, 1, status.Connection)
	})
}

func TestHandshakeRefusalIsPermanentOnlyAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.refuse.Store(http.StatusNotFound)
		client, err := livequery.New(server.config())
		require.NoError(t, err)
		_, err = client.Subscribe(t.Context(), livequery.Query{ClassName: "AuditPlan"})
		var handshake *livequery.HandshakeError
		require.ErrorAs(t, err, &handshake)
		require.Equal(t, 404, handshake.StatusCode)
		require.ErrorContains(t, err, "Live Query URL")

		server.refuse.Store(0)
		done := subscribe(t.Context(), client, "AuditPlan")
		p := server.accept()
		p.subscribe()
		require.NoError(t, (<-done).err)
		server.refuse.Store(http.StatusNotFound)
		p.cut()
		time.Sleep(time.Minute) // a proxy answers for a server that restarts
		server.refuse.Store(0)
		server.accept().subscribe()
		require.NoError(t, client.Close())
	})
}

// A server that has too many connections says when there may be room; what it asks for
// has a bound.
func TestRetryAfterIsHonoured(t *testing.T) {
	for seconds, waits := range map[int32]time.Duration{40: 40 * time.Second, 1 << 30: 5 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t)
			server.refuse.Store(http.StatusServiceUnavailable)
			server.retry.Store(seconds)
			client, err := livequery.New(server.config())
			require.NoError(t, err)
			done := subscribe(t.Context(), client, "AuditPlan")
			time.Sleep(waits - time.Second)
			require.EqualValues(t, 1, server.refused.Load())
			var refusal *livequery.HandshakeError
			status, _ := client.Status()
			require.ErrorAs(t, status.Err, &refusal)
			require.Equal(t, time.Duration(seconds)*time.Second, refusal.RetryAfter)
			server.refuse.Store(0)
			time.Sleep(2 * time.Second)
			server.accept().subscribe()
			require.NoError(t, (<-done).err)
			require.NoError(t, client.Close())
		})
	}
}

func TestUnavailableServerIsNamedWhenTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.refuse.Store(http.StatusBadGateway)
		client, err := livequery.New(server.config())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = client.Subscribe(ctx, livequery.Query{ClassName: "AuditPlan"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "502")
		require.NoError(t, client.Close())
	})
}

func TestUnansweredRequestCostsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, _, p, _ := start(t, nil)
		done := subscribe(t.Context(), client, "AuditPlan")
		p.receive()
		p2 := server.accept()
		p2.subscribe()
		p2.subscribe()
		require.NoError(t, (<-done).err)
	})
}

func TestOversizedMessageLeavesAMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _, sub, p, id := start(t, func(c *livequery.Config) { c.ReadLimit = 64 << 10 })
		p.event("create", id, map[string]any{"objectId": "fits", "text": strings.Repeat("x", 60<<10)})
		require.Equal(t, livequery.Created, next(t, sub).Kind)
		go p.event("create", id, map[string]any{"objectId": "x", "text": strings.Repeat("x", 70<<10)})
		server.accept().subscribe()
		require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
	})
}

func TestUnreadableMessageLeavesAMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _, sub, p, _ := start(t, nil)
		p.say(`{"op":"create","requestId":1,"object":`)
		server.accept().subscribe()
		require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
	})
}
