package auditserver_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// liveBench is a server with live queries, and REST in a line.
type liveBench struct {
	t      *testing.T
	server *auditserver.Server
	http   *httptest.Server
}

func newLiveBench(t *testing.T, change func(*auditserver.Config)) *liveBench {
	cfg := auditserver.Config{
		AppID: "app", MasterKey: "master", RESTKey: "rest", JavaScriptKey: "js",
		AllowClientClassCreation: true, LiveQueryClasses: []string{"Live.*", "_Session"},
		PasswordCost: bcrypt.MinCost, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	server, err := auditserver.Open(t.Context(), cfg)
	require.NoError(t, err)
	b := &liveBench{t: t, server: server, http: httptest.NewServer(server)}
	t.Cleanup(func() {
		require.NoError(t, server.Close(context.Background()))
		b.http.Close()
	})
	return b
}

type object = map[string]any

// rest sends one request, as the master key unless a session is given.
func (b *liveBench) rest(method, path, session string, body object) object {
	b.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(b.t, err)
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+"/parse/"+path, bytes.NewReader(data))
	require.NoError(b.t, err)
	req.Header.Set("X-Parse-Application-Id", "app")
	req.Header.Set("Content-Type", "application/json")
	if session == "" {
		req.Header.Set("X-Parse-Master-Key", "master")
	} else {
		req.Header.Set("X-Parse-REST-API-Key", "rest")
		req.Header.Set("X-Parse-Session-Token", session)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	require.Less(b.t, resp.StatusCode, 300, "%s %s: %s", method, path, text)
	var answer object
	require.NoError(b.t, json.Unmarshal(text, &answer))
	return answer
}

func (b *liveBench) create(class string, fields object) string {
	return b.rest("POST", "classes/"+class, "", fields)["objectId"].(string)
}

func (b *liveBench) signUp(name string) (id, token string) {
	user := b.rest("POST", "users", "", object{"username": name, "password": "pw"})
	return user["objectId"].(string), b.rest("POST", "login", "", object{"username": name, "password": "pw"})["sessionToken"].(string)
}

// liveSocket is a raw live query client.
type liveSocket struct {
	t  *testing.T
	ws *websocket.Conn
}

func (b *liveBench) dial(path string) *liveSocket {
	ws, _, err := websocket.Dial(b.t.Context(), strings.Replace(b.http.URL, "http", "ws", 1)+path, nil)
	require.NoError(b.t, err)
	ws.SetReadLimit(-1)
	b.t.Cleanup(func() { _ = ws.CloseNow() })
	return &liveSocket{b.t, ws}
}

// connect opens a connection with the JavaScript key.
func (b *liveBench) connect() *liveSocket {
	s := b.dial("/parse")
	s.say(`{"op":"connect","applicationId":"app","javascriptKey":"js"}`)
	require.Equal(b.t, "connected", s.hear()["op"])
	return s
}

func (s *liveSocket) say(frame string) {
	s.t.Helper()
	require.NoError(s.t, s.ws.Write(s.t.Context(), websocket.MessageText, []byte(frame)))
}

func (s *liveSocket) hear() object {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	_, data, err := s.ws.Read(ctx)
	require.NoError(s.t, err)
	var frame object
	require.NoError(s.t, json.Unmarshal(data, &frame))
	return frame
}

func (s *liveSocket) subscribe(id int, class, where, more string) {
	s.t.Helper()
	s.say(fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":%q,"where":%s}%s}`, id, class, where, more))
	frame := s.hear()
	require.Equal(s.t, "subscribed", frame["op"], frame)
	require.EqualValues(s.t, id, frame["requestId"])
}

// refusal subscribes and returns the error frame.
func (s *liveSocket) refusal(frame string) object {
	s.t.Helper()
	s.say(frame)
	answer := s.hear()
	require.Equal(s.t, "error", answer["op"], answer)
	require.Equal(s.t, false, answer["reconnect"])
	return answer
}

func (s *liveSocket) event(op string, id int) object {
	s.t.Helper()
	frame := s.hear()
	require.Equal(s.t, op, frame["op"], frame)
	require.EqualValues(s.t, id, frame["requestId"])
	require.NotEmpty(s.t, frame["clientId"])
	return frame
}

func TestLiveQueryEventsTellWhatHappened(t *testing.T) {
	b := newLiveBench(t, nil)
	s := b.connect()
	s.subscribe(1, "LivePlan", `{"status":"open"}`, "")

	id := b.create("LivePlan", object{"status": "open", "n": 1})
	e := s.event("create", 1)
	require.Equal(t, "LivePlan", e["object"].(object)["className"])
	require.Equal(t, id, e["object"].(object)["objectId"])
	require.NotContains(t, e, "original")

	b.rest("PUT", "classes/LivePlan/"+id, "", object{"n": 2})
	e = s.event("update", 1)
	require.EqualValues(t, 2, e["object"].(object)["n"])
	require.EqualValues(t, 1, e["original"].(object)["n"])

	b.rest("PUT", "classes/LivePlan/"+id, "", object{"status": "closed"})
	e = s.event("leave", 1)
	require.Equal(t, "closed", e["object"].(object)["status"])
	require.Equal(t, "open", e["original"].(object)["status"])

	b.rest("PUT", "classes/LivePlan/"+id, "", object{"n": 3}) // not for us
	b.rest("PUT", "classes/LivePlan/"+id, "", object{"status": "open"})
	e = s.event("enter", 1)
	require.Equal(t, "closed", e["original"].(object)["status"])

	b.rest("PUT", "classes/LivePlan/"+id, "", object{}) // an empty save is an event
	s.event("update", 1)

	b.rest("DELETE", "classes/LivePlan/"+id, "", nil)
	e = s.event("delete", 1)
	require.NotContains(t, e, "original")
	require.NotContains(t, e["object"].(object), "__type")
}

func TestLiveQueryWorksOnAnyPath(t *testing.T) {
	b := newLiveBench(t, nil)
	for _, path := range []string{"/", "/parse", "/elsewhere/at/all"} {
		s := b.dial(path)
		s.say(`{"op":"connect","applicationId":"app","restAPIKey":"rest","installationId":"inst"}`)
		frame := s.hear()
		require.Equal(t, "connected", frame["op"])
		require.Equal(t, "inst", frame["installationId"])
	}
}

func TestLiveQueryFrameErrors(t *testing.T) {
	b := newLiveBench(t, nil)
	s := b.dial("/")
	e := s.refusal(`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}}}`)
	require.EqualValues(t, 2, e["code"])
	require.Nil(t, e["requestId"])
	e = s.refusal(`{"op":"connect","applicationId":"app","javascriptKey":"wrong"}`)
	require.EqualValues(t, 4, e["code"])
	e = s.refusal(`{"op":"connect","applicationId":"other","javascriptKey":"js"}`)
	require.EqualValues(t, 4, e["code"])
	s.say(`{"op":"connect","applicationId":"app","javascriptKey":"js"}`)
	require.Equal(t, "connected", s.hear()["op"])
	s.say(`this is not JSON`) // ignored
	for _, frame := range []string{
		`{"op":"connect","applicationId":"app","more":1}`,
		`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{},"limit":1}}`,
		`{"op":"unsubscribe","requestId":1,"sessionToken":"r:x"}`,
		`{"op":"subscribe","requestId":1,"applicationId":"app","query":{"className":"Live","where":{}}}`,
	} {
		e := s.refusal(frame)
		require.EqualValues(t, 1, e["code"])
		require.Equal(t, "Additional properties not allowed", e["error"], "what the JavaScript SDK looks for")
	}
	for _, frame := range []string{
		`{"op":"ping"}`, `{}`, `[]`, `{"op":7}`,
		`{"op":"subscribe","requestId":1}`,
		`{"op":"subscribe","requestId":"1","query":{"className":"Live","where":{}}}`,
		`{"op":"subscribe","query":{"className":"Live","where":{}}}`,
		`{"op":"subscribe","requestId":1,"query":{"className":"Live"}}`,
		`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":[]}}`,
		`{"op":"subscribe","requestId":1,"query":{"where":{}}}`,
		`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{},"keys":[]}}`,
		`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{},"watch":["a","a"]}}`,
		`{"op":"connect"}`,
	} {
		e := s.refusal(frame)
		require.EqualValues(t, 1, e["code"], frame)
		require.Nil(t, e["requestId"])
	}
	for _, frame := range []string{
		`{"op":"unsubscribe","requestId":99}`,
		`{"op":"update","requestId":99,"query":{"className":"Live","where":{}}}`,
	} {
		require.EqualValues(t, 2, s.refusal(frame)["code"])
	}
}

func TestLiveQueryRefusesWhatItCannotEvaluate(t *testing.T) {
	b := newLiveBench(t, nil)
	s := b.connect()
	for where, code := range map[string]int{
		`{"p":{"$inQuery":{"className":"Live","where":{}}}}`: 102,
		`{"d":{"$gt":{"$relativeTime":"1 day ago"}}}`:        102,
		`{"s":{"$regex":"("}}`:                               102,
		`{"$nonsense":[]}`:                                   105,
	} {
		e := s.refusal(`{"op":"subscribe","requestId":7,"query":{"className":"Live","where":` + where + `}}`)
		require.EqualValues(t, code, e["code"], where)
		require.EqualValues(t, 7, e["requestId"])
	}
	e := s.refusal(`{"op":"subscribe","requestId":7,"query":{"className":"Other","where":{}}}`)
	require.Contains(t, e["error"], "LiveQueryClasses (option liveQuery.classNames)")
}

func TestLiveQueryUpdateAndUnsubscribe(t *testing.T) {
	b := newLiveBench(t, nil)
	s := b.connect()
	s.subscribe(1, "Live", `{"n":1}`, "")
	s.say(`{"op":"update","requestId":1,"query":{"className":"Live","where":{"n":2}}}`)
	require.Equal(t, "subscribed", s.hear()["op"])
	b.create("Live", object{"n": 1})
	b.create("Live", object{"n": 2})
	require.EqualValues(t, 2, s.event("create", 1)["object"].(object)["n"])
	s.subscribe(2, "Live", `{}`, "")
	s.say(`{"op":"unsubscribe","requestId":1}`)
	require.Equal(t, "unsubscribed", s.hear()["op"])
	b.create("Live", object{"n": 2})
	s.event("create", 2)
	b.create("Live", object{"n": 3})
	require.EqualValues(t, 3, s.event("create", 2)["object"].(object)["n"], "the removed subscription got an event")
}

func TestLiveQueryKeysAndWatch(t *testing.T) {
	b := newLiveBench(t, nil)
	s := b.connect()
	s.say(`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{},"keys":["a"],"watch":["b"]}}`)
	require.Equal(t, "subscribed", s.hear()["op"])
	b.create("Live", object{"a": 1})
	id := b.create("Live", object{"a": 1, "b": 1})
	e := s.event("create", 1)["object"].(object)
	require.Equal(t, id, e["objectId"], "b was not set, so the first create is not watched")
	require.NotContains(t, e, "b")
	for _, key := range []string{"a", "className", "createdAt", "updatedAt"} {
		require.Contains(t, e, key)
	}
	b.rest("PUT", "classes/Live/"+id, "", object{"a": 2})
	b.rest("PUT", "classes/Live/"+id, "", object{"b": 2})
	require.EqualValues(t, 2, s.event("update", 1)["object"].(object)["a"], "the update of a alone is not watched")
	b.rest("DELETE", "classes/Live/"+id, "", nil)
	s.event("delete", 1)
}

func TestLiveQuerySubscriptionsDoNotCollide(t *testing.T) {
	b := newLiveBench(t, nil)
	one, two := b.connect(), b.connect()
	one.subscribe(1, "Live", `{"s":"one","$or":[{"n":1},{"n":2}]}`, "")
	two.subscribe(1, "Live", `{"s":"two","$or":[{"n":1},{"n":2}]}`, "")
	b.create("Live", object{"s": "two", "n": 1})
	b.create("Live", object{"s": "one", "n": 2})
	require.Equal(t, "one", one.event("create", 1)["object"].(object)["s"])
	require.Equal(t, "two", two.event("create", 1)["object"].(object)["s"])
}

func TestLiveQueryNothingFromARolledBackTransaction(t *testing.T) {
	b := newLiveBench(t, nil)
	b.create("Live", object{"n": 1}) // the class and its columns
	s := b.connect()
	s.subscribe(1, "Live", `{}`, "")
	batch, err := json.Marshal(object{"transaction": true, "requests": []object{
		{"method": "POST", "path": "/parse/classes/Live", "body": object{"n": 2}},
		{"method": "PUT", "path": "/parse/classes/Live/missing", "body": object{"n": 3}},
	}})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), "POST", b.http.URL+"/parse/batch", bytes.NewReader(batch))
	require.NoError(t, err)
	req.Header.Set("X-Parse-Application-Id", "app")
	req.Header.Set("X-Parse-Master-Key", "master")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.NotEqual(t, 200, resp.StatusCode)
	b.create("Live", object{"n": 4})
	require.EqualValues(t, 4, s.event("create", 1)["object"].(object)["n"])
}

func TestLiveQueryOrderIsCommitOrder(t *testing.T) {
	b := newLiveBench(t, nil)
	id := b.create("Live", object{"n": 0})
	s := b.connect()
	s.subscribe(1, "Live", `{}`, "")
	const writers, writes = 8, 25
	done := make(chan struct{})
	for range writers {
		go func() {
			defer func() { done <- struct{}{} }()
			for range writes {
				b.rest("PUT", "classes/Live/"+id, "", object{"n": object{"__op": "Increment", "amount": 1}})
			}
		}()
	}
	last := ""
	for i := range writers * writes {
		e := s.event("update", 1)
		require.EqualValues(t, i+1, e["object"].(object)["n"])
		require.EqualValues(t, i, e["original"].(object)["n"])
		at := e["object"].(object)["updatedAt"].(string)
		require.GreaterOrEqual(t, at, last)
		last = at
	}
	for range writers {
		<-done
	}
}
