package live

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// client is one WebSocket.
type client struct {
	hub     *Hub
	ws      *websocket.Conn
	conn    *sharedConn // below ws
	remote  string
	baseURL string
	out     outbox

	// set by the connect frame
	connected bool
	id        string
	identity  atomic.Pointer[[]byte] // what frames say of the client; another connect may change it meanwhile
	master    bool
	token     string // for subscriptions without one of their own

	subs map[string]*subscription // by request id; guarded by hub.mu
}

// Why the server ends a connection.
var (
	errClientGone = errors.New("the client is gone")
	errSilent     = errors.New("no answer to a ping")
	errSlow       = errors.New("too slow")
	errFrameSize  = errors.New("the frame is too large")
	errNoConnect  = errors.New("no connect frame")
	errShutdown   = errors.New("the server is shutting down")
	errBehind     = errors.New("events were dropped: the server could not keep up")
)

const frameWriteTime = 30 * time.Second

// IsUpgrade tells whether a request opens a WebSocket.
func IsUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-WebSocket-Key") != ""
}

// Serve runs one connection until either side ends it.
func (l *Hub) Serve(w http.ResponseWriter, r *http.Request, baseURL string) {
	if most := l.cfg.Limits.Connections; l.connections.Add(1) > int64(most) {
		l.connections.Add(-1)
		refuse(w, most)
		return
	}
	defer l.connections.Add(-1)
	out := &shareable{ResponseWriter: w}
	ws, err := websocket.Accept(out, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // no cookies are used, so a foreign page gains nothing
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(-1) // readMessage has its own
	c := &client{hub: l, ws: ws, conn: out.conn, remote: r.RemoteAddr, baseURL: baseURL, subs: make(map[string]*subscription)}
	ctx, cut := context.WithCancelCause(context.WithoutCancel(r.Context()))
	c.out = outbox{limit: l.cfg.Limits.Backlog, pool: l.cfg.Limits.Backlogs, ready: make(chan struct{}, 1), cut: cut}
	io, stop := context.WithCancel(context.Background())
	defer stop()
	unhook := context.AfterFunc(l.alive, func() { cut(errShutdown) })
	defer unhook()

	var others sync.WaitGroup
	others.Go(func() { cut(c.write(ctx)) })
	others.Go(func() { cut(c.ping(ctx)) })
	others.Go(func() {
		<-ctx.Done()
		// Until the client has closed too, its frames are read: without this for
		// as long as it sends or keeps silent.
		timer := time.AfterFunc(l.cfg.Limits.Close, func() {
			stop()
			_ = out.conn.Close()
		})
		defer timer.Stop()
		_ = ws.Close(closeStatus(context.Cause(ctx)))
	})
	greeting := time.AfterFunc(l.cfg.Limits.Connect, func() { cut(errNoConnect) })
	cut(c.read(io, greeting))
	greeting.Stop()
	l.removeAll(c)
	others.Wait()
	c.out.close()
	if cause := context.Cause(ctx); !errors.Is(cause, errClientGone) {
		l.cfg.Logger.Info("live query connection cut", "remote", c.remote, "reason", cause.Error())
	}
}

// refuse answers a connection beyond the limit.
func refuse(w http.ResponseWriter, most int) {
	busy := fault.NewBusy(http.StatusServiceUnavailable, 2*time.Second, "the server has %d live query connections, the limit (option limits.liveConnections)", most)
	busy.Announce(w.Header())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(busy.Status)
	body, _ := json.Marshal(map[string]any{"code": busy.Shown.Code, "error": busy.Shown.Message}) // plain values
	_, _ = w.Write(body)                                                                          // the client is gone if this fails
}

func closeStatus(cause error) (websocket.StatusCode, string) {
	switch {
	case errors.Is(cause, errShutdown):
		return websocket.StatusGoingAway, cause.Error()
	case errors.Is(cause, errSlow), errors.Is(cause, errBehind):
		return websocket.StatusTryAgainLater, cause.Error()
	case errors.Is(cause, errFrameSize):
		return websocket.StatusMessageTooBig, cause.Error()
	case errors.Is(cause, errNoConnect):
		return websocket.StatusPolicyViolation, cause.Error()
	}
	return websocket.StatusNormalClosure, ""
}

func (c *client) read(ctx context.Context, greeting *time.Timer) error {
	for {
		data, err := c.readMessage(ctx)
		if err != nil {
			return err
		}
		f, ok, err := readFrame(data)
		if !ok {
			continue
		}
		if err == nil {
			err = c.handle(ctx, &f)
		}
		if c.connected {
			greeting.Stop()
		}
		if err == nil {
			continue
		}
		e, known := fault.Shown(err)
		if !known {
			c.hub.cfg.Logger.Error("live query request failed", "op", f.Op, "error", err)
		}
		id := string(f.RequestID)
		if e.Code == codeFrame || e.Code == codeUnknown {
			id = "" // as Parse Server does; clients cannot rely on it
		}
		c.out.push(errorFrame(e, id))
	}
}

// readMessage reads one frame. Those of a client that has not connected are small.
func (c *client) readMessage(ctx context.Context) ([]byte, error) {
	_, message, err := c.ws.Reader(ctx)
	if err != nil {
		return nil, errClientGone
	}
	limit, reason := int64(greetingFrame), "more than %d bytes before the server has answered connect"
	if c.connected {
		limit, reason = c.hub.cfg.Limits.Frame, "more than %d bytes (option limits.liveFrame)"
	}
	data, err := io.ReadAll(io.LimitReader(message, min(limit, math.MaxInt64-1)+1))
	switch {
	case err != nil:
		return nil, errClientGone
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%w: "+reason, errFrameSize, limit)
	}
	return data, nil
}

// write sends what the outbox holds, as many frames at a time as there are. It ends
// between them, so that a connection is not cut within a frame.
func (c *client) write(ctx context.Context) error {
	for {
		frames := c.out.take()
		if ctx.Err() != nil {
			return nil
		}
		if len(frames) > 0 {
			if c.send(frames) != nil {
				return errClientGone
			}
			continue
		}
		select {
		case <-c.out.ready:
		case <-ctx.Done():
		}
	}
}

func (c *client) send(frames []outFrame) error {
	text := c.hub.texts.Get().(*[]byte)
	var of []byte
	if identity := c.identity.Load(); identity != nil {
		of = *identity
	}
	for i := range frames {
		*text = appendText(*text, func(b []byte) []byte { return frames[i].append(b, of) })
	}
	_, err := c.conn.Write(*text)
	if cap(*text) <= 2*bulk {
		*text = (*text)[:0]
		c.hub.texts.Put(text)
	}
	return err
}

func (c *client) ping(ctx context.Context) error {
	tick := time.NewTicker(c.hub.cfg.Limits.Ping)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		timed, cancel := context.WithTimeout(ctx, c.hub.cfg.Limits.Ping)
		err := c.ws.Ping(timed)
		cancel()
		if err != nil {
			return errSilent
		}
	}
}

// newClientID makes the id that connected tells the client: a random UUID.
func newClientID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
