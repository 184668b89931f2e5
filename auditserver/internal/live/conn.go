package live

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// sharedConn is a connection to which a WebSocket writes its control frames and a
// client many messages at a time: one by one, they would cost three times as much, and a
// thousand subscriptions on a connection a thousand system calls an event.
type sharedConn struct {
	net.Conn

	mu     sync.Mutex
	closed bool // a close frame was sent
}

// Write implements net.Conn for the WebSocket, which writes each control frame whole.
func (c *sharedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed // nothing may follow a close frame
	}
	c.closed = len(p) > 0 && p[0] == closeFrame
	if err := c.SetWriteDeadline(time.Now().Add(frameWriteTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// shareable is a ResponseWriter whose hijacked connection can be shared.
type shareable struct {
	http.ResponseWriter
	conn *sharedConn // after Hijack
}

// Hijack implements http.Hijacker.
func (w *shareable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if err := buffered.Flush(); err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	w.conn = &sharedConn{Conn: conn}
	buffered.Writer.Reset(w.conn)
	return w.conn, buffered, nil
}
