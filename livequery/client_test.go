package livequery_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome is what a Subscribe running beside the test returned.
type outcome struct {
	sub *livequery.Subscription
	err error
}

func subscribe(ctx context.Context, c *livequery.Client, class string) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		sub, err := c.Subscribe(ctx, livequery.Query{ClassName: class})
		done <- outcome{sub, err}
	}()
	return done
}

func next(t *testing.T, s *livequery.Subscription) livequery.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	e, err := s.Next(ctx)
	require.NoError(t, err)
	return e
}

// start returns a connected client with one subscription, and the server's side.
func start(t *testing.T, cfg func(*livequery.Config)) (*fakeServer, *livequery.Client, *livequery.Subscription, *peer, int) {
	t.Helper()
	server := newFakeServer(t)
	c := server.config()
	if cfg != nil {
		cfg(&c)
	}
	client, err := livequery.New(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	done := subscribe(t.Context(), client, "AuditFinding")
	p := server.accept()
	r := p.subscribe()
	got := <-done
	require.NoError(t, got.err)
	require.Equal(t, livequery.Subscribed, next(t, got.sub).Kind)
	return server, client, got.sub, p, r.RequestID
}

func TestNothingIsSubscribedBeforeConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		client, err := livequery.New(server.config())
		require.NoError(t, err)
		done := subscribe(t.Context(), client, "AuditPlan")
		p := <-server.peers
		connect := p.receive()
		require.Equal(t, "connect", connect.Op)
		require.Equal(t, "rest", connect.RESTKey)
		synctest.Wait()
		require.Empty(t, p.in, "a request was sent before connected")
		p.say(`{"op":"connected","clientId":"c"}`)
		r := p.subscribe()
		require.Equal(t, "AuditPlan", r.Query.ClassName)
		require.NotNil(t, r.Query.Where, "where is required by the server")
		require.NoError(t, (<-done).err)
		require.NoError(t, client.Close())
	})
}

func TestEventsArriveInOrderWithTheirKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, sub, p, id := start(t, nil)
		ops := []string{"create", "enter", "update", "leave", "delete"}
		for i, op := range ops {
			p.event(op, id, map[string]any{"objectId": "x", "n": i})
		}
		p.event("create", id+1000, map[string]any{"objectId": "of nobody"})
		kinds := []livequery.Kind{livequery.Created, livequery.Entered, livequery.Updated, livequery.Left, livequery.Deleted}
		for i, kind := range kinds {
			e := next(t, sub)
			require.Equal(t, kind, e.Kind)
			require.EqualValues(t, 1, e.Connection)
			require.JSONEq(t, `{"objectId":"x","n":`+string(rune('0'+i))+`}`, string(e.Object))
		}
		synctest.Wait()
		_, ok := sub.TryNext()
		require.False(t, ok, "an event of an unknown request was delivered")
		status, _ := client.Status()
		require.Equal(t, livequery.Connected, status.State)
	})
}

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

func TestUnsubscribeWaitsForSubscribed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, keep, p, _ := start(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := subscribe(ctx, client, "AuditPlan")
		r := p.receive()
		cancel()
		require.ErrorIs(t, (<-done).err, context.Canceled)
		synctest.Wait()
		require.Empty(t, p.in, "unsubscribe was sent before subscribed")
		p.reply("subscribed", r.RequestID)
		u := p.receive()
		require.Equal(t, "unsubscribe", u.Op)
		require.Equal(t, r.RequestID, u.RequestID)
		p.reply("unsubscribed", r.RequestID)
		_ = server
		require.NoError(t, keep.Close())
	})
}

func TestCloseWaitsForUnsubscribed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, _, p, _ := start(t, nil)
		done := subscribe(t.Context(), client, "AuditPlan")
		r := p.subscribe()
		second := (<-done).sub
		closed := make(chan error, 1)
		go func() { closed <- second.Close() }()
		require.Equal(t, "unsubscribe", p.receive().Op)
		p.event("create", r.RequestID, map[string]any{"objectId": "late"})
		synctest.Wait()
		require.Empty(t, closed)
		p.reply("unsubscribed", r.RequestID)
		require.NoError(t, <-closed)
		_, err := second.Next(t.Context())
		require.ErrorIs(t, err, livequery.ErrClosed)
		require.NoError(t, second.Close(), "closing again is harmless")
	})
}

func TestLastCloseEndsTheConnectionAndTheNextSubscribeOpensOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, sub, p, _ := start(t, nil)
		require.NoError(t, sub.Close())
		<-p.gone
		synctest.Wait()
		status, _ := client.Status()
		require.Equal(t, livequery.Idle, status.State)
		done := subscribe(t.Context(), client, "AuditPlan")
		server.accept().subscribe()
		require.NoError(t, (<-done).err)
	})
}

func TestPermanentErrorEndsOneSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, first, p, id := start(t, nil)
		done := subscribe(t.Context(), client, "_Role")
		p.fail(119, p.receive().RequestID)
		err := (<-done).err
		var refused *livequery.ServerError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, 119, refused.Code)
		require.Equal(t, "_Role", refused.ClassName)
		require.ErrorContains(t, err, "class permissions")

		p.event("create", id, map[string]any{"objectId": "x"})
		require.Equal(t, livequery.Created, next(t, first).Kind)
		p.fail(119, id) // later: the permissions were changed
		_, err = first.Next(t.Context())
		require.ErrorAs(t, err, &refused)
		status, _ := client.Status()
		require.EqualValues(t, 1, status.Connection, "reconnect:true was obeyed")
	})
}

func TestRejectedKeyEndsAllForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		client, err := livequery.New(server.config())
		require.NoError(t, err)
		done := subscribe(t.Context(), client, "AuditPlan")
		p := <-server.peers
		p.receive()
		p.say(`{"op":"error","code":4,"error":"Key in request is not valid","reconnect":true,"requestId":null}`)
		err = (<-done).err
		require.ErrorContains(t, err, "keyPairs")
		time.Sleep(time.Minute)
		require.Len(t, server.network.Dials(), 1)
		require.NoError(t, client.Close())
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

func TestUpdateReplacesTheQueryUnderTheSameRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _, sub, p, id := start(t, nil)
		done := make(chan error, 1)
		go func() {
			done <- sub.Update(t.Context(), livequery.Query{ClassName: "AuditFinding", Where: []byte(`{"severity":"major"}`)})
		}()
		r := p.receive()
		require.Equal(t, "update", r.Op)
		require.Equal(t, id, r.RequestID)
		require.Equal(t, "major", r.Query.Where["severity"])
		p.reply("subscribed", id)
		require.NoError(t, <-done)
		require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
		p.cut()
		require.Equal(t, "major", server.accept().subscribe().Query.Where["severity"])
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

func TestErrorWithoutRequestExplainsTheMissingAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, _, p, _ := start(t, nil)
		done := subscribe(t.Context(), client, "AuditPlan")
		p.receive()
		p.say(`{"op":"error","code":1,"error":"Additional properties not allowed","reconnect":true,"requestId":null}`)
		require.ErrorContains(t, (<-done).err, "Additional properties not allowed")
		status, _ := client.Status()
		require.EqualValues(t, 1, status.Connection)
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

func TestCloseInEveryState(t *testing.T) {
	states := map[string]func(t *testing.T, server *fakeServer, client *livequery.Client){
		"idle": func(*testing.T, *fakeServer, *livequery.Client) {},
		"dialing": func(t *testing.T, server *fakeServer, client *livequery.Client) {
			subscribe(t.Context(), client, "AuditPlan")
			synctest.Wait()
			<-server.peers // handshake done, connect not answered
		},
		"subscribing": func(t *testing.T, server *fakeServer, client *livequery.Client) {
			subscribe(t.Context(), client, "AuditPlan")
			server.accept().receive()
		},
		"subscribed": func(t *testing.T, server *fakeServer, client *livequery.Client) {
			subscribe(t.Context(), client, "AuditPlan")
			server.accept().subscribe()
		},
		"waiting to reconnect": func(t *testing.T, server *fakeServer, client *livequery.Client) {
			subscribe(t.Context(), client, "AuditPlan")
			p := server.accept()
			p.subscribe()
			server.network.SetDown(true)
			p.cut()
			time.Sleep(10 * time.Second)
		},
		"half-open": func(t *testing.T, server *fakeServer, client *livequery.Client) {
			subscribe(t.Context(), client, "AuditPlan")
			server.accept().subscribe()
			server.network.Stall()
		},
	}
	for name, reach := range states {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
				server := newFakeServer(t)
				client, err := livequery.New(server.config())
				require.NoError(t, err)
				reach(t, server, client)
				require.NoError(t, client.Close())
				status, _ := client.Status()
				require.Equal(t, livequery.Shut, status.State)
				dials := len(server.network.Dials())
				time.Sleep(time.Hour)
				require.Len(t, server.network.Dials(), dials, "dialed after Close")
				_, err = client.Subscribe(t.Context(), livequery.Query{ClassName: "AuditPlan"})
				require.ErrorIs(t, err, livequery.ErrClosed)
				require.NoError(t, client.Close())
			})
		})
	}
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
