package live

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

func TestMessagesHaveTheirLength(t *testing.T) {
	for n, head := range map[int]string{
		0:     "\x81\x00",
		125:   "\x81\x7d",
		126:   "\x81\x7e\x00\x7e",
		65535: "\x81\x7e\xff\xff",
		65536: "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
	} {
		text := strings.Repeat("x", n)
		message := appendText([]byte("before"), func(b []byte) []byte { return append(b, text...) })
		require.Equal(t, "before"+head+text, string(message), "%d bytes", n)
	}
}

// Events of all sizes come whole and in their order, with pongs between them.
func TestEventsAndPongsShareTheConnection(t *testing.T) {
	b, ws := open(t, DefaultLimits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	for id := range 3 {
		say(t, ws, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live","where":{}}}`, id))
		hear(t, ws, `"subscribed"`)
	}
	ws.SetReadLimit(-1)
	var pongs atomic.Int64
	go func() {
		for ws.Ping(t.Context()) == nil {
			pongs.Add(1)
		}
	}()
	for n := 0; n < 50 || pongs.Load() == 0; n++ {
		b.insert(t, store.Object{Fields: map[string]any{"text": fmt.Sprintf("<%d>", n) + strings.Repeat("x", n%5*20_000)}})
		for range 3 {
			_, data, err := ws.Read(t.Context())
			require.NoError(t, err)
			require.Contains(t, string(data), fmt.Sprintf(`"text":"<%d>`, n))
			require.True(t, strings.HasSuffix(string(data), `}}`))
		}
	}
}

func TestNothingFollowsACloseFrame(t *testing.T) {
	near, far := net.Pipe()
	heard := make(chan string)
	go func() {
		all, _ := io.ReadAll(far)
		heard <- string(all)
	}()
	conn := &sharedConn{Conn: near}
	for _, frame := range []string{"\x81\x01a", "\x88\x00"} {
		_, err := conn.Write([]byte(frame))
		require.NoError(t, err)
	}
	_, err := conn.Write([]byte("\x81\x01b"))
	require.ErrorIs(t, err, net.ErrClosed)
	require.NoError(t, near.Close())
	require.Equal(t, "\x81\x01a\x88\x00", <-heard)
}

// A client may name another installation while events come.
func TestClientConnectsAgain(t *testing.T) {
	b, ws := open(t, DefaultLimits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	say(t, ws, everything)
	hear(t, ws, `"subscribed"`)
	for n := range 20 {
		b.insert(t, store.Object{})
		say(t, ws, fmt.Sprintf(`{"op":"connect","applicationId":"app","installationId":"device-%d"}`, n))
		b.insert(t, store.Object{})
	}
	hear(t, ws, `"op":"connected"`)
	hear(t, ws, `"installationId":"device-19"`)
}
