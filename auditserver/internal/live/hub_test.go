package live

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a hub on a store, without the rest of a server.
type bench struct {
	store *store.Store
	hub   *Hub
	url   string // of its WebSockets
}

// open gives a hub with live queries of the class Live and a connection to it.
func open(t *testing.T, limits Limits) (*bench, *websocket.Conn) {
	b := &bench{}
	logger := slog.New(slog.DiscardHandler)
	var err error
	b.store, err = store.Open(t.Context(), store.Config{Logger: logger, OnCommit: func(changes []store.Change) { b.hub.Committed(changes) }})
	require.NoError(t, err)
	alive, end := context.WithCancel(context.Background())
	sessions := session.New(b.store, 0)
	b.hub = New(alive, Config{
		Classes:  []*regexp.Regexp{regexp.MustCompile("^Live$")},
		Keys:     access.NewKeyRing(access.Keys{AppID: "app", Master: "master", MasterIPs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}),
		Sessions: sessions,
		Queries:  &query.Queries{Store: b.store, Sessions: sessions, Limits: query.Limits{JSONDepth: 64, JSONValues: 10_000, Conditions: 1000, QueryDepth: 32}},
		Render:   &render.Settings{Store: b.store, Limit: 256 << 20},
		Logger:   logger,
		Limits:   limits,
	})
	require.NoError(t, b.store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutClass(schema.Class{Name: "Live", Fields: map[string]schema.Field{"text": {Type: schema.String}}})
	}))
	var running sync.WaitGroup
	running.Go(b.hub.Run)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Done()
		b.hub.Serve(w, r, "")
	}))
	b.url = strings.Replace(front.URL, "http", "ws", 1)
	ws, _, err := websocket.Dial(t.Context(), b.url, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = ws.CloseNow()
		end()
		running.Wait()
		require.NoError(t, b.store.Close())
		front.Close()
	})
	return b, ws
}

// insert stores an object of the class Live.
func (b *bench) insert(t *testing.T, o store.Object) (row store.Row) {
	require.NoError(t, b.store.Write(t.Context(), func(tx *store.Tx) (err error) {
		row, err = tx.Insert("Live", o)
		return err
	}))
	return row
}

func say(t *testing.T, ws *websocket.Conn, frame string) {
	require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(frame)))
}

// hear reads until a message holds text.
func hear(t *testing.T, ws *websocket.Conn, text string) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, data, err := ws.Read(ctx)
		require.NoError(t, err)
		if strings.Contains(string(data), text) {
			return
		}
	}
}

func closeOf(t *testing.T, ws *websocket.Conn) websocket.CloseError {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		if _, _, err := ws.Read(ctx); err != nil {
			var closed websocket.CloseError
			require.ErrorAs(t, err, &closed)
			return closed
		}
	}
}
