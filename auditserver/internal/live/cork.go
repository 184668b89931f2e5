package live

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// corkedConn collects what is written while it is corked, so that the frames
// of one event go out together: a thousand subscriptions on a connection would
// cost a thousand system calls an event.
type corkedConn struct {
	net.Conn

	mu     sync.Mutex
	corked bool
	buffer []byte
}

// corkSize is how much is collected at most.
const corkSize = 64 << 10

// Write implements net.Conn.
func (c *corkedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.corked && len(c.buffer) == 0 {
		return c.Conn.Write(p)
	}
	c.buffer = append(c.buffer, p...)
	if c.corked && len(c.buffer) < corkSize {
		return len(p), nil
	}
	return len(p), c.flush()
}

func (c *corkedConn) cork() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.corked = true
}

func (c *corkedConn) uncork() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.corked = false
	return c.flush()
}

func (c *corkedConn) flush() error {
	if len(c.buffer) == 0 {
		return nil
	}
	if err := c.SetWriteDeadline(time.Now().Add(frameWriteTime)); err != nil {
		return err
	}
	_, err := c.Conn.Write(c.buffer)
	c.buffer = c.buffer[:0]
	if cap(c.buffer) > 2*corkSize {
		c.buffer = nil
	}
	if err == nil {
		err = c.SetWriteDeadline(time.Time{})
	}
	return err
}

// corkable is a ResponseWriter whose hijacked connection can be corked.
type corkable struct {
	http.ResponseWriter
	conn *corkedConn // after Hijack
}

// Hijack implements http.Hijacker.
func (w *corkable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if err := buffered.Flush(); err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	w.conn = &corkedConn{Conn: conn}
	buffered.Writer.Reset(w.conn)
	return w.conn, buffered, nil
}
