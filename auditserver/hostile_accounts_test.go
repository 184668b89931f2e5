package auditserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// repeated makes a batch of n equal requests, # being their number.
func repeated(n int, transaction bool, request string) string {
	return `{"transaction":` + strconv.FormatBool(transaction) + `,"requests":[` + numbered(n, request) + `]}`
}

// S9, S10: a batch holds a handful of what costs a hash, on every route that does.
func TestS9S10BatchesOfLogIns(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPost, "/users", `{"username":"ann","password":"right"}`)
	for _, request := range []string{
		`{"method":"POST","path":"/parse/login","body":{"username":"ann","password":"#"}}`,
		`{"method":"GET","path":"/parse/LOGIN","body":{"username":"ann","password":"#"}}`,
		`{"method":"GET","path":"/parse/verifyPassword","body":{"username":"ann","password":"#"}}`,
		`{"method":"POST","path":"/parse/users","body":{"username":"u#","password":"p"}}`,
		`{"method":"POST","path":"/parse/classes/_User","body":{"username":"v#","password":"p"}}`,
		`{"method":"PUT","path":"/parse/users/x","body":{"password":"#"}}`,
	} {
		text := m.public().refused(400, 107, http.MethodPost, "/batch", repeated(6, false, request)).text("error")
		require.Contains(t, text, "6 log-ins, sign-ups and new passwords, the limit is 5 (option limits.batchLogIns)")
		require.Equal(t, http.StatusOK, m.public().do(http.MethodPost, "/batch", repeated(5, false, request)).status, request)
		require.Equal(t, http.StatusOK, m.do(http.MethodPost, "/batch", repeated(6, false, request)).status, "the master key may")
	}
}

// S9: work for a client that has left ends.
func TestS9ContextInBatches(t *testing.T) {
	srv, m := open(t, nil)
	for _, transaction := range []bool{false, true} {
		ctx, leave := context.WithCancel(t.Context())
		leave()
		req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/parse/batch", strings.NewReader(
			repeated(100, transaction, `{"method":"POST","path":"/parse/users","body":{"username":"gone#","password":"p"}}`)))
		req.RemoteAddr = "127.0.0.1:4711"
		for name, values := range m.header {
			req.Header[name] = values
		}
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, req)
		require.NotEqual(t, http.StatusOK, w.Code)
	}
	require.Empty(t, m.must(http.MethodGet, "/users", nil).results(t))
}

// S10: passwords are hashed one after another, and few wait for that.
func TestS10PasswordsInTurn(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.Limits.Hashings, c.Limits.HashingsWait, c.PasswordCost = 1, 1, 12
	})
	m.must(http.MethodPost, "/users", `{"username":"ann","password":"right"}`)
	var mu sync.Mutex
	var refused, tried int
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			a := m.public().do(http.MethodPost, "/login", `{"username":"ann","password":"wrong"}`)
			mu.Lock()
			defer mu.Unlock()
			if a.status == http.StatusNotFound {
				tried++
			} else {
				busy(t, a, "limits.hashingsWait")
				refused++
			}
		})
	}
	all.Wait()
	require.NotZero(t, refused)
	require.NotZero(t, tried)
	counted := `auditserver_budget_refused_total{budget="hashings"} ` + strconv.Itoa(refused) + "\n"
	require.Contains(t, string(m.must(http.MethodGet, "/metrics", nil).raw), counted)
	m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"right"}`)
}

// S9: a sign-up without the permission, and one for a name that is taken, cost no
// hash; here one would last for minutes.
func TestS9NothingIsHashedInVain(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.PasswordCost = 24 })
	m.must(http.MethodPost, "/classes/_Role", `{"name":"r","ACL":{}}`)
	m.create("Note", `{}`)
	m.must(http.MethodPost, "/users", `{"authData":{"anonymous":{"id":"x"}},"username":"ann","email":"ann@example.com"}`)
	m.public().refused(400, 202, http.MethodPost, "/users", `{"username":"ann","password":"p"}`)
	m.public().refused(400, 203, http.MethodPost, "/users", `{"username":"bob","password":"p","email":"ann@example.com"}`)
	m.public().refused(400, 111, http.MethodPost, "/users", `{"username":"ann","password":"p","email":5}`)
	m.must(http.MethodPut, "/schemas/_User", `{"classLevelPermissions":{"create":{}}}`)
	m.public().refused(400, 119, http.MethodPost, "/users", `{"username":"eve","password":"p"}`)
}

// S13: whoever signs up learns whether an address is known; but not without signing up.
func TestS13SignUpInATransaction(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPost, "/users", `{"username":"ann","password":"p","n":1,"email":"ann@example.com"}`)
	eve := m.public().must(http.MethodPost, "/users", `{"username":"eve","password":"p"}`)
	fails := `,{"method":"POST","path":"/parse/classes/No","body":{"a.b":1}}`
	said := map[string]bool{}
	for _, address := range []string{"ann@example.com", "unknown@example.com"} {
		for _, first := range []string{
			`{"method":"POST","path":"/parse/users","body":{"username":"x","password":"p","email":"` + address + `"}}`,
			`{"method":"POST","path":"/parse/classes/_User","body":{"username":"x","password":"p","email":"` + address + `"}}`,
			`{"method":"PUT","path":"/parse/users/` + eve.text("objectId") + `","body":{"email":"` + address + `"}}`,
		} {
			a := m.as(eve.text("sessionToken")).refused(400, 119, http.MethodPost, "/batch", `{"transaction":true,"requests":[`+first+fails+`]}`)
			said[a.text("error")] = true
		}
		// Nor does a sign-up that must fail for another reason.
		a := m.public().refused(400, 111, http.MethodPost, "/users", `{"username":"x","n":"no number","password":"p","email":"`+address+`"}`)
		said[a.text("error")] = true
	}
	text := m.public().refused(400, 107, http.MethodPost, "/batch", repeated(2, true, `{"method":"POST","path":"/parse/users","body":{"username":"two#","password":"p"}}`)).text("error")
	require.Contains(t, text, "only one of its requests")
	m.public().must(http.MethodPost, "/batch", repeated(1, true, `{"method":"POST","path":"/parse/users","body":{"username":"one#","password":"p"}}`))
	require.Len(t, said, 2, "the same whether the address is known: %v", said)
}
