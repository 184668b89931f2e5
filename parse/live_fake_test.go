package parse_test

import (
	"cmp"
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
	"github.com/isoaudit/isoaudit-go/parse"
)

// liveFake is a server on synctest's clock whose rows and events the test
// chooses: REST answers any find with rows, the WebSocket says what it is told.
type liveFake struct {
	t       *testing.T
	network *pipenet.Network
	peers   chan *livePeer

	mu     sync.Mutex
	rows   []string       // the answer to a find
	page   int            // how many rows it holds at most; 0: all
	finds  []findSeen     // what was asked
	rest   map[string]int // how REST answers: an HTTP status, or hangs, by path; absent: well
	fails  []int          // the statuses with which the next finds fail; 0: this one does not
	probes []time.Time    // of the session
	dead   string         // a session token that has ended
	date   string         // the header of that name; "": an hour after the rows
}

// hangs is no HTTP status: the request stays until its caller gives up.
const hangs = -1

// answers sets how REST answers from now on.
func (f *liveFake) answers(path string, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest = map[string]int{path: status}
}

func (f *liveFake) serveREST(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Date", cmp.Or(f.date, "Sun, 01 Mar 2026 09:00:00 GMT"))
	switch status := f.rest[path]; {
	case status == hangs:
		f.mu.Unlock()
		<-r.Context().Done()
		f.mu.Lock()
		return
	case status != 0:
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"code":119,"error":"no"}`)
		return
	}
	if path == "me" {
		f.probes = append(f.probes, time.Now())
		if f.dead != "" && r.Header.Get("X-Parse-Session-Token") == f.dead {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprint(w, `{"code":209,"error":"Invalid session token"}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"objectId":"u","username":"anna"}`)
		return
	}
	q := r.URL.Query()
	f.finds = append(f.finds, findSeen{time.Now(), q.Get("where"), q.Get("include"), q.Get("keys")})
	if len(f.fails) > 0 {
		status := f.fails[0]
		f.fails = f.fails[1:]
		if status != 0 {
			w.WriteHeader(status)
			if status == http.StatusBadRequest { // Parse Server could not look the session up
				_, _ = fmt.Fprint(w, `{"code":-1,"error":"Unknown error"}`)
			}
			return
		}
	}
	rows, next := f.rows, []string(nil)
	if f.page > 0 && len(rows) > f.page {
		rows, next = rows[:f.page], rows[f.page:]
	}
	if strings.Contains(q.Get("where"), `"$gt"`) { // the page after the first
		rows = next
	}
	_, _ = fmt.Fprintf(w, `{"results":[%s]}`, strings.Join(rows, ","))
}

type findSeen struct {
	at                   time.Time
	where, include, keys string
}

func newLiveFake(t *testing.T, options ...parse.Option) (*liveFake, *isoaudit.Client) {
	network := pipenet.New()
	f := &liveFake{t: t, network: network, peers: make(chan *livePeer, 10)}
	server := &http.Server{Handler: f}
	go func() { _ = server.Serve(network) }()
	transport := &http.Transport{DialContext: network.Dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	client, err := isoaudit.NewClient("http://parse.example/parse", append(options, parse.WithApplicationID("app"),
		parse.WithHTTPClient(&http.Client{Transport: transport}))...)
	require.NoError(t, err)
	return f, client
}

func (f *liveFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-WebSocket-Key") == "" {
		f.serveREST(w, r)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		f.t.Error(err)
		return
	}
	ws.SetReadLimit(-1)
	p := &livePeer{t: f.t, ws: ws, tokens: make(chan string, 100), left: make(chan int, 100)}
	if frame := p.hear(); frame.Op != "connect" {
		f.t.Error("first frame is", frame.Op)
	}
	p.say(`{"op":"connected","clientId":"c"}`)
	for {
		switch frame := p.hear(); frame.Op {
		case "":
			return
		case "subscribe":
			p.tokens <- frame.SessionToken
			p.say(fmt.Sprintf(`{"op":"subscribed","clientId":"c","requestId":%d}`, frame.RequestID))
			if p.id == 0 {
				p.id = frame.RequestID
				f.peers <- p
			}
		case "unsubscribe":
			p.left <- frame.RequestID
		}
	}
}

func (f *liveFake) answer(rows ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows, f.finds = rows, nil
}

// failFinds sets the statuses with which the next finds fail; 0: that one does not.
func (f *liveFake) failFinds(statuses ...int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails = statuses
}

func (f *liveFake) asked() []findSeen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]findSeen(nil), f.finds...)
}

// end makes a session one that has ended.
func (f *liveFake) end(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = token
}

func (f *liveFake) probed() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Time(nil), f.probes...)
}

// livePeer is the server's side of a WebSocket. It speaks of the first
// subscription, accepts others, and never answers an unsubscribe.
type livePeer struct {
	t      *testing.T
	ws     *websocket.Conn
	id     int         // of the first subscription
	tokens chan string // each subscribe brought
	left   chan int    // request ids that were unsubscribed
}

type heard struct {
	Op           string `json:"op"`
	RequestID    int    `json:"requestId"`
	SessionToken string `json:"sessionToken"`
}

// hear returns the next frame; a zero one when the client is gone.
func (p *livePeer) hear() (frame heard) {
	if _, data, err := p.ws.Read(context.Background()); err == nil {
		require.NoError(p.t, json.Unmarshal(data, &frame))
	}
	return frame
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
