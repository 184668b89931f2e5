package livequery

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// connection is one WebSocket from dial to end. Three goroutines serve it: the
// reader (which owns the incoming side), the writer (the only one to send
// data frames) and the keeper (pings, deadlines).
type connection struct {
	client *Client
	number uint64
	ws     *websocket.Conn

	token      Secret // of this connection's subscriptions
	hasToken   bool
	serverPing atomic.Int64 // local time of the server's last ping, Unix ns; 0: it has not pinged

	// guarded by client.mu
	byID      map[int64]*Subscription
	queued    []*Subscription // the writer looks at these next
	orphans   []int64         // request ids of subscriptions to remove from the server
	wake      chan struct{}
	lastStray *ServerError // last error frame that named no request
	strayAt   time.Time    // when it came
}

// connect dials and serves one connection. It returns how long it was usable
// (0: it never was) and why it ended.
func (c *Client) connect(ctx context.Context) (time.Duration, error) {
	conn := &connection{
		client: c,
		byID:   make(map[int64]*Subscription),
		wake:   make(chan struct{}, 1),
	}
	err := conn.open(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = errHungUp
		}
		return 0, c.scrubError(err)
	}
	start := time.Now()
	err = conn.serve(ctx)
	return max(time.Since(start), 1), c.scrubError(err)
}

// open dials, sends connect and waits for connected.
func (conn *connection) open(ctx context.Context) error {
	c := conn.client
	if err := conn.signIn(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.ReplyTimeout)
	defer cancel()
	ws, response, err := websocket.Dial(ctx, c.cfg.URL, &websocket.DialOptions{
		HTTPClient: c.cfg.HTTPClient,
		OnPingReceived: func(context.Context, []byte) bool {
			conn.serverPing.Store(time.Now().UnixNano())
			return true
		},
	})
	if err != nil {
		if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
			return &HandshakeError{StatusCode: response.StatusCode, RetryAfter: wire.RetryAfter(response.Header)}
		}
		return fmt.Errorf("livequery: connect: %w", err)
	}
	ws.SetReadLimit(c.cfg.ReadLimit)
	conn.ws = ws
	if err := conn.greet(ctx); err != nil {
		_ = ws.CloseNow()
		return err
	}
	return nil
}

func (conn *connection) greet(ctx context.Context) error {
	if err := conn.send(ctx, connectRequest(conn.client.cfg.Credentials, string(conn.token))); err != nil {
		return err
	}
	for {
		_, data, err := conn.ws.Read(ctx)
		if err != nil {
			return fmt.Errorf("livequery: waiting for connected: %w", err)
		}
		f, err := decodeFrame(data)
		if err != nil {
			return err
		}
		switch {
		case f.Op == "connected":
			return nil
		case f.Op == "error":
			conn.client.mu.Lock()
			refused := conn.client.refusal(&f, "")
			conn.client.mu.Unlock()
			if refused.Code == codeBadKey {
				return refused
			}
			return fmt.Errorf("livequery: connect: %s (code %d)", refused.Message, refused.Code)
		}
	}
}

// sessionTimeout ends the wait for a source that hangs. It is long because a
// source may ask a person, or try a server several times.
const sessionTimeout = 5 * time.Minute

// signIn asks the session source for a token, once a connection and again
// after one was refused.
func (conn *connection) signIn(ctx context.Context) error {
	c := conn.client
	c.mu.Lock()
	rejected := c.rejected
	c.mu.Unlock()
	if conn.hasToken && (conn.token == "" || conn.token != rejected) {
		return nil
	}
	if c.cfg.Session != nil {
		ctx, cancel := context.WithTimeout(ctx, sessionTimeout)
		defer cancel()
		token, err := c.cfg.Session(ctx, string(rejected))
		if err != nil {
			return fmt.Errorf("livequery: session: %w", err)
		}
		conn.token = Secret(token)
		c.mu.Lock()
		c.sentToken(conn.token)
		if conn.token == rejected { // the source wants it to be tried again
			c.rejected = ""
		}
		c.mu.Unlock()
	}
	conn.hasToken = true
	return nil
}

// serve runs the connection until it breaks or ctx is done.
func (conn *connection) serve(ctx context.Context) error {
	c := conn.client
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	reading, stopReading := context.WithCancel(context.Background())
	defer stopReading()

	c.mu.Lock()
	c.connection++
	c.connected = true
	conn.number = c.connection
	c.conn = conn
	for s := range c.subs {
		s.state = waiting
		conn.todo(s)
	}
	c.setStatus(Status{State: Connected, Connection: conn.number})
	c.mu.Unlock()

	var others sync.WaitGroup
	others.Go(func() { cancel(conn.write(ctx)) })
	others.Go(func() { cancel(conn.keep(ctx)) })
	others.Go(func() { // closes the WebSocket properly, but does not wait long
		<-ctx.Done()
		timer := time.AfterFunc(time.Second, stopReading)
		defer timer.Stop()
		_ = conn.ws.Close(websocket.StatusNormalClosure, "")
	})
	cancel(conn.read(reading))
	others.Wait()
	conn.close()

	err := context.Cause(ctx)
	if err == context.Canceled { // exactly: an error of the source may wrap it
		err = errHungUp
	}
	return err
}

// close parks the subscriptions until the next connection.
func (conn *connection) close() {
	c := conn.client
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = nil
	for s := range c.subs {
		if s.closing {
			c.end(s, ErrClosed)
			continue
		}
		s.state, s.live = parked, false
	}
}

// read takes messages until the connection ends. The buffer is reused: frames
// keep nothing of it.
func (conn *connection) read(ctx context.Context) error {
	var buffer bytes.Buffer
	var messages repeats
	for {
		_, r, err := conn.ws.Reader(ctx)
		if err != nil {
			return fmt.Errorf("livequery: connection lost: %w", err)
		}
		buffer.Reset()
		if _, err := buffer.ReadFrom(r); err != nil && err != io.EOF {
			return fmt.Errorf("livequery: connection lost: %w", err)
		}
		f, err := messages.decode(buffer.Bytes())
		if err != nil {
			return err // it may have been an event: reconnecting leaves a mark
		}
		conn.dispatch(f)
		if buffer.Cap() > 1<<20 {
			buffer = bytes.Buffer{}
		}
	}
}

func (conn *connection) send(ctx context.Context, r request) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("livequery: %s: %w", r.Op, err)
	}
	ctx, cancel := context.WithTimeout(ctx, conn.client.cfg.ReplyTimeout)
	defer cancel()
	if err := conn.ws.Write(ctx, websocket.MessageText, data); err != nil {
		return fmt.Errorf("livequery: %s: %w", r.Op, err)
	}
	return nil
}

// keep notices that the other side is gone when the network does not report it:
// its own pings are not answered, or the server's pings stop (a proxy may answer
// ours for a server that hangs).
func (conn *connection) keep(ctx context.Context) error {
	cfg := &conn.client.cfg
	check := time.NewTicker(min(cfg.PingInterval, cfg.ServerPingGap/4, cfg.ReplyTimeout))
	defer check.Stop()
	nextPing := time.Now().Add(cfg.PingInterval)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-check.C:
		}
		now := time.Now()
		if last := conn.serverPing.Load(); last != 0 && now.Sub(time.Unix(0, last)) > cfg.ServerPingGap {
			return fmt.Errorf("livequery: no ping from the server for %v", now.Sub(time.Unix(0, last)).Round(time.Second))
		}
		if err := conn.checkReplies(now); err != nil {
			return err
		}
		if now.Before(nextPing) {
			continue
		}
		if err := conn.ping(ctx); err != nil {
			return err
		}
		nextPing = now.Add(cfg.PingInterval)
	}
}

func (conn *connection) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, conn.client.cfg.PingTimeout)
	defer cancel()
	if err := conn.ws.Ping(ctx); err != nil {
		return fmt.Errorf("livequery: no answer to a ping: %w", err)
	}
	return nil
}
