package parse_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestCredentialsAreAppliedInOnePlace(t *testing.T) {
	client, s := scriptedClient(t, []parse.Option{
		parse.WithRESTKey("rest"), parse.WithJavaScriptKey("script"), parse.WithClientKey("client"), parse.WithUserAgent("plant/1"),
	}, reply(200, configBody), reply(200, configBody), reply(200, configBody))
	require.NoError(t, read(t.Context(), client))
	require.NoError(t, read(t.Context(), client.As(isoaudit.SessionWithToken("r:one"))))
	require.NoError(t, read(t.Context(), client), "the first client is unchanged")

	header := s.Sent[0].Header
	require.Equal(t, "app", header.Get("X-Parse-Application-Id"))
	require.Equal(t, "rest", header.Get("X-Parse-REST-API-Key"))
	require.Equal(t, "script", header.Get("X-Parse-Javascript-Key"))
	require.Equal(t, "client", header.Get("X-Parse-Client-Key"))
	require.Equal(t, "plant/1", header.Get("User-Agent"))
	require.NotContains(t, header, "X-Parse-Master-Key")
	require.NotContains(t, header, "X-Parse-Session-Token")
	require.Equal(t, "r:one", s.Sent[1].Header.Get("X-Parse-Session-Token"))
	require.NotContains(t, s.Sent[2].Header, "X-Parse-Session-Token")
}

// The derived identity is the one that is sent, also where the caller's
// transport is wrapped, and derivations of derivations replace each other.
func TestAsReplacesTheIdentity(t *testing.T) {
	inner := &script{Test: t, Steps: []step{reply(200, configBody), reply(200, configBody), reply(200, configBody)}}
	wrapped := tracing{inner, func(string, int) {}}
	admin, err := isoaudit.NewAdmin(serverURL, masterKey, parse.WithApplicationID("app"),
		parse.WithHTTPClient(&http.Client{Transport: wrapped}))
	require.NoError(t, err)

	first := admin.As(isoaudit.SessionWithToken("r:one"))
	require.NoError(t, read(t.Context(), first.As(isoaudit.SessionWithToken("r:two"))))
	require.NoError(t, read(t.Context(), first.Anonymous()))
	require.NoError(t, read(t.Context(), admin.Client))
	require.Equal(t, "r:two", inner.Sent[0].Header.Get("X-Parse-Session-Token"))
	require.NotContains(t, inner.Sent[0].Header, "X-Parse-Master-Key", "the server ignores a session beside the master key")
	require.NotContains(t, inner.Sent[1].Header, "X-Parse-Session-Token")
	require.NotContains(t, inner.Sent[1].Header, "X-Parse-Master-Key")
	require.Equal(t, masterKey, inner.Sent[2].Header.Get("X-Parse-Master-Key"))
}

func TestCallersHTTPClientIsNotChanged(t *testing.T) {
	given := &http.Client{Timeout: time.Minute}
	s := &script{Test: t, Steps: []step{reply(200, configBody)}}
	client, err := isoaudit.NewClient(serverURL, parse.WithTransport(s), parse.WithHTTPClient(given), parse.WithApplicationID("app"))
	require.NoError(t, err)
	require.NoError(t, read(t.Context(), client))
	require.Nil(t, given.Transport)
	require.Nil(t, given.CheckRedirect)
}

func TestNewClientReportsAllMistakes(t *testing.T) {
	_, err := isoaudit.NewClient("parse.example", parse.WithRESTKey(""), nil, parse.WithHTTPClient(nil),
		parse.WithTransport(nil), parse.WithLogger(nil), parse.WithSessionSource(nil),
		isoaudit.WithAuditorClass("a b"), parse.WithUserAgent("a\r\nb"), parse.WithBodyLimits(-1, 0),
		parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: -1}), parse.WithRequestIDs(9),
		parse.WithLiveQueryURL("https://x"), parse.WithGraphQLURL("x"), parse.WithJavaScriptKey("k\x00k"), parse.WithClientKey(" k"),
		parse.WithLiveQueryLimits(0, -1, 0))
	for _, option := range []string{
		"serverURL", "WithApplicationID", "WithRESTKey", "option 1", "WithHTTPClient", "WithTransport", "WithLogger", "WithSessionSource",
		"WithUserClass", "WithUserAgent", "WithBodyLimits", "WithRetryPolicy", "WithRequestIDs", "WithLiveQueryURL", "WithGraphQLURL",
		"WithJavaScriptKey", "WithClientKey", "WithLiveQueryLimits",
	} {
		require.ErrorContains(t, err, option+":")
	}
}

func TestServerURL(t *testing.T) {
	for _, bad := range []string{"", "parse.example/parse", "ftp://parse.example", "https://", "https://user:hunter2@parse.example",
		"https://parse.example?x=1", "https://parse.example/#a", "https://parse.example:port\x7f"} {
		_, err := isoaudit.NewClient(bad, parse.WithApplicationID("app"))
		var input *parse.InputError
		require.ErrorAs(t, err, &input, bad)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestPathsAreBuiltBelowTheMount(t *testing.T) {
	for base, want := range map[string]string{
		"https://h.example":          "https://h.example/functions/f",
		"https://h.example/":         "https://h.example/functions/f",
		"https://h.example/a/parse/": "https://h.example/a/parse/functions/f",
		"https://h.example/a%2Fb":    "https://h.example/a%2Fb/functions/f",
		"http://127.0.0.1:1337/p":    "http://127.0.0.1:1337/p/functions/f",
	} {
		s := &script{Test: t, Steps: []step{reply(200, `{"result":1}`)}}
		client, err := isoaudit.NewClient(base, parse.WithApplicationID("app"), parse.WithTransport(s))
		require.NoError(t, err)
		_, err = parse.Call[int](t.Context(), client, "f", nil)
		require.NoError(t, err)
		require.Equal(t, want, s.Sent[0].URL)
	}
}

func TestPathElementsCannotEscape(t *testing.T) {
	for id, want := range map[string]string{
		"a/b?c=d#e": serverURL + "/classes/_JobStatus/a%2Fb%3Fc=d%23e",
		"%2e%2e":    serverURL + "/classes/_JobStatus/%252e%252e",
		"é ü":       serverURL + "/classes/_JobStatus/%C3%A9%20%C3%BC",
	} {
		admin, s := scriptedAdmin(t, nil, reply(200, `{"objectId":"j1","status":"running"}`))
		_, err := admin.Job(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, want, s.Sent[0].URL)
	}
	for _, bad := range []string{"", ".", ".."} {
		admin, _ := scriptedAdmin(t, nil)
		_, err := admin.Job(t.Context(), bad)
		var input *parse.InputError
		require.ErrorAs(t, err, &input)
	}
}

func TestRedirectsNeverCarryCredentialsAway(t *testing.T) {
	var elsewhere int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/config":
			http.Redirect(w, r, other.URL+"/config", http.StatusTemporaryRedirect)
		case "/functions/moved": // would turn into a GET
			http.Redirect(w, r, "/config", http.StatusFound)
		case "/functions/here":
			http.Redirect(w, r, "/functions/there", http.StatusTemporaryRedirect)
		default:
			_, _ = w.Write([]byte(`{"result":1}`))
		}
	}))
	defer server.Close()
	client, err := isoaudit.NewClient(server.URL, parse.WithApplicationID("app"), parse.WithRESTKey("rest"))
	require.NoError(t, err)

	_, err = client.Config(t.Context())
	require.ErrorContains(t, err, "redirects to "+other.URL)
	require.Zero(t, elsewhere)
	_, err = parse.Call[int](t.Context(), client, "moved", nil)
	require.ErrorContains(t, err, "HTTP 302")
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	result, err := parse.Call[int](t.Context(), client, "here", nil)
	require.NoError(t, err, "on the same host and with the same method")
	require.Equal(t, 1, result)
}

func TestNilAndZeroAreReported(t *testing.T) {
	client, _ := scriptedClient(t, nil)
	var none *isoaudit.Client
	var noContext context.Context
	for name, err := range map[string]error{
		"nil client":              read(t.Context(), none),
		"zero client":             read(t.Context(), new(isoaudit.Client)),
		"nil context":             read(noContext, client),
		"nil session":             read(t.Context(), client.As(nil)),
		"empty session":           read(t.Context(), client.As(new(isoaudit.Session))),
		"bad session":             read(t.Context(), client.As(isoaudit.SessionWithToken("a\nb"))),
		"nil admin":               new(isoaudit.Admin).Purge(t.Context(), "AuditPlan"),
		"log-out":                 client.LogOut(t.Context()),
		"log-out of a nil client": none.LogOut(t.Context()),
		"graphql of nil":          none.GraphQL(t.Context(), "{a}", nil, nil),
	} {
		var input *parse.InputError
		require.ErrorAs(t, err, &input, name)
	}
}

func TestMasterKeyOnlyOverSafeConnections(t *testing.T) {
	app := parse.WithApplicationID("app")
	for _, address := range []string{"http://parse.example", "http://10.0.0.1/parse", "http://127.0.0.1.example"} {
		_, err := isoaudit.NewAdmin(address, masterKey, app)
		require.ErrorContains(t, err, "https", address)
		require.NotContains(t, err.Error(), masterKey)
	}
	for _, address := range []string{"https://parse.example", "http://127.0.0.1:1337/parse", "http://localhost", "http://[::1]:1"} {
		_, err := isoaudit.NewAdmin(address, masterKey, app)
		require.NoError(t, err, address)
	}
	_, err := isoaudit.NewAdmin(serverURL, masterKey, app, parse.WithLiveQueryURL("ws://parse.example"))
	require.ErrorContains(t, err, "WithLiveQueryURL")
	_, err = isoaudit.NewAdmin(serverURL, masterKey, app, parse.WithGraphQLURL("http://parse.example/graphql"))
	require.ErrorContains(t, err, "WithGraphQLURL")
	_, err = isoaudit.NewAdmin(serverURL, masterKey, app, parse.WithSessionSource(parse.PasswordLogin("a", "b")))
	require.ErrorContains(t, err, "WithSessionSource")
	_, err = isoaudit.NewAdmin(serverURL, "", app)
	require.ErrorContains(t, err, "masterKey")
}

func TestHintNamesMasterKeyIPs(t *testing.T) {
	admin, _ := scriptedAdmin(t, nil, reply(403, `{"error":"unauthorized"}`))
	_, err := admin.ServerInfo(t.Context())
	require.ErrorContains(t, err, "masterKeyIps")
	require.ErrorContains(t, err, "unauthorized")
}

func TestHintTellsWhetherASessionWasSent(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(404, notFound), reply(404, notFound))
	require.ErrorContains(t, read(t.Context(), client), "no session was sent")
	require.ErrorContains(t, read(t.Context(), client.As(isoaudit.SessionWithToken("r:x"))), "this session")
}

// tracing is a RoundTripper as instrumentation libraries make them.
type tracing struct {
	next  http.RoundTripper
	after func(path string, status int)
}

func (tr tracing) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := tr.next.RoundTrip(req)
	if err == nil {
		tr.after(req.Method+" "+req.URL.Path, resp.StatusCode)
	}
	return resp, err
}
