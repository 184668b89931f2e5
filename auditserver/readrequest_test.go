package auditserver_test

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestKeys(t *testing.T) {
	srv, m := open(t, func(c *auditserver.Config) {
		c.RESTKey, c.JavaScriptKey, c.ReadOnlyMasterKey = "rest", "js", "reader"
		c.AllowClientClassCreation = true
	})
	none := &client{t: t, handler: srv, header: http.Header{}}
	forbidden := func(a answer) {
		t.Helper()
		require.Equal(t, http.StatusForbidden, a.status)
		require.Equal(t, map[string]any{"error": "unauthorized"}, a.body)
	}
	forbidden(none.do(http.MethodGet, "/classes/A", nil))
	app := none.with("X-Parse-Application-Id", appID)
	forbidden(app.do(http.MethodGet, "/classes/A", nil))
	forbidden(app.with("X-Parse-REST-API-Key", "wrong").do(http.MethodGet, "/classes/A", nil))
	forbidden(none.with("X-Parse-Application-Id", "other").with("X-Parse-REST-API-Key", "rest").do(http.MethodGet, "/classes/A", nil))
	forbidden(app.with("X-Parse-Master-Key", "wrong").do(http.MethodGet, "/classes/A", nil))
	m.create("A", `{"a":1}`)
	rest := app.with("X-Parse-REST-API-Key", "rest")
	rest.must(http.MethodGet, "/classes/A", nil)
	rest.with("X-Parse-Master-Key", "wrong").must(http.MethodGet, "/classes/A", nil)
	app.with("X-Parse-Javascript-Key", "js").must(http.MethodGet, "/classes/A", nil)
	basic := func(user string) *client {
		return none.with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
	}
	basic(appID+":"+master).must(http.MethodGet, "/schemas", nil)
	basic(appID+":javascript-key=js").must(http.MethodGet, "/classes/A", nil)
	forbidden(basic(appID+":wrong").do(http.MethodGet, "/classes/A", nil))

	body := none.must(http.MethodPost, "/classes/A", `{"_method":"GET","_ApplicationId":"app","_JavaScriptKey":"js","_ClientVersion":"js8","_InstallationId":"i","where":{}}`)
	require.Len(t, body.results(t), 1)
	rest.refused(400, 105, http.MethodPost, "/classes/A", `{"_SessionToken":"r:1"}`)

	reader := app.with("X-Parse-Master-Key", "reader")
	reader.must(http.MethodGet, "/schemas", nil)
	reader.refused(400, 119, http.MethodPost, "/classes/A", `{"a":2}`)
	reader.refused(400, 119, http.MethodDelete, "/purge/A", nil)
	write := `{"method":"POST","path":"/parse/classes/A","body":{"a":2}}`
	refused := `{"error":{"code":119,"error":"Permission denied"}}`
	each := reader.must(http.MethodPost, "/batch", `{"requests":[`+write+","+write+`]}`)
	require.JSONEq(t, "["+refused+","+refused+"]", string(each.raw), "each entry has its own answer")
	reader.refused(400, 119, http.MethodPost, "/batch", `{"requests":[`+write+`],"transaction":true}`)

	masterOnly := rest.do(http.MethodGet, "/schemas", nil)
	require.Equal(t, http.StatusForbidden, masterOnly.status)
	require.Equal(t, map[string]any{"error": "Permission denied"}, masterOnly.body)
	none.must(http.MethodGet, "/health", nil)
	rest.refused(400, 209, http.MethodGet, "/users/me", nil)
	rest.with("X-Parse-Session-Token", "r:nonsense").refused(400, 209, http.MethodGet, "/classes/A", nil)
	rest.with("X-Parse-Cloud-Context", "[1]").refused(400, 107, http.MethodGet, "/classes/A", nil)
}

func TestMasterKeyOnlyFromAllowedAddresses(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.MasterKeyIPs = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	a := m.do(http.MethodGet, "/schemas", nil)
	require.Equal(t, http.StatusForbidden, a.status)
	require.NotContains(t, string(a.raw), master)
}
