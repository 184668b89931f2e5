package livequery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/livequery"
)

// logged is what a client has logged.
type logged struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

// S7: whatever a server sends back of what it was sent, in whichever way, no error and
// no line of the log shows a key or a token.
func TestS7EchoesShowNoSecrets(t *testing.T) {
	secrets := []string{"MASTER-secret", `REST-"secret"/é`, "JS-secret", "CLIENT-secret", "WINDOWS-secret", "r:TOKEN-secret"}
	quoted := func(text string) string {
		b, err := jsontext.AppendQuote(nil, text)
		require.NoError(t, err)
		return string(b)
	}
	type server func(ctx context.Context, ws *websocket.Conn, connect, subscribe string)
	say := func(ctx context.Context, ws *websocket.Conn, frame string) {
		_ = ws.Write(ctx, websocket.MessageText, []byte(frame)) // the client may have had enough
	}
	onConnect := func(frame string) server {
		return func(ctx context.Context, ws *websocket.Conn, connect, _ string) {
			say(ctx, ws, strings.NewReplacer("#", quoted(connect), "@", connect).Replace(frame))
		}
	}
	onSubscribe := func(frame string) server {
		return func(ctx context.Context, ws *websocket.Conn, connect, subscribe string) {
			all := connect + subscribe
			say(ctx, ws, strings.NewReplacer("#", quoted(all), "@", `[`+connect+`,`+subscribe+`]`).Replace(frame))
		}
	}
	for name, hostile := range map[string]server{
		"the connection is refused":           onConnect(`{"op":"error","code":4,"error":#}`),
		"with an object":                      onConnect(`{"op":"error","code":4,"error":@}`),
		"with another code":                   onConnect(`{"op":"error","code":1,"error":#}`),
		"with no JSON":                        onConnect(`@ @`),
		"with an unknown op":                  onConnect(`{"op":#}`),
		"with a member of the wrong type":     onConnect(`{"op":@,"requestId":#}`),
		"the subscription is refused":         onSubscribe(`{"op":"error","code":119,"requestId":1,"error":#}`),
		"with an object, too":                 onSubscribe(`{"op":"error","code":102,"requestId":1,"error":@}`),
		"with a code that is text":            onSubscribe(`{"op":"error","code":#,"requestId":1,"error":@}`),
		"its session is over":                 onSubscribe(`{"op":"error","code":209,"requestId":1,"error":#}`),
		"an error that belongs to no request": onSubscribe(`{"op":"error","code":1,"error":#}`),
		"an event that is none":               onSubscribe(`{"op":"create","requestId":1,"object":#}`),
		"an event with a long text cut off":   onSubscribe(`{"op":"error","code":119,"requestId":1,"error":"` + strings.Repeat("x", 16<<10-20) + `MASTER-secret"}`),
		"the reason of the close": func(_ context.Context, ws *websocket.Conn, connect, _ string) {
			_ = ws.Close(websocket.StatusInternalError, connect[max(0, len(connect)-120):])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ws, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}
				defer func() { _ = ws.CloseNow() }()
				_, connect, err := ws.Read(r.Context())
				if err != nil {
					return
				}
				hostile(r.Context(), ws, string(connect), "")
				say(r.Context(), ws, `{"op":"connected","clientId":"c"}`)
				_, subscribe, err := ws.Read(r.Context())
				if err != nil {
					return
				}
				hostile(r.Context(), ws, string(connect), string(subscribe))
				_, _, _ = ws.Read(r.Context()) // until the client hangs up
			}))
			defer front.Close()
			log := &logged{}
			c, err := livequery.New(livequery.Config{
				URL: strings.Replace(front.URL, "http", "ws", 1),
				Credentials: livequery.Credentials{ApplicationID: "app", MasterKey: livequery.Secret(secrets[0]), RESTKey: livequery.Secret(secrets[1]),
					JavaScriptKey: livequery.Secret(secrets[2]), ClientKey: livequery.Secret(secrets[3]), WindowsKey: livequery.Secret(secrets[4])},
				Session:      func(context.Context, string) (string, error) { return secrets[5], nil },
				ReplyTimeout: 200 * time.Millisecond, MinBackoff: time.Millisecond, MaxBackoff: 10 * time.Millisecond,
				Logger: slog.New(slog.NewJSONHandler(log, nil)),
			})
			require.NoError(t, err)
			defer func() { require.NoError(t, c.Close()) }()
			ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
			defer cancel()
			sub, err := c.Subscribe(ctx, livequery.Query{ClassName: "C", Where: jsontext.Value(`{}`)})
			for err == nil {
				_, err = sub.Next(ctx)
			}
			status, _ := c.Status()
			shown := log.text()
			for e := range map[error]bool{err: true, status.Err: true} {
				for ; e != nil; e = errors.Unwrap(e) {
					shown += fmt.Sprintf("%v %+v %#v %s", e, e, e, e.Error())
				}
			}
			require.NotEmpty(t, shown)
			for _, secret := range secrets {
				require.NotContains(t, shown, secret)
				require.NotContains(t, shown, strings.Trim(quoted(secret), `"`))
				require.NotContains(t, shown, secret[:8], "not even a part")
			}
		})
	}
}
