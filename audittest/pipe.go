package audittest

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// pipeListener is a network in memory: what dials it gets one end of a pipe, and the
// server the other. Unlike a socket it blocks by channels alone, as a bubble of
// testing/synctest needs it.
type pipeListener struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{waiting: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.waiting:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener. The address has a port that nothing listens on.
func (l *pipeListener) Addr() net.Addr { return loopback }

// client gives a client whose connections all lead to the listener.
func (l *pipeListener) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: l.dial}}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := bufferedPipe()
	select {
	case l.waiting <- pipeEnd{far}:
		return pipeEnd{near}, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inTransit is how many writes a connection holds that the other side has not read. A
// net.Pipe holds none: two sides that answer each other's pings at one instant, as they do
// on the clock of a bubble, would wait for each other until both hang up.
const inTransit = 1024

// bufferedPipe gives the two ends of a connection whose writes do not wait for their reader.
func bufferedPipe() (near, far net.Conn) {
	near, outer := net.Pipe()
	inner, far := net.Pipe()
	carry(inner, outer)
	carry(outer, inner)
	return near, far
}

// carry takes what is written to one end to the other, until either is closed.
func carry(to, from net.Conn) {
	waiting := make(chan []byte, inTransit)
	go func() {
		defer close(waiting)
		for {
			chunk := make([]byte, 32<<10)
			n, err := from.Read(chunk)
			if n > 0 {
				waiting <- chunk[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		for chunk := range waiting {
			if _, err := to.Write(chunk); err != nil {
				_ = from.Close() // whoever writes learns it
			}
		}
		_ = to.Close()
	}()
}

var loopback = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}

// pipeEnd says that it is on this machine, from which a server accepts its master key.
type pipeEnd struct{ net.Conn }

func (pipeEnd) LocalAddr() net.Addr  { return loopback }
func (pipeEnd) RemoteAddr() net.Addr { return loopback }
