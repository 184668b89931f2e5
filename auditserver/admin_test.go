package auditserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServerInfoAndOthers(t *testing.T) {
	_, m := open(t, nil)
	require.Equal(t, "9.10.0", m.must(http.MethodGet, "/serverInfo", nil).text("parseServerVersion"))
	m.must(http.MethodPost, "/events/AppOpened", `{}`)
	options := m.do(http.MethodOptions, "/classes/A", nil)
	require.Equal(t, "OK", string(options.raw))
	require.Equal(t, "*", options.header.Get("Access-Control-Allow-Origin"))
	for _, path := range []string{"/nosuch", "/classes", "/classes/A/b/c", ""} {
		a := m.do(http.MethodGet, path, nil)
		require.Equal(t, http.StatusNotFound, a.status)
		require.Contains(t, a.header.Get("Content-Type"), "text/html")
	}
	require.Equal(t, http.StatusNotFound, m.do(http.MethodPatch, "/classes/A/b", `{}`).status)
	m.public().refused(400, 119, http.MethodGet, "/installations", nil)
}
