package livequery_test

import (
	"net"
	"sync"
	"sync/atomic"
)

// heldPipe can be stalled: it then swallows writes and withholds what arrives
// until it is closed.
type heldPipe struct {
	net.Conn
	stalled atomic.Bool
	closed  chan struct{}
	once    sync.Once
}

func (p *heldPipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if p.stalled.Load() {
		<-p.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (p *heldPipe) Write(b []byte) (int, error) {
	if p.stalled.Load() {
		return len(b), nil
	}
	return p.Conn.Write(b)
}

func (p *heldPipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return p.Conn.Close()
}
