package conformance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// liveFrames are what the live query server answers to queries in odd forms, and
// which objects it takes for what they ask.
func liveFrames() []behaviour {
	all := []behaviour{{"live frame: a pointer compared with a plain id", livePlainIDs}}
	for _, c := range []struct{ name, query, usual string }{
		{"usual", `"where":{}`, "subscribed"},
		{"keys", `"where":{},"keys":["n"]`, "subscribed"},
		{"watch", `"where":{},"watch":["n"]`, "subscribed"},
		{"keys as text", `"where":{},"keys":"n"`, "error 1"},
		{"keys of nothing", `"where":{},"keys":[]`, "error 1"},
		{"a key twice", `"where":{},"keys":["n","n"]`, "error 1"},
		{"keys that are numbers", `"where":{},"keys":[5]`, "error 1"},
		{"keys that are null", `"where":{},"keys":null`, "error 1"},
		{"watch as text", `"where":{},"watch":"n"`, "error 1"},
		{"a where as text", `"where":"{\"n\":1}"`, "error 1"},
		{"a where that is a list", `"where":[]`, "error 1"},
		{"a where that is null", `"where":null`, "error 1"},
		{"no where", `"keys":["n"]`, "error 1"},
		{"an unknown parameter", `"where":{},"limit":1`, "error 1"},
		{"half a character in a where", `"where":{"s":"cut \ud83d"}`, "subscribed"},
	} {
		key := "live frame: " + c.name
		all = append(all, behaviour{key, func(t *testing.T, w *world) {
			l := dialLive(t, w)
			l.say(fmt.Sprintf(`{"op":"subscribe","requestId":1,"query":{"className":%q,%s}}`, w.itemClass(), c.query))
			w.expects(t, key, c.usual, l.hear())
		}})
	}
	return all
}

// liveWire is a WebSocket without a client.
type liveWire struct {
	t   *testing.T
	ctx context.Context
	ws  *websocket.Conn
}

func dialLive(t *testing.T, w *world) *liveWire {
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	t.Cleanup(cancel)
	ws, _, err := websocket.Dial(ctx, strings.Replace(w.url, "http", "ws", 1), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ws.CloseNow() })
	l := &liveWire{t, ctx, ws}
	l.say(fmt.Sprintf(`{"op":"connect","applicationId":%q,"restAPIKey":%q}`, w.appID, w.restKey))
	require.Equal(t, "connected", l.hear())
	return l
}

func (l *liveWire) say(frame string) {
	require.NoError(l.t, l.ws.Write(l.ctx, websocket.MessageText, []byte(frame)))
}

// hear gives the next frame in few words: its kind, with the code of an error and
// the column n of an object.
func (l *liveWire) hear() string {
	_, data, err := l.ws.Read(l.ctx)
	require.NoError(l.t, err)
	var frame struct {
		Op     string `json:"op"`
		Code   int    `json:"code"`
		Object *struct {
			N int `json:"n"`
		} `json:"object"`
	}
	require.NoError(l.t, json.Unmarshal(data, &frame), "%s", data)
	switch {
	case frame.Op == "error":
		return fmt.Sprint("error ", frame.Code)
	case frame.Object != nil:
		return fmt.Sprint(frame.Op, " ", frame.Object.N)
	}
	return frame.Op
}

// livePlainIDs subscribes to a pointer by its plain id, and to a mark that ends what
// is heard.
func livePlainIDs(t *testing.T, w *world) {
	class := w.itemClass()
	parent := w.must(t, nobody, "POST", "/classes/"+class, `{"n":1}`).text("objectId")
	pointer := fmt.Sprintf(`{"__type":"Pointer","className":%q,"objectId":%q}`, class, parent)
	for name, condition := range map[string]string{
		"equal": fmt.Sprintf(`%q`, parent), "$in": fmt.Sprintf(`{"$in":[%q]}`, parent), "$eq": fmt.Sprintf(`{"$eq":%q}`, parent), "a pointer": pointer,
	} {
		l := dialLive(t, w)
		l.say(fmt.Sprintf(`{"op":"subscribe","requestId":1,"query":{"className":%q,"where":{"$or":[{"parent":%s,"n":8801},{"n":8802}]}}}`, class, condition))
		require.Equal(t, "subscribed", l.hear())
		w.must(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{"n":8801,"parent":%s}`, pointer))
		w.must(t, nobody, "POST", "/classes/"+class, `{"n":8802}`)
		heard := l.hear()
		if heard == "create 8801" {
			require.Equal(t, "create 8802", l.hear())
		}
		w.expects(t, "live frame: plain id, "+name, "create 8801", heard)
	}
}
