package auditserver_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// lines are the lines of a JSON log.
func lines(t *testing.T, log *bytes.Buffer) (list []map[string]any) {
	for line := range strings.Lines(log.String()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		delete(m, "time")
		delete(m, "duration")
		list = append(list, m)
	}
	return list
}

func TestAccessLogSaysWhoDidWhatAndNoMore(t *testing.T) {
	var access, keys bytes.Buffer
	_, c := open(t, func(c *auditserver.Config) {
		c.AllowClientClassCreation = true
		c.AccessLog, c.MasterKeyLog = slog.New(slog.NewJSONHandler(&access, nil)), slog.New(slog.NewJSONHandler(&keys, nil))
	})
	id, token := c.user("ada")
	access.Reset()
	c.as(token).with("X-Parse-Request-Id", "id-1\nforged line "+strings.Repeat("x", 100)).must(http.MethodPost, "/classes/Secret?include=hidden", `{"text":"hidden"}`)
	c.must(http.MethodGet, `/classes/Secret?where={"text":"hidden"}`, nil)
	c.with("X-Parse-Master-Key", "hidden").must(http.MethodGet, "/classes/Secret", nil)
	c.do(http.MethodGet, "/hidden", nil)
	said := lines(t, &access)
	for i, want := range []map[string]any{
		{"method": "POST", "route": "/classes/:className", "status": 201.0, "client": "127.0.0.1", "user": id, "requestId": "id-1forgedline" + strings.Repeat("x", 47)},
		{"method": "GET", "route": "/classes/:className", "status": 200.0, "client": "127.0.0.1", "masterKey": "used"},
		{"method": "GET", "route": "/classes/:className", "status": 200.0, "client": "127.0.0.1", "masterKey": "refused"},
		{"method": "GET", "route": "other", "status": 404.0, "client": "127.0.0.1"},
	} {
		require.Positive(t, said[i]["bytes"])
		delete(said[i], "bytes")
		want["level"], want["msg"] = "INFO", "request"
		require.Equal(t, want, said[i])
	}
	require.Len(t, said, 4)
	uses := lines(t, &keys)
	require.Len(t, uses, 2)
	require.Equal(t, []any{"used", "INFO", "refused", "WARN"}, []any{uses[0]["masterKey"], uses[0]["level"], uses[1]["masterKey"], uses[1]["level"]})
	for _, secret := range []string{"hidden", "Secret", token, master, "pw-ada"} {
		require.NotContains(t, access.String()+keys.String(), secret)
	}
}

// The log of the master keys has a line for every request with one, and says of each
// whether it was right, wherever it came and however early the request was refused.
func TestMasterKeyLogHasEveryUse(t *testing.T) {
	var keys bytes.Buffer
	_, c := open(t, func(c *auditserver.Config) {
		c.RESTKey = "rest"
		c.TrustProxy.Hops = 1
		c.MasterKeyLog = slog.New(slog.NewJSONHandler(&keys, nil))
	})
	wrong, elsewhere := c.with("X-Parse-Master-Key", "wrong"), c.with("X-Forwarded-For", "192.0.2.7")
	for _, each := range []struct {
		from         *client
		method, path string
		body         any
		status       int
		use          string
	}{
		{c, http.MethodGet, "/metrics", nil, http.StatusOK, "used"},
		{wrong, http.MethodGet, "/metrics", nil, http.StatusForbidden, "refused"},
		{elsewhere, http.MethodGet, "/metrics", nil, http.StatusForbidden, "refused"},
		{c, http.MethodGet, "/health", nil, http.StatusOK, "used"},
		{wrong, http.MethodGet, "/health", nil, http.StatusOK, "refused"},
		{elsewhere, http.MethodGet, "/health", nil, http.StatusOK, "refused"},
		{c, http.MethodGet, "/ready", nil, http.StatusOK, "used"},
		{c, http.MethodGet, "/files/" + appID + "/missing.txt", nil, http.StatusNotFound, "used"},
		{wrong, http.MethodPost, "/classes/Any", `{}`, http.StatusForbidden, "refused"},
		{wrong, http.MethodGet, "/classes/Any", nil, http.StatusForbidden, "refused"},
		{wrong, http.MethodGet, "/classes/Any?x[y]=z", nil, http.StatusBadRequest, "refused"},
	} {
		keys.Reset()
		require.Equal(t, each.status, each.from.do(each.method, each.path, each.body).status, each)
		said := lines(t, &keys)
		require.Len(t, said, 1, each)
		require.Equal(t, each.use, said[0]["masterKey"], each)
	}
}
