package livequery_test

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/internal/pipenet"
	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/stretchr/testify/require"
)

// fakeServer hands each WebSocket to the test, which plays the server's part.
// Its network is in memory, so that synctest's clock governs it.
type fakeServer struct {
	t       *testing.T
	network *pipenet.Network
	peers   chan *peer
	refuse  atomic.Int32 // HTTP status to answer the handshake with; 0: accept
	retry   atomic.Int32 // seconds that the answer asks to wait for; 0: none
	refused atomic.Int32 // handshakes
	pings   atomic.Int32 // of the client
}

func newFakeServer(t *testing.T) *fakeServer {
	s := &fakeServer{t: t, network: pipenet.New(), peers: make(chan *peer, 100)}
	server := &http.Server{Handler: http.HandlerFunc(s.handle)}
	go func() { _ = server.Serve(s.network) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *fakeServer) handle(w http.ResponseWriter, r *http.Request) {
	if status := s.refuse.Load(); status != 0 {
		s.refused.Add(1)
		if seconds := s.retry.Load(); seconds != 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
		}
		w.WriteHeader(int(status))
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		OnPingReceived: func(context.Context, []byte) bool {
			s.pings.Add(1)
			return true
		},
	})
	if err != nil {
		s.t.Error("accept:", err)
		return
	}
	ws.SetReadLimit(-1)
	p := &peer{t: s.t, ws: ws, in: make(chan request, 1000), gone: make(chan struct{})}
	s.peers <- p
	p.read()
}

// config is the configuration of a client of this server.
func (s *fakeServer) config() livequery.Config {
	transport := &http.Transport{DialContext: s.network.Dial}
	s.t.Cleanup(transport.CloseIdleConnections)
	return livequery.Config{
		URL:         "ws://parse.example/parse",
		HTTPClient:  &http.Client{Transport: transport},
		Credentials: livequery.Credentials{ApplicationID: "app", RESTKey: "rest"},
	}
}

// accept waits for the next connection and answers its connect.
func (s *fakeServer) accept() *peer {
	p := <-s.peers
	require.Equal(s.t, "connect", p.receive().Op)
	p.say(`{"op":"connected","clientId":"c"}`)
	return p
}

// request is a client's frame as the server sees it.
type request struct {
	Op           string
	RequestID    int `json:"requestId"`
	SessionToken string
	RESTKey      string `json:"restAPIKey"`
	Query        struct {
		ClassName string
		Where     map[string]any
	}
}

type peer struct {
	t    *testing.T
	ws   *websocket.Conn
	in   chan request
	gone chan struct{} // closed when the client is gone
}

func (p *peer) read() {
	defer close(p.gone)
	for {
		_, data, err := p.ws.Read(context.Background())
		if err != nil {
			return
		}
		var r request
		if err := json.Unmarshal(data, &r, json.MatchCaseInsensitiveNames(true)); err != nil {
			p.t.Error("client sent", string(data), err)
		}
		p.in <- r
	}
}

func (p *peer) receive() request { return <-p.in }

func (p *peer) say(frame string) {
	require.NoError(p.t, p.ws.Write(context.Background(), websocket.MessageText, []byte(frame)))
}

// subscribe answers the next request, which must be a subscribe.
func (p *peer) subscribe() request {
	r := p.receive()
	require.Equal(p.t, "subscribe", r.Op)
	p.reply("subscribed", r.RequestID)
	return r
}

func (p *peer) reply(op string, id int) {
	data, err := json.Marshal(map[string]any{"op": op, "clientId": "c", "requestId": id})
	require.NoError(p.t, err)
	p.say(string(data))
}

func (p *peer) fail(code, id int) {
	data, err := json.Marshal(map[string]any{"op": "error", "code": code, "error": "no", "reconnect": true, "requestId": id})
	require.NoError(p.t, err)
	p.say(string(data))
}

func (p *peer) event(op string, id int, object map[string]any) {
	data, err := json.Marshal(map[string]any{"op": op, "clientId": "c", "requestId": id, "object": object})
	require.NoError(p.t, err)
	p.say(string(data))
}

func (p *peer) cut() { _ = p.ws.CloseNow() }
