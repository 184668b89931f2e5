package auditserver_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestMetricsCountRoutesNotNames(t *testing.T) {
	_, c := open(t, func(c *auditserver.Config) { c.AllowClientClassCreation = true })
	id := c.create("SecretName", `{}`)
	c.must(http.MethodGet, "/classes/SecretName/"+id, nil)
	c.refused(http.StatusNotFound, 101, http.MethodGet, "/classes/SecretName/nobody0000", nil)
	c.do("BREW", "/classes/SecretName", nil)
	c.do(http.MethodGet, "/what/is/this", nil)
	c.with("X-Parse-Application-Id", "wrong").do(http.MethodGet, "/users/me", nil)
	c.user("ada")
	uploaded(t, c, "evidence")
	text := string(c.must(http.MethodGet, "/metrics", nil).raw)
	for _, line := range []string{
		`auditserver_requests_total{method="POST",route="/classes/:className",status="201"} 1`,
		`auditserver_requests_total{method="GET",route="/classes/:className/:objectId",status="200"} 1`,
		`auditserver_requests_total{method="GET",route="/classes/:className/:objectId",status="404"} 1`,
		`auditserver_requests_total{method="other",route="other",status="404"} 1`,
		`auditserver_requests_total{method="GET",route="other",status="404"} 1`,
		`auditserver_requests_total{method="GET",route="/users/me",status="403"} 1`,
		`auditserver_request_duration_seconds_count{route="/users"} 1`,
		`auditserver_requests_running 1`,
		`auditserver_files 1`,
		`auditserver_files_bytes 8`,
		`auditserver_live_subscriptions 0`,
		`auditserver_writes_waiting 0`,
		`auditserver_budget_limit{budget="bodies"} 6.7108864e+07`,
		`auditserver_budget_used{budget="answers"} 0`,
		`auditserver_budget_refused_total{budget="hashings"} 0`,
		`auditserver_budget_used{budget="largeBodies"} 0`,
	} {
		require.Contains(t, text, line+"\n")
	}
	require.Regexp(t, `(?m)^auditserver_database_bytes [1-9]`, text)
	for _, secret := range []string{"SecretName", "BREW", "what", id, "ada", master, appID} {
		require.NotContains(t, text, `"`+secret)
		require.NotContains(t, text, "/"+secret)
	}
}

func TestWhoMaySeeMetrics(t *testing.T) {
	srv, _ := open(t, nil)
	for _, each := range []struct {
		remote, host string
		header       http.Header
		status       int
	}{
		{"127.0.0.1:99", "localhost:1337", nil, http.StatusOK},
		{"[::1]:99", "[::1]:1337", nil, http.StatusOK},
		{"127.0.0.1:99", "audits.example", nil, http.StatusForbidden},
		{"127.0.0.1:99", "localhost", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, http.StatusForbidden},
		{"127.0.0.1:99", "localhost", http.Header{"Forwarded": {"for=127.0.0.1"}}, http.StatusForbidden},
		{"192.0.2.7:99", "localhost", nil, http.StatusForbidden},
		{"192.0.2.7:99", "localhost", http.Header{"X-Parse-Application-Id": {appID}, "X-Parse-Master-Key": {master}}, http.StatusForbidden}, // masterKeyIps
		{"127.0.0.1:99", "audits.example", http.Header{"X-Parse-Application-Id": {appID}, "X-Parse-Master-Key": {master}}, http.StatusOK},
		{"127.0.0.1:99", "audits.example", http.Header{"X-Parse-Application-Id": {appID}, "X-Parse-Master-Key": {"wrong"}}, http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodGet, "/parse/metrics", nil)
		r.RemoteAddr, r.Host = each.remote, each.host
		for name, values := range each.header {
			r.Header[name] = values
		}
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		require.Equal(t, each.status, w.Code, each)
		require.Equal(t, each.status == http.StatusOK, strings.HasPrefix(w.Body.String(), "# HELP"))
	}
}
