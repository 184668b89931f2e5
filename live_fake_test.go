package isoaudit_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/pipenet"
)

// liveFake is a server on synctest's clock whose rows and events the test
// chooses: REST answers any find with rows, the WebSocket says what it is told.
type liveFake struct {
	t     *testing.T
	peers chan *livePeer

	mu    sync.Mutex
	rows  []string   // the answer to a find
	finds []findSeen // what was asked
}

type findSeen struct {
	at                   time.Time
	where, include, keys string
}

func newLiveFake(t *testing.T) (*liveFake, *isoaudit.Client) {
	network := pipenet.New()
	f := &liveFake{t: t, peers: make(chan *livePeer, 10)}
	server := &http.Server{Handler: f}
	go func() { _ = server.Serve(network) }()
	transport := &http.Transport{DialContext: network.Dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	client, err := isoaudit.NewClient("http://parse.example/parse", isoaudit.WithApplicationID("app"),
		isoaudit.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	return f, client
}

func (f *liveFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-WebSocket-Key") == "" {
		q := r.URL.Query()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.finds = append(f.finds, findSeen{time.Now(), q.Get("where"), q.Get("include"), q.Get("keys")})
		rows := strings.Join(f.rows, ",")
		if strings.Contains(q.Get("where"), `"$gt"`) { // the page after the only one
			rows = ""
		}
		_, _ = fmt.Fprintf(w, `{"results":[%s]}`, rows)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		f.t.Error(err)
		return
	}
	p := &livePeer{t: f.t, ws: ws}
	if op, _ := p.hear(); op != "connect" {
		f.t.Error("first frame is", op)
	}
	p.say(`{"op":"connected","clientId":"c"}`)
	_, p.id = p.hear()
	p.say(fmt.Sprintf(`{"op":"subscribed","clientId":"c","requestId":%d}`, p.id))
	f.peers <- p
	for {
		switch op, id := p.hear(); op {
		case "":
			return
		case "subscribe":
			p.say(fmt.Sprintf(`{"op":"subscribed","clientId":"c","requestId":%d}`, id))
		}
	}
}

func (f *liveFake) answer(rows ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows, f.finds = rows, nil
}

func (f *liveFake) asked() []findSeen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]findSeen(nil), f.finds...)
}

// livePeer is the server's side of a WebSocket. It speaks of the first
// subscription, accepts others, and never answers an unsubscribe.
type livePeer struct {
	t  *testing.T
	ws *websocket.Conn
	id int
}

func (p *livePeer) hear() (op string, id int) {
	_, data, err := p.ws.Read(context.Background())
	if err != nil {
		return "", 0
	}
	var frame struct {
		Op        string `json:"op"`
		RequestID int    `json:"requestId"`
	}
	require.NoError(p.t, json.Unmarshal(data, &frame))
	return frame.Op, frame.RequestID
}

func (p *livePeer) say(frame string) {
	require.NoError(p.t, p.ws.Write(context.Background(), websocket.MessageText, []byte(frame)))
}

func (p *livePeer) event(op, object string) {
	p.say(fmt.Sprintf(`{"op":%q,"clientId":"c","requestId":%d,"object":%s}`, op, p.id, object))
}

func (p *livePeer) cut() { _ = p.ws.CloseNow() }

// findingRow is a finding in the server's JSON, updated at a second of a fixed minute.
func findingRow(id, statement string, second int) string {
	return fmt.Sprintf(`{"objectId":%q,"createdAt":"2026-03-01T08:00:00.000Z","updatedAt":"2026-03-01T08:00:%02d.000Z","statement":%q,`+
		`"auditPlan":{"__type":"Pointer","className":"AuditPlan","objectId":"plan"}}`, id, second, statement)
}

// stream ranges a subscription beside the test.
type stream[T any] struct {
	t      *testing.T
	sub    *isoaudit.Subscription[T]
	events chan isoaudit.Event[T]
	end    chan error // the error that ended it, nil after Close
}

func streamOf[T any](t *testing.T, sub *isoaudit.Subscription[T]) *stream[T] {
	s := &stream[T]{t, sub, make(chan isoaudit.Event[T], 10_000), make(chan error, 1)}
	go func() {
		for event, err := range sub.Events() {
			if err != nil {
				s.end <- err
				return
			}
			s.events <- event
		}
		s.end <- nil
	}()
	return s
}

func (s *stream[T]) next() isoaudit.Event[T] {
	s.t.Helper()
	select {
	case e := <-s.events:
		return e
	case err := <-s.end:
		s.t.Fatal("the stream ended:", err)
	case <-time.After(time.Minute):
		s.t.Fatal("no event for a minute")
	}
	panic("unreachable")
}

func (s *stream[T]) close() {
	s.t.Helper()
	require.NoError(s.t, s.sub.Close())
	require.NoError(s.t, <-s.end)
}
