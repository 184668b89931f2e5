package auditserver

import (
	"container/list"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// connections bounds the open connections of Serve. When there are too many, a new
// one takes the place of the one that has been idle for the longest time: those who
// ask nothing make room for those who do. If none is idle, the new one is told to
// come again.
type connections struct {
	most int

	mu   sync.Mutex
	open int
	idle *list.List // of net.Conn, the longest idle first
	at   map[net.Conn]*list.Element
}

func newConnections(most int) *connections {
	return &connections{most: most, idle: list.New(), at: map[net.Conn]*list.Element{}}
}

// changed follows the state of a connection, as [http.Server.ConnState].
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state != http.StateNew && state != http.StateIdle {
		c.wake(conn)
	}
	switch state {
	case http.StateNew:
		c.open++
		c.at[conn] = c.idle.PushBack(conn)
		if c.open > c.most {
			c.makeRoom(conn)
		}
	case http.StateIdle:
		c.at[conn] = c.idle.PushBack(conn)
	case http.StateClosed, http.StateHijacked:
		c.open--
	}
}

// wake takes a connection out of those that are idle.
func (c *connections) wake(conn net.Conn) {
	if e := c.at[conn]; e != nil {
		c.idle.Remove(e)
		delete(c.at, conn)
	}
}

// makeRoom closes the connection that has been idle for the longest time, or the new
// one if no other is idle.
func (c *connections) makeRoom(added net.Conn) {
	oldest, _ := c.idle.Front().Value.(net.Conn) // added at least
	c.wake(oldest)
	if oldest == added {
		sayBusy(oldest, c.most)
	}
	_ = cut(oldest) // its state will be closed
}

// cut closes a connection without a word: TLS says goodbye first, and waits for up to
// 5 seconds on a peer that reads nothing, while all other connections wait, too.
func cut(conn net.Conn) error {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	return conn.Close()
}

// sayBusy answers a connection that is about to be closed. It does not wait, and so
// says nothing over TLS, which would have to be negotiated.
func sayBusy(conn net.Conn, most int) {
	if _, encrypted := conn.(*tls.Conn); encrypted {
		return
	}
	if conn.SetWriteDeadline(time.Now().Add(time.Millisecond)) == nil {
		_, _ = conn.Write(busyResponse(most)) // a new connection takes so little at once
	}
}

// busyResponse is the whole answer to a connection that finds no room.
func busyResponse(most int) []byte {
	text := fmt.Sprintf(`{"error":"the server has %d connections, the limit (option limits.connections); try again in 2 s"}`, most)
	return []byte("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n" +
		"Content-Type: application/json; charset=utf-8\r\nContent-Length: " + strconv.Itoa(len(text)) + "\r\n\r\n" + text)
}
