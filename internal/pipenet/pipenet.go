// Package pipenet is a network in memory for tests: its connections are pipes,
// so that testing/synctest's clock governs whatever goes over them.
package pipenet

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Network connects clients that dial it with the server that listens on it. It
// is a net.Listener.
type Network struct {
	accepted chan net.Conn
	done     chan struct{}
	once     sync.Once

	mu    sync.Mutex
	dials []time.Time
	down  bool
	pipes []*pipe
}

var errRefused = errors.New("pipenet: connection refused")

// New returns a network that is up.
func New() *Network {
	return &Network{accepted: make(chan net.Conn), done: make(chan struct{})}
}

// Dial connects to the server, whatever the address. It fits http.Transport.
func (n *Network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	p := &pipe{Conn: client, closed: make(chan struct{})}
	n.mu.Lock()
	n.dials = append(n.dials, time.Now())
	down := n.down
	if !down {
		n.pipes = append(n.pipes, p)
	}
	n.mu.Unlock()
	if down {
		return nil, errRefused
	}
	select {
	case n.accepted <- server:
		return p, nil
	case <-n.done:
		return nil, errRefused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case c := <-n.accepted:
		return c, nil
	case <-n.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.done) })
	return nil
}

// Addr implements net.Listener.
func (n *Network) Addr() net.Addr { return &net.TCPAddr{} }

// SetDown refuses new connections, or takes them again.
func (n *Network) SetDown(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
}

// Stall makes the newest connection half-open: what the client writes vanishes,
// and nothing arrives any more.
func (n *Network) Stall() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pipes[len(n.pipes)-1].stalled.Store(true)
}

// Dials returns the times at which clients dialed.
func (n *Network) Dials() []time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.dials)
}

// pipe is a client's end of a connection. Stalled, it swallows writes and
// withholds what arrives until it is closed.
type pipe struct {
	net.Conn
	stalled atomic.Bool
	closed  chan struct{}
	once    sync.Once
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if p.stalled.Load() {
		<-p.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.stalled.Load() {
		return len(b), nil
	}
	return p.Conn.Write(b)
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return p.Conn.Close()
}
