package livequery_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/stretchr/testify/require"
)

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
