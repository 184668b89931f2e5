package auditserver_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// A page that a developer visits can't call the server on his machine.
func TestForeignHostsAndOriginsAreRefusedOverLoopback(t *testing.T) {
	call := func(t *testing.T, change func(*auditserver.Config), host, origin string) (int, string) {
		srv, _ := open(t, change)
		web := httptest.NewServer(srv)
		defer web.Close()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, web.URL+"/parse/classes/Note", nil)
		require.NoError(t, err)
		if host != "" {
			r.Host = host
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		res, err := web.Client().Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode, res.Header.Get("Access-Control-Allow-Origin")
	}
	public := func(c *auditserver.Config) { c.PublicURL = "https://audits.example/parse" }
	listed := func(c *auditserver.Config) {
		c.AllowHosts, c.AllowOrigin = []string{"box.example"}, []string{"https://app.example"}
	}
	all := func(c *auditserver.Config) { c.AllowOrigin = []string{"*"} }
	for _, each := range []struct {
		change       func(*auditserver.Config)
		host, origin string
		status       int
	}{
		{nil, "", "", http.StatusOK},
		{nil, "localhost:1337", "http://localhost:3000", http.StatusOK},
		{nil, "LOCALHOST", "http://[::1]:3000", http.StatusOK},
		{nil, "evil.example", "", http.StatusForbidden},
		{nil, "localhost.evil.example", "", http.StatusForbidden},
		{nil, "127.0.0.1.evil.example:80", "", http.StatusForbidden},
		{nil, "", "https://evil.example", http.StatusForbidden},
		{nil, "", "http://localhost.evil.example", http.StatusForbidden},
		{nil, "", "null", http.StatusForbidden}, // of a page in a sandbox
		{public, "audits.example", "https://audits.example", http.StatusOK},
		{public, "evil.example", "", http.StatusForbidden},
		{listed, "box.example:80", "https://app.example", http.StatusOK},
		{listed, "", "https://evil.example", http.StatusForbidden},
		{all, "", "https://evil.example", http.StatusOK},
		{all, "evil.example", "", http.StatusForbidden},
	} {
		status, allowed := call(t, each.change, each.host, each.origin)
		require.Equal(t, each.status, status, each)
		require.Equal(t, each.status == http.StatusOK, allowed != "", "a page that is refused may not read why")
	}
}

func TestAllowHostsAreNames(t *testing.T) {
	for _, bad := range []string{"", "https://audits.example", "audits.example:80", "audits.example/parse"} {
		_, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID, AllowHosts: []string{bad}})
		require.ErrorContains(t, err, "allowHosts", bad)
	}
}

// A request has come over loopback whatever kind of address its listener names.
func TestForeignHostsAreRefusedAtEveryListener(t *testing.T) {
	srv, _ := open(t, nil)
	for _, each := range []struct {
		at     any
		status int
	}{
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1337}, http.StatusForbidden},
		{&net.TCPAddr{IP: net.ParseIP("127.3.2.1").To4(), Port: 1337}, http.StatusForbidden},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 1337}, http.StatusForbidden},
		{net.TCPAddrFromAddrPort(netip.MustParseAddrPort("[::ffff:127.0.0.1]:1337")), http.StatusForbidden},
		{otherAddr("127.0.0.1:1337"), http.StatusForbidden},
		{&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 1337}, http.StatusOK},
		{otherAddr("10.0.0.1:1337"), http.StatusOK},
		{&net.UnixAddr{Name: "/run/audits.sock", Net: "unix"}, http.StatusOK},
		{nil, http.StatusOK},
	} {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, each.at), http.MethodOptions, "http://evil.example/parse/classes/Note", nil)
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		require.Equal(t, each.status, w.Code, "%v", each.at)
	}
}

// otherAddr is an address of a listener that wraps another one.
type otherAddr string

func (otherAddr) Network() string  { return "tcp" }
func (a otherAddr) String() string { return string(a) }
