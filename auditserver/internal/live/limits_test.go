package live

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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
	hear(t, ws, "this connection has 2 subscriptions, the limit (option limits.liveSubscriptions)")
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
	require.Contains(t, string(body), "the server has 1 live query connections, the limit (option limits.liveConnections)")
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
	say(t, ws, `{"op":"subscribe","pad":"`+strings.Repeat("x", int(DefaultLimits.Frame))+`"}`)
	require.Equal(t, websocket.CloseError{Code: websocket.StatusMessageTooBig,
		Reason: fmt.Sprintf("the frame is too large: more than %d bytes (option limits.liveFrame)", DefaultLimits.Frame)}, closeOf(t, ws))
}

// What every frame to a client repeats is short.
func TestEchoedTextsAreBounded(t *testing.T) {
	_, ws := open(t, DefaultLimits)
	most, more := strings.Repeat("1", maxEchoed), strings.Repeat("1", maxEchoed+1)
	say(t, ws, `{"op":"connect","applicationId":"app","installationId":"`+more+`"}`)
	hear(t, ws, `"error":"installationId has 257 bytes, the limit is 256"`)
	say(t, ws, `{"op":"connect","applicationId":"app","installationId":"`+most+`"}`)
	hear(t, ws, `"connected"`)
	say(t, ws, `{"op":"subscribe","requestId":`+more+`,"query":{"className":"Live","where":{}}}`)
	hear(t, ws, `"error":"requestId has 257 bytes, the limit is 256"`)
	say(t, ws, `{"op":"unsubscribe","requestId":`+more+`}`)
	hear(t, ws, `"error":"requestId has 257 bytes, the limit is 256"`)
	say(t, ws, `{"op":"subscribe","requestId":`+most+`,"query":{"className":"Live","where":{}}}`)
	hear(t, ws, `"subscribed"`)
}

// A client that is cut in the middle of a frame has little time to end it: it need
// not go on sending, and may never stop.
func TestClientCutInAFrameIsClosed(t *testing.T) {
	limits := DefaultLimits
	limits.Close = 20 * time.Millisecond
	b, _ := open(t, limits)
	for _, goesOn := range []bool{false, true} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "ws://"))
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"+
			"\x81\xff\x00\x00\x01\x00\x00\x00\x00\x00mask"+strings.Repeat("x", greetingFrame+1)) // of a terabyte
		require.NoError(t, err)
		for goesOn {
			_, err := io.WriteString(conn, strings.Repeat("x", 1000))
			goesOn = err == nil
		}
		_, err = io.Copy(io.Discard, conn)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, conn.Close())
	}
}
