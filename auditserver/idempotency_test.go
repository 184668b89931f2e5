package auditserver_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestIdempotency(t *testing.T) {
	configure := func(quirks bool) func(*auditserver.Config) {
		return func(c *auditserver.Config) {
			c.Idempotency.Paths, c.Quirks = []string{".*"}, quirks
		}
	}
	srv, m := open(t, configure(false))
	m.must(http.MethodPost, "/schemas/Row", `{"fields":{"n":{"type":"Number","required":true}}}`)
	calls := 0
	srv.Function("count", func(context.Context, *auditserver.FunctionCall) (any, error) { calls++; return calls, nil })
	one := m.with("X-Parse-Request-Id", "1")
	one.refused(400, 142, http.MethodPost, "/classes/Row", `{}`)
	first := one.must(http.MethodPost, "/classes/Row", `{"n":1}`)
	again := one.must(http.MethodPost, "/classes/Row", `{"n":1}`)
	require.Equal(t, first.body, again.body)
	require.Equal(t, first.status, again.status)
	require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
	one.refused(400, 159, http.MethodPost, "/classes/Row", `{"n":2}`)
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 1)
	two := m.with("X-Parse-Request-Id", "2")
	two.must(http.MethodPost, "/functions/count", `{}`)
	require.Equal(t, 1.0, two.must(http.MethodPost, "/functions/count", `{}`).body["result"])
	form := m.with("X-Parse-Request-Id", "form").with("Content-Type", "application/x-www-form-urlencoded")
	sent := form.must(http.MethodPost, "/classes/Form", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8")
	require.Equal(t, sent.body, form.must(http.MethodPost, "/classes/Form", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8").body)
	three := m.public().with("X-Parse-Request-Id", "3")
	three.must(http.MethodPost, "/users", `{"username":"a","password":"b"}`)
	three.refused(400, 159, http.MethodPost, "/users", `{"username":"a","password":"b"}`)

	_, q := open(t, configure(true))
	q.must(http.MethodPost, "/schemas/Row", `{"fields":{"n":{"type":"Number","required":true}}}`)
	one = q.with("X-Parse-Request-Id", "1")
	one.refused(400, 142, http.MethodPost, "/classes/Row", `{}`)
	one.refused(400, 159, http.MethodPost, "/classes/Row", `{"n":1}`)
}
