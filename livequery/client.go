package livequery

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// Client keeps one WebSocket for any number of subscriptions of one identity.
// It connects with the first subscription and disconnects after the last. It
// is safe for concurrent use. Make one with New.
type Client struct {
	cfg Config
	log *slog.Logger

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup // the run loop

	mu         sync.Mutex
	closed     bool
	looping    bool // the run loop is running
	hangUp     context.CancelFunc
	kick       chan struct{} // wakes a waiting run loop: nothing left to wait for
	subs       map[*Subscription]struct{}
	conn       *connection // while connected
	requestID  int64       // never used twice by this client
	connection uint64
	connected  bool     // was, at least once
	rejected   Secret   // token that the server refused last
	tokens     []Secret // that were sent, the last few
	status     Status
	changed    chan struct{}
}

// State is the state of a Client's connection.
type State uint8

// States of a Client.
const (
	Idle State = iota // no subscription, no connection
	Connecting
	Connected
	Reconnecting // was connected; waiting or dialing
	Shut         // Close was called, or the server refused the client for good
)

// String returns the state in lower case.
func (s State) String() string {
	names := [...]string{"idle", "connecting", "connected", "reconnecting", "closed"}
	if int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// Status is a State with its circumstances.
type Status struct {
	State      State
	Attempt    int    // failed attempts to connect since the last connection
	Connection uint64 // counts the connections so far
	Err        error  // why the last connection or attempt ended; nil if none has
}

// New checks cfg and returns an idle client.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg:     cfg,
		log:     cfg.Logger,
		kick:    make(chan struct{}, 1),
		subs:    make(map[*Subscription]struct{}),
		changed: make(chan struct{}),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c, nil
}

// Subscribe asks for the events of q and returns when the server has accepted
// the subscription, refused it (*ServerError), or ctx is done. It waits while
// the connection is down. The first event of the stream is Subscribed.
func (c *Client) Subscribe(ctx context.Context, q Query) (*Subscription, error) {
	q, err := q.check()
	if err != nil {
		return nil, err
	}
	s := &Subscription{
		client: c,
		query:  q,
		queue:  newQueue(c.cfg.QueueSize, c.cfg.QueueBytes),
		ended:  make(chan struct{}),
		answer: make(chan struct{}),
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, ErrClosed
	}
	c.subs[s] = struct{}{}
	answer := s.answer
	if c.conn != nil {
		s.state = waiting
		c.conn.todo(s)
	}
	if !c.looping {
		c.looping = true
		c.setStatus(Status{State: Connecting, Connection: c.connection})
		c.running.Go(c.run)
	}
	c.mu.Unlock()

	select {
	case <-answer:
		return s, nil
	case <-s.ended:
		return nil, s.err
	case <-ctx.Done():
		s.Abandon()
		if status, _ := c.Status(); status.Err != nil {
			return nil, fmt.Errorf("livequery: subscribe to %s: %w; the connection: %w", q.ClassName, context.Cause(ctx), status.Err)
		}
		return nil, fmt.Errorf("livequery: subscribe to %s: %w", q.ClassName, context.Cause(ctx))
	}
}

// Status returns the present status and a channel that is closed when it changes.
func (c *Client) Status() (Status, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status, c.changed
}

// Refresh asks the session source for a token other than the present one and
// subscribes again with it. It is for callers who have learned elsewhere that the
// session has ended, because Parse Server does not say so (protocol section 8.3).
func (c *Client) Refresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s := range c.subs {
		if s.state == established && !s.closing && s.token == c.conn.token {
			c.rejected = s.token
			c.conn.again(s, s.live, 0)
		}
	}
}

// Close ends all subscriptions with ErrClosed, closes the connection and
// returns when no goroutine of the client is left.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	for s := range c.subs {
		c.end(s, ErrClosed)
	}
	if !c.looping {
		c.setStatus(Status{State: Shut, Connection: c.connection})
	}
	c.mu.Unlock()
	c.cancel()
	c.running.Wait()
	return nil
}

// Format shows the state and nothing of the configuration.
func (c *Client) Format(f fmt.State, _ rune) {
	status, _ := c.Status()
	_, _ = io.WriteString(f, "livequery.Client("+status.State.String()+")")
}

// The methods below are called with c.mu held.

func (c *Client) setStatus(s Status) {
	c.status = s
	close(c.changed)
	c.changed = make(chan struct{})
}

// end removes s from the client for good.
func (c *Client) end(s *Subscription, err error) {
	if s.state == over {
		return
	}
	s.state, s.err = over, err
	delete(c.subs, s)
	if c.conn != nil {
		delete(c.conn.byID, s.requestID)
	}
	s.queue.finish(err, err == ErrClosed)
	close(s.ended)
	if len(c.subs) > 0 {
		return
	}
	if c.hangUp != nil {
		c.hangUp()
	}
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// shut ends every subscription: the server has refused this client for good.
func (c *Client) shut(err error) {
	for s := range c.subs {
		c.end(s, err)
	}
}
