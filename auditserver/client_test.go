package auditserver_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

const (
	appID  = "app"
	master = "master-secret"
)

// client speaks to a server as one identity.
type client struct {
	t       testing.TB
	handler http.Handler
	header  http.Header
}

// answer is what came back: the status, the decoded body and the raw one.
type answer struct {
	status int
	body   map[string]any
	raw    []byte
	header http.Header
}

func (a answer) code() int {
	n, _ := a.body["code"].(float64)
	return int(n)
}

func (a answer) text(name string) string {
	s, _ := a.body[name].(string)
	return s
}

func (a answer) results(t testing.TB) []map[string]any {
	list, ok := a.body["results"].([]any)
	require.True(t, ok, "no results in %s", a.raw)
	var out []map[string]any
	for _, e := range list {
		out = append(out, e.(map[string]any))
	}
	return out
}

// open starts a server that is closed with the test, and gives its master client.
func open(t testing.TB, change func(*auditserver.Config)) (*auditserver.Server, *client) {
	cfg := auditserver.Config{AppID: appID, MasterKey: master, PasswordCost: bcrypt.MinCost, Unsynced: true}
	if change != nil {
		change(&cfg)
	}
	srv, err := auditserver.Open(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.Close(context.Background())) })
	return srv, (&client{t: t, handler: srv, header: http.Header{"X-Parse-Application-Id": {appID}}}).with("X-Parse-Master-Key", master)
}

// with gives the same client with one more header; an empty value removes it.
func (c *client) with(name, value string) *client {
	h := c.header.Clone()
	h.Del(name)
	if value != "" {
		h.Set(name, value)
	}
	return &client{t: c.t, handler: c.handler, header: h}
}

// public gives the client without master key and session.
func (c *client) public() *client {
	return c.with("X-Parse-Master-Key", "").with("X-Parse-Session-Token", "")
}

// as gives the client acting with a session.
func (c *client) as(token string) *client {
	return c.public().with("X-Parse-Session-Token", token)
}

// do sends one request; body is JSON text, bytes, a value, or nil.
func (c *client) do(method, path string, body any) answer {
	c.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = bytes.NewBufferString(b)
	case []byte:
		r = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(c.t, err)
		r = bytes.NewReader(raw)
	}
	req := httptest.NewRequest(method, "/parse"+path, r)
	req.RemoteAddr = "127.0.0.1:4711"
	for name, values := range c.header {
		req.Header[name] = values
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, req)
	a := answer{status: w.Code, raw: w.Body.Bytes(), header: w.Header()}
	_ = json.Unmarshal(a.raw, &a.body) // a file or a list has no members to look at
	return a
}

// must sends one request that has to succeed.
func (c *client) must(method, path string, body any) answer {
	c.t.Helper()
	a := c.do(method, path, body)
	require.Less(c.t, a.status, 300, "%s %s: %s", method, path, a.raw)
	return a
}

// refused sends one request that has to fail with a code and status.
func (c *client) refused(status, code int, method, path string, body any) answer {
	c.t.Helper()
	a := c.do(method, path, body)
	require.Equal(c.t, status, a.status, "%s %s: %s", method, path, a.raw)
	require.Equal(c.t, code, a.code(), "%s %s: %s", method, path, a.raw)
	return a
}

// create makes an object and gives its id.
func (c *client) create(class, body string) string {
	c.t.Helper()
	a := c.must(http.MethodPost, "/classes/"+class, body)
	require.Equal(c.t, http.StatusCreated, a.status)
	return a.text("objectId")
}

// user signs up a user and gives his id and session token.
func (c *client) user(name string) (id, token string) {
	c.t.Helper()
	a := c.public().must(http.MethodPost, "/users", map[string]any{"username": name, "password": "pw-" + name, "email": name + "@example.com"})
	require.NotEmpty(c.t, a.text("sessionToken"))
	return a.text("objectId"), a.text("sessionToken")
}
