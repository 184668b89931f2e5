package auditserver_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// liveServer is a server on a port, with live queries and a user who may have them.
func liveServer(b *testing.B) (master *client, token string, front *httptest.Server) {
	server, master := open(b, func(c *auditserver.Config) {
		c.LiveQueryClasses = []string{"Live"}
		c.Logger = slog.New(slog.DiscardHandler)
	})
	_, token = master.user("lena")
	front = httptest.NewServer(server)
	b.Cleanup(front.Close)
	return master, token, front
}

// BenchmarkLiveDelivery is one create and its events to a hundred subscriptions
// of a user: half of them to the same query.
func BenchmarkLiveDelivery(b *testing.B) {
	const subscriptions = 100
	master, token, front := liveServer(b)
	ws, _, err := websocket.Dial(b.Context(), strings.Replace(front.URL, "http", "ws", 1), nil)
	require.NoError(b, err)
	b.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(-1)
	send := func(frame string) {
		require.NoError(b, ws.Write(b.Context(), websocket.MessageText, []byte(frame)))
	}
	hear := func(op string) {
		_, data, err := ws.Read(b.Context())
		require.NoError(b, err)
		require.True(b, strings.HasPrefix(string(data), `{"op":"`+op+`"`), string(data))
	}
	send(`{"op":"connect","applicationId":"app","restAPIKey":"rest-key"}`)
	hear("connected")
	for i := range subscriptions {
		where := `{"status":"open"}`
		if i%2 == 1 {
			where = fmt.Sprintf(`{"status":"open","number":{"$lt":%d}}`, 1000+i)
		}
		send(fmt.Sprintf(`{"op":"subscribe","requestId":%d,"sessionToken":%q,"query":{"className":"Live","where":%s}}`, i, token, where))
		hear("subscribed")
	}
	body := []byte(`{"status":"open","number":7,"title":"A calibration record is missing","ACL":{"*":{"read":true}}}`)
	b.ReportAllocs()
	for b.Loop() {
		require.Equal(b, http.StatusCreated, master.send(b, http.MethodPost, "/classes/Live", body).Code)
		for range subscriptions {
			hear("create")
		}
	}
}

// BenchmarkLiveDeliveryToMany is one create and its events to a thousand subscriptions of
// a user to one query, twenty on each connection. Its clients do next to nothing, so
// that what it takes is what the server does.
func BenchmarkLiveDeliveryToMany(b *testing.B) {
	const connections, each = 50, 20
	master, token, front := liveServer(b)
	heard := make(chan struct{}, connections)
	for range connections {
		conn, err := net.Dial("tcp", front.Listener.Addr().String())
		require.NoError(b, err)
		b.Cleanup(func() { _ = conn.Close() })
		frames := bufio.NewReaderSize(conn, 64<<10)
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		require.NoError(b, err)
		answer, err := http.ReadResponse(frames, nil)
		require.NoError(b, err)
		require.Equal(b, http.StatusSwitchingProtocols, answer.StatusCode)
		require.NoError(b, sendFrame(conn, `{"op":"connect","applicationId":"app","restAPIKey":"rest-key"}`))
		for i := range each {
			require.NoError(b, sendFrame(conn, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"sessionToken":%q,"query":{"className":"Live","where":{"status":"open"}}}`, i, token)))
		}
		for range 1 + each {
			require.NoError(b, passFrame(frames))
		}
		go func() {
			for n := 1; passFrame(frames) == nil; n++ {
				if n%each == 0 {
					heard <- struct{}{}
				}
			}
		}()
	}
	body := []byte(`{"status":"open","number":7,"title":"A calibration record is missing","ACL":{"*":{"read":true}}}`)
	b.ReportAllocs()
	for b.Loop() {
		require.Equal(b, http.StatusCreated, master.send(b, http.MethodPost, "/classes/Live", body).Code)
		for range connections {
			<-heard
		}
	}
}

// sendFrame writes a text frame whose mask changes nothing.
func sendFrame(w io.Writer, text string) error {
	frame := binary.BigEndian.AppendUint16([]byte{0x81, 0x80 | 126}, uint16(len(text)))
	_, err := w.Write(append(append(frame, 0, 0, 0, 0), text...))
	return err
}

// passFrame reads one message of less than 64 KiB, and forgets it.
func passFrame(r *bufio.Reader) error {
	head, err := r.Peek(2)
	if err != nil {
		return err
	}
	if head[0] != 0x81 { // a ping
		_, err = r.Discard(2 + int(head[1]))
		return errors.Join(err, passFrame(r))
	}
	n := 2 + int(head[1])
	if head[1] == 126 {
		if head, err = r.Peek(4); err != nil {
			return err
		}
		n = 4 + int(binary.BigEndian.Uint16(head[2:]))
	}
	_, err = r.Discard(n)
	return err
}
