package auditserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// The limits are tested from inside, where they can be made small.

func openLimited(t *testing.T, limits liveLimits) (*Server, *websocket.Conn) {
	s, err := Open(t.Context(), Config{AppID: "app", LiveQueryClasses: []string{"Live"}, Logger: slog.New(slog.DiscardHandler), liveLimits: limits})
	require.NoError(t, err)
	require.NoError(t, s.store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutClass(schema.Class{Name: "Live", Fields: map[string]schema.Field{"text": {Type: schema.String}}})
	}))
	front := httptest.NewServer(s)
	ws, _, err := websocket.Dial(t.Context(), strings.Replace(front.URL, "http", "ws", 1), nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = ws.CloseNow()
		require.NoError(t, s.Close(context.Background()))
		front.Close()
	})
	return s, ws
}

func sayLive(t *testing.T, ws *websocket.Conn, frame string) {
	require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(frame)))
}

// hearLive reads until a message holds text.
func hearLive(t *testing.T, ws *websocket.Conn, text string) {
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

func TestLiveConnectionWithoutConnectIsClosed(t *testing.T) {
	limits := defaultLiveLimits
	limits.connect = 20 * time.Millisecond
	_, ws := openLimited(t, limits)
	require.Equal(t, websocket.CloseError{Code: websocket.StatusPolicyViolation, Reason: "no connect frame"}, closeOf(t, ws))
}

func TestLiveSubscriptionsOfAConnectionAreBounded(t *testing.T) {
	limits := defaultLiveLimits
	limits.subscriptions = 2
	_, ws := openLimited(t, limits)
	sayLive(t, ws, `{"op":"connect","applicationId":"app"}`)
	for id := range 2 {
		sayLive(t, ws, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live","where":{}}}`, id))
		hearLive(t, ws, `"subscribed"`)
	}
	sayLive(t, ws, `{"op":"subscribe","requestId":2,"query":{"className":"Live","where":{}}}`)
	hearLive(t, ws, "the limit")
	sayLive(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	hearLive(t, ws, `"subscribed"`) // takes the place of the other one
}

func TestLiveClientThatDoesNotReadIsCut(t *testing.T) {
	limits := defaultLiveLimits
	limits.backlog = 1 << 20
	s, ws := openLimited(t, limits)
	sayLive(t, ws, `{"op":"connect","applicationId":"app"}`)
	sayLive(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	hearLive(t, ws, `"subscribed"`)
	big := strings.Repeat("x", 100_000)
	for cut := false; !cut; {
		require.NoError(t, s.store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Insert("Live", store.Object{Fields: map[string]any{"text": big}})
			return err
		}))
		s.live.mu.RLock()
		cut = len(s.live.byClass) == 0
		s.live.mu.RUnlock()
	}
}

// Without a change, the end of a permission is told with the next ping.
func TestLiveQueryEndsWithItsPermission(t *testing.T) {
	limits := defaultLiveLimits
	limits.ping = 20 * time.Millisecond
	s, ws := openLimited(t, limits)
	sayLive(t, ws, `{"op":"connect","applicationId":"app"}`)
	sayLive(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{"text":"a"}}}`)
	hearLive(t, ws, `"subscribed"`)
	require.NoError(t, s.store.Write(t.Context(), func(tx *store.Tx) error {
		class, _ := tx.Class("Live")
		class.Permissions = &schema.Permissions{
			Find: schema.Grant{Public: true}, ProtectedFields: map[string][]string{"*": {"text"}},
		}
		return tx.PutClass(class)
	}))
	hearLive(t, ws, `"code":119`)
}

func TestLiveClientThatDoesNotPongIsCut(t *testing.T) {
	limits := defaultLiveLimits
	limits.ping = 20 * time.Millisecond
	s, ws := openLimited(t, limits)
	sayLive(t, ws, `{"op":"connect","applicationId":"app"}`)
	sayLive(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	subscribed := func() bool {
		s.live.mu.RLock()
		defer s.live.mu.RUnlock()
		return len(s.live.byClass) == 1
	}
	require.Eventually(t, subscribed, 10*time.Second, time.Millisecond)
	// Pongs are sent while something reads, and nothing does.
	require.Eventually(t, func() bool { return !subscribed() }, 10*time.Second, time.Millisecond)
}

func TestOutboxCutsOnceAndForgets(t *testing.T) {
	var causes []error
	o := outbox{limit: 800, ready: make(chan struct{}, 1), cut: func(cause error) { causes = append(causes, cause) }}
	shared := make([]byte, 500)
	for range 2 { // of one event: their object counts once
		o.push(outFrame{op: "create", object: shared})
	}
	require.Empty(t, causes)
	for range 20 {
		o.push(outFrame{op: "create", object: make([]byte, 100)})
	}
	require.Equal(t, []error{errSlow}, causes)
	_, ok := o.pop()
	require.False(t, ok, "memory was kept for a client that is cut")
	code, reason := closeStatus(errSlow)
	require.Equal(t, websocket.StatusTryAgainLater, code)
	require.Contains(t, reason, "too slow")
}

func TestIndexForgetsWhatIsGone(t *testing.T) {
	s, ws := openLimited(t, defaultLiveLimits)
	sayLive(t, ws, `{"op":"connect","applicationId":"app"}`)
	for id, where := range []string{`{}`, `{}`, `{"text":"a"}`} {
		sayLive(t, ws, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live","where":%s}}`, id, where))
		hearLive(t, ws, `"subscribed"`)
	}
	s.live.mu.RLock()
	require.Len(t, s.live.byClass["Live"].queries, 2, "equal queries are one")
	require.Len(t, s.live.viewers, 1)
	s.live.mu.RUnlock()
	require.NoError(t, ws.CloseNow())
	require.Eventually(t, func() bool {
		s.live.mu.RLock()
		defer s.live.mu.RUnlock()
		return len(s.live.byClass) == 0 && len(s.live.viewers) == 0
	}, 10*time.Second, time.Millisecond)
}

func FuzzLiveFrame(f *testing.F) {
	f.Add([]byte(`{"op":"connect","applicationId":"a","sessionToken":"r:x"}`))
	f.Add([]byte(`{"op":"subscribe","requestId":1,"query":{"className":"C","where":{"a":{"$gt":1}},"keys":["a"],"watch":["b"]}}`))
	f.Add([]byte(`{"op":"unsubscribe","requestId":1e0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, ok, err := readFrame(data)
		if err != nil {
			var e *fault.Error
			if !ok || !errors.As(err, &e) || e.Code != codeLiveFrame {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if ok && frame.Op == "subscribe" && (frame.Query == nil || frame.RequestID.Kind() != '0' || frame.Query.Where.Kind() != '{') {
			t.Errorf("accepted %q", data)
		}
	})
}
