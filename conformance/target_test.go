package conformance_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

// target is one server to run behaviours against.
type target struct {
	server    conformance.Server
	url       string // with the mount path
	graphQL   string // "" where there is none
	appID     string
	restKey   string
	jsKey     string
	masterKey string
	front     *front // before several nodes; nil where there is one
}

// contractVariable tells whose Cloud Code the real server runs; "" is the six classes.
const contractVariable = "ISOAUDIT_PARSE_CONTRACT"

// realTarget is namedTarget where it is a server of the six classes.
func realTarget(t testing.TB) (target, bool) {
	if contract := os.Getenv(contractVariable); contract != "" && contract != "iso9001" {
		return target{}, false
	}
	return namedTarget(t)
}

// namedTarget is the Parse Server that run.sh started, or any other one that the
// environment names: several nodes behind one address are a target of their own.
func namedTarget(t testing.TB) (target, bool) {
	url := os.Getenv("ISOAUDIT_PARSE_URL")
	if url == "" {
		return target{}, false
	}
	server, err := conformance.ParseServerNamed(os.Getenv("ISOAUDIT_PARSE_SERVER"))
	require.NoError(t, err)
	tg := target{
		server:    server,
		url:       url,
		graphQL:   os.Getenv("ISOAUDIT_PARSE_GRAPHQL_URL"),
		appID:     os.Getenv("ISOAUDIT_PARSE_APP_ID"),
		restKey:   os.Getenv("ISOAUDIT_PARSE_REST_KEY"),
		jsKey:     os.Getenv("ISOAUDIT_PARSE_JS_KEY"),
		masterKey: os.Getenv("ISOAUDIT_PARSE_MASTER_KEY"),
	}
	if s, ok := startedStack(); ok && len(s.nodes) > 1 {
		tg.front, tg.url = startFront(t, s.nodes, 0)
		tg.graphQL = strings.TrimSuffix(tg.url, "/parse") + "/graphql"
	}
	return tg, true
}

// embeddedTarget starts an auditserver for one test.
func embeddedTarget(t testing.TB) target {
	t.Helper()
	e, err := conformance.StartEmbedded(context.Background(), "", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return target{
		server: conformance.AuditServer, url: e.URL, graphQL: e.GraphQLURL(),
		appID: e.AppID, restKey: e.RESTKey, jsKey: e.JavaScriptKey, masterKey: e.MasterKey,
	}
}

// identity is who sends a raw request.
type identity struct {
	master  bool
	session string
}

var (
	nobody = identity{}
	master = identity{master: true}
)

func user(token string) identity { return identity{session: token} }

// answer is the reply to a raw request.
type answer struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any // nil where the body is not a JSON object
}

// code is Parse's error code; 0 where there is none.
func (a answer) code() int {
	n, _ := a.json["code"].(float64)
	return int(n)
}

// codes tells both in the words of the table of differences.
func codes(a answer) string { return fmt.Sprint("status ", a.status, ", code ", a.code()) }

// text gives a member that is a text.
func (a answer) text(key string) string {
	s, _ := a.json[key].(string)
	return s
}

// list gives the members of "results".
func (a answer) list() []map[string]any {
	var rows []map[string]any
	results, _ := a.json["results"].([]any)
	for _, r := range results {
		row, _ := r.(map[string]any)
		rows = append(rows, row)
	}
	return rows
}

// send sends one request as the protocol has it, without the client: body is
// JSON text, or nothing. Headers are given in pairs.
func (tg target) send(t testing.TB, as identity, method, path, body string, headers ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), requestTimeout) // cleanups send too
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, tg.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Parse-Application-Id", tg.appID)
	req.Header.Set("X-Parse-REST-API-Key", tg.restKey)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if as.master {
		req.Header.Set("X-Parse-Master-Key", tg.masterKey)
	}
	if as.session != "" {
		req.Header.Set("X-Parse-Session-Token", as.session)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := rawClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	a.body, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	_ = json.Unmarshal(a.body, &a.json) // not every answer is a JSON object
	return a
}

// rawClient opens a connection for each request: Parse Server closes a kept one
// shortly after it has answered an upload it did not read.
var rawClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// must is send for requests that have to succeed.
func (tg target) must(t testing.TB, as identity, method, path, body string, headers ...string) answer {
	t.Helper()
	a := tg.send(t, as, method, path, body, headers...)
	require.Lessf(t, a.status, 300, "%s %s: %s", method, path, a.body)
	return a
}
