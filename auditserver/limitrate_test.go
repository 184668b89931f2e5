package auditserver_test

import (
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// What Parse Server 9.10 answers with the same limits.
func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := func(path string, count int, change func(*auditserver.RateLimit)) auditserver.RateLimit {
			l := auditserver.RateLimit{RequestPath: path, RequestTimeWindow: time.Minute, RequestCount: count, IncludeInternalRequests: true}
			if change != nil {
				change(&l)
			}
			return l
		}
		_, m := open(t, func(c *auditserver.Config) {
			c.AllowClientClassCreation = true
			c.RateLimit = []auditserver.RateLimit{
				limit("/functions/*any", 2, func(l *auditserver.RateLimit) { l.ErrorResponseMessage = "slow" }),
				limit("/classes/Lim/:id", 1, func(l *auditserver.RateLimit) { l.RequestMethods = []string{"GET"} }),
				limit("/classes/Usr", 1, func(l *auditserver.RateLimit) { l.Zone = auditserver.ZoneUser }),
				limit("/classes/Ses", 1, func(l *auditserver.RateLimit) { l.Zone = auditserver.ZoneSession }),
				limit("/classes/All", 1, func(l *auditserver.RateLimit) { l.Zone = auditserver.ZoneGlobal }),
				limit("/classes/Mas", 1, func(l *auditserver.RateLimit) { l.IncludeMasterKey, l.RequestMethods = true, []string{"GET"} }),
				limit("/classes/Loc", 1, func(l *auditserver.RateLimit) { l.IncludeInternalRequests = false }),
				limit("/login", 1, nil),
			}
		})
		p := m.public()
		_, ann := m.user("ann")
		_, bob := m.user("bob")
		p.refused(400, 141, http.MethodPost, "/functions/none", `{}`)
		p.refused(400, 141, http.MethodPost, "/functions/none", `{}`)
		a := p.refused(429, 100, http.MethodPost, "/functions/none", `{}`)
		require.Equal(t, "slow", a.text("error"))
		require.Equal(t, "60", a.header.Get("Retry-After"))
		require.Equal(t, "2", a.header.Get("X-RateLimit-Limit"))
		m.refused(400, 141, http.MethodPost, "/functions/none", `{}`)
		for _, spelling := range []string{"/FUNCTIONS/none", "/functions/none/", "//functions//none", "/%66unctions/none", "/functions/%6eone"} {
			p.refused(429, 100, http.MethodPost, spelling, `{}`)
		}
		p.refused(400, 100, http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/classes/Row","body":{}},{"method":"POST","path":"/parse/functions/a"}]}`)
		require.Empty(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), "nothing of the batch is done")

		m.must(http.MethodPost, "/classes/Lim", `{}`)
		p.refused(404, 101, http.MethodGet, "/classes/Lim/abc", nil)
		p.refused(429, 100, http.MethodGet, "/classes/Lim/abc", nil)
		p.refused(429, 100, http.MethodPost, "/classes/Lim/abc", `{"_method":"GET"}`)
		p.must(http.MethodGet, "/classes/Lim", nil)
		p.refused(404, 101, http.MethodPut, "/classes/Lim/abc", `{}`)
		p.refused(400, 100, http.MethodPost, "/batch", `{"requests":[{"method":"GET","path":"/parse/classes/Lim/a"}]}`)

		for _, path := range []string{"/classes/Usr", "/classes/Ses"} {
			for _, c := range []*client{p, m.as(ann), m.as(bob)} {
				c.must(http.MethodGet, path, nil)
				c.refused(429, 100, http.MethodGet, path, nil)
			}
			m.must(http.MethodGet, path, nil)
		}
		m.as("r:none").refused(429, 100, http.MethodGet, "/classes/Usr", nil) // an invented session is counted by address
		m.as(ann).must(http.MethodGet, "/classes/All", nil)
		m.as(bob).refused(429, 100, http.MethodGet, "/classes/All", nil)
		m.must(http.MethodPost, "/classes/Mas", `{}`)
		m.refused(429, 100, http.MethodPost, "/classes/Mas", `{}`)
		for range 3 {
			p.must(http.MethodGet, "/classes/Loc", nil)
		}
		p.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
		p.refused(429, 100, http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
		p.refused(429, 100, http.MethodGet, "/login?username=ann&password=pw-ann", nil)
		p.refused(400, 100, http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/login","body":{"username":"ann","password":"guess"}}]}`)
		require.Equal(t, 403, p.with("X-Parse-Application-Id", "other").do(http.MethodPost, "/login", `{}`).status)

		time.Sleep(time.Minute) // of the bubble
		p.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
	})
}

// The address of a client is what trusted proxies say, and nothing that it invents.
func TestClientBehindProxies(t *testing.T) {
	networks := func(list ...string) (out []netip.Prefix) {
		for _, text := range list {
			out = append(out, netip.MustParsePrefix(text))
		}
		return out
	}
	for name, test := range map[string]struct {
		trust     auditserver.TrustProxy
		forwarded string
		client    string
	}{
		"nobody is trusted":           {auditserver.TrustProxy{}, "203.0.113.9", "127.0.0.1/32"},
		"one proxy":                   {auditserver.TrustProxy{Hops: 1}, "203.0.113.9", "203.0.113.9/32"},
		"one proxy, invented entry":   {auditserver.TrustProxy{Hops: 1}, "127.0.0.1, 203.0.113.9", "203.0.113.9/32"},
		"two proxies":                 {auditserver.TrustProxy{Hops: 2}, "203.0.113.9, 10.0.0.7", "203.0.113.9/32"},
		"networks":                    {auditserver.TrustProxy{Networks: networks("127.0.0.0/8", "10.0.0.0/8")}, "127.0.0.1, 203.0.113.9, 10.0.0.7", "203.0.113.9/32"},
		"another network":             {auditserver.TrustProxy{Networks: networks("10.0.0.0/8")}, "203.0.113.9", "127.0.0.1/32"},
		"everybody":                   {auditserver.TrustProxy{Networks: networks("0.0.0.0/0", "::/0")}, "203.0.113.9, 198.51.100.1", "203.0.113.9/32"},
		"with a port":                 {auditserver.TrustProxy{Hops: 1}, "203.0.113.9:1234", "203.0.113.9/32"},
		"IPv6":                        {auditserver.TrustProxy{Hops: 1}, "[2001:db8::1]", "2001:db8::1/128"},
		"no entry":                    {auditserver.TrustProxy{Hops: 1}, "", "127.0.0.1/32"},
		"an entry that is no address": {auditserver.TrustProxy{Hops: 1}, "unknown", "127.0.0.1/32"},
	} {
		t.Run(name, func(t *testing.T) {
			_, m := open(t, func(c *auditserver.Config) { c.TrustProxy, c.MasterKeyIPs = test.trust, networks(test.client) })
			require.Equal(t, 200, m.with("X-Forwarded-For", test.forwarded).do(http.MethodGet, "/schemas", nil).status)
			_, m = open(t, func(c *auditserver.Config) { c.TrustProxy, c.MasterKeyIPs = test.trust, networks("192.0.2.1/32") })
			require.Equal(t, 403, m.with("X-Forwarded-For", test.forwarded).do(http.MethodGet, "/schemas", nil).status)
		})
	}
}

// Clients behind one proxy are limited each for himself, whatever they put before
// what the proxy says.
func TestRateLimitBehindProxies(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.TrustProxy.Hops = 1
		c.RateLimit = []auditserver.RateLimit{{RequestPath: "/config", RequestTimeWindow: time.Hour, RequestCount: 1}}
	})
	for _, client := range []string{"203.0.113.1", "203.0.113.2"} {
		m.public().with("X-Forwarded-For", client).must(http.MethodGet, "/config", nil)
		for _, invented := range []string{"", "1.2.3.4, ", "127.0.0.1, ", "5.6.7.8, 127.0.0.1,"} {
			m.public().with("X-Forwarded-For", invented+client).refused(429, 100, http.MethodGet, "/config", nil)
		}
	}
}

func TestCORS(t *testing.T) {
	_, m := open(t, nil)
	a := m.public().with("Origin", "https://any.example").must(http.MethodGet, "/config", nil)
	require.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "X-Parse-Job-Status-Id, X-Parse-Push-Status-Id", a.header.Get("Access-Control-Expose-Headers"))
	_, m = open(t, func(c *auditserver.Config) {
		c.AllowOrigin, c.AllowHeaders = []string{"https://a.example", "https://b.example"}, []string{"X-Mine"}
	})
	for origin, allowed := range map[string]string{"https://b.example": "https://b.example", "https://c.example": "https://a.example", "": "https://a.example"} {
		a := m.public().with("Origin", origin).must(http.MethodGet, "/config", nil)
		require.Equal(t, allowed, a.header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, "Origin", a.header.Get("Vary"))
		before := m.public().with("Origin", origin).do(http.MethodOptions, "/classes/Row", nil)
		require.Equal(t, "OK", string(before.raw))
		require.Equal(t, allowed, before.header.Get("Access-Control-Allow-Origin"))
		require.Regexp(t, `^X-Parse-Master-Key, .*, Cache-Control, X-Mine$`, before.header.Get("Access-Control-Allow-Headers"))
	}
}
