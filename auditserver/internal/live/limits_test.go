package live

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestConnectionWithoutConnectIsClosed(t *testing.T) {
	limits := DefaultLimits
	limits.Connect = 20 * time.Millisecond
	_, ws := open(t, limits)
	require.Equal(t, websocket.CloseError{Code: websocket.StatusPolicyViolation, Reason: "no connect frame"}, closeOf(t, ws))
}

func TestSubscriptionsOfAConnectionAreBounded(t *testing.T) {
	limits := DefaultLimits
	limits.Subscriptions = 2
	_, ws := open(t, limits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	for id := range 2 {
		say(t, ws, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live","where":{}}}`, id))
		hear(t, ws, `"subscribed"`)
	}
	say(t, ws, `{"op":"subscribe","requestId":2,"query":{"className":"Live","where":{}}}`)
	hear(t, ws, "the limit")
	say(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	hear(t, ws, `"subscribed"`) // takes the place of the other one
}

func TestClientThatDoesNotReadIsCut(t *testing.T) {
	limits := DefaultLimits
	limits.Backlog = 1 << 20
	s, ws := open(t, limits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	say(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	hear(t, ws, `"subscribed"`)
	big := strings.Repeat("x", 100_000)
	for cut := false; !cut; {
		require.NoError(t, s.store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Insert("Live", store.Object{Fields: map[string]any{"text": big}})
			return err
		}))
		s.hub.mu.RLock()
		cut = len(s.hub.byClass) == 0
		s.hub.mu.RUnlock()
	}
}

// Without a change, the end of a permission is told with the next ping.
func TestEndsWithItsPermission(t *testing.T) {
	limits := DefaultLimits
	limits.Ping = 20 * time.Millisecond
	s, ws := open(t, limits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	say(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{"text":"a"}}}`)
	hear(t, ws, `"subscribed"`)
	require.NoError(t, s.store.Write(t.Context(), func(tx *store.Tx) error {
		class, _ := tx.Class("Live")
		class.Permissions = &schema.Permissions{
			Find: schema.Grant{Public: true}, ProtectedFields: map[string][]string{"*": {"text"}},
		}
		return tx.PutClass(class)
	}))
	hear(t, ws, `"code":119`)
}

func TestClientThatDoesNotPongIsCut(t *testing.T) {
	limits := DefaultLimits
	limits.Ping = 20 * time.Millisecond
	s, ws := open(t, limits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	say(t, ws, `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	subscribed := func() bool {
		s.hub.mu.RLock()
		defer s.hub.mu.RUnlock()
		return len(s.hub.byClass) == 1
	}
	require.Eventually(t, subscribed, 10*time.Second, time.Millisecond)
	// Pongs are sent while something reads, and nothing does.
	require.Eventually(t, func() bool { return !subscribed() }, 10*time.Second, time.Millisecond)
}

func TestConnectionsAreBounded(t *testing.T) {
	limits := DefaultLimits
	limits.Connections = 1
	b, ws := open(t, limits)
	_, res, err := websocket.Dial(t.Context(), b.url, nil)
	require.Error(t, err)
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	require.Equal(t, "2", res.Header.Get("Retry-After"))
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "(option limits.liveConnections)")
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	hear(t, ws, `"connected"`)
}

// A frame may be large once the keys are known.
func TestFramesBeforeConnectAreSmall(t *testing.T) {
	large := `{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{"text":"` + strings.Repeat("x", greetingFrame) + `"}}}`
	b, ws := open(t, DefaultLimits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	hear(t, ws, `"connected"`)
	say(t, ws, large)
	hear(t, ws, `"subscribed"`)
	early, _, err := websocket.Dial(t.Context(), b.url, nil)
	require.NoError(t, err)
	say(t, early, large)
	require.Equal(t, websocket.StatusMessageTooBig, closeOf(t, early).Code)
}
