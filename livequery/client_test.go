package livequery_test

import (
	"context"
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
