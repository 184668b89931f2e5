package auditserver_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

const lockedText = "Your account is locked due to multiple failed login attempts. Please try again after 5 minute(s)"

// What Parse Server 9.10 answers with {threshold: 3, duration: 5}.
func TestAccountLockout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var token string
		srv, m := open(t, func(c *auditserver.Config) {
			c.AccountLockout = auditserver.AccountLockout{Threshold: 3, Duration: 5 * time.Minute, UnlockOnPasswordReset: true}
			c.PasswordReset = func(_, _, t string) error { token = t; return nil }
		})
		id, _ := m.user("ann")
		m.user("bob")
		p := m.public()
		try := func(route, password string) string {
			return p.do(http.MethodPost, route, map[string]any{"username": "ann", "password": password}).text("error")
		}
		const wrong = "Invalid username/password."
		require.Equal(t, wrong, try("/login", "x"))
		require.Equal(t, wrong, try("/verifyPassword", "x"))
		require.Empty(t, try("/login", "pw-ann"), "a right password begins the count anew")
		for range 3 {
			require.Equal(t, wrong, try("/login", "x"))
		}
		require.Equal(t, lockedText, try("/login", "x"))
		require.Equal(t, lockedText, try("/login", "pw-ann"))
		require.Equal(t, lockedText, try("/verifyPassword", "pw-ann"))
		m.refused(404, 101, http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
		p.refused(404, 101, http.MethodPost, "/login", `{"username":"ann@example.com","password":"pw-ann"}`)
		batch := p.must(http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/login","body":{"username":"ann","password":"pw-ann"}}]}`)
		require.Contains(t, string(batch.raw), lockedText)
		p.must(http.MethodPost, "/login", `{"username":"bob","password":"pw-bob"}`)
		m.must(http.MethodPost, "/loginAs", `{"userId":"`+id+`"}`)

		time.Sleep(5*time.Minute + time.Second) // of the bubble
		require.Equal(t, lockedText, try("/login", "x"), "one more wrong one locks it again at once")
		time.Sleep(5*time.Minute + time.Second)
		require.Empty(t, try("/login", "pw-ann"))

		for range 3 {
			try("/login", "x")
		}
		require.Equal(t, lockedText, try("/login", "pw-ann"))
		p.must(http.MethodPost, "/requestPasswordReset", `{"email":"ann@example.com"}`)
		require.NoError(t, srv.ResetPassword(t.Context(), token, "fresh"))
		require.Empty(t, try("/login", "fresh"))
	})
}

// Guesses that come all at once tell no more than the threshold lets.
func TestLockoutOfGuessesAtOnce(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.AccountLockout = auditserver.AccountLockout{Threshold: 3, Duration: time.Hour}
	})
	m.user("ann")
	var told, mu = 0, sync.Mutex{}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			a := m.public().do(http.MethodPost, "/verifyPassword", `{"username":"ann","password":"guess"}`)
			mu.Lock()
			defer mu.Unlock()
			if !strings.Contains(a.text("error"), "locked") {
				told++
			}
		})
	}
	all.Wait()
	require.Equal(t, 3, told)
	m.public().refused(404, 101, http.MethodPost, "/verifyPassword", `{"username":"ann","password":"pw-ann"}`)
}

func TestUnverifiedEmail(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.VerifyUserEmails, c.PreventUnverifiedLogin = true, true })
	p := m.public()
	made := p.must(http.MethodPost, "/users", `{"username":"ann","password":"x","email":"ann@example.com"}`)
	require.Empty(t, made.text("sessionToken"))
	id, body := made.text("objectId"), `{"username":"ann","password":"x"}`
	for _, route := range []string{"/login", "/verifyPassword"} {
		p.refused(400, 205, http.MethodPost, route, body)
		m.refused(400, 205, http.MethodPost, route, body)
		p.refused(400, 205, http.MethodPost, route, `{"username":"ann","password":"x","ignoreEmailVerification":true}`)
		m.must(http.MethodPost, route, `{"username":"ann","password":"x","ignoreEmailVerification":true}`)
		p.refused(404, 101, http.MethodPost, route, `{"username":"ann","password":"wrong"}`)
	}
	require.Equal(t, false, m.must(http.MethodGet, "/users/"+id, nil).body["emailVerified"])
	m.must(http.MethodPut, "/users/"+id, `{"emailVerified":true}`)
	token := p.must(http.MethodPost, "/login", body).text("sessionToken")
	m.as(token).must(http.MethodPut, "/users/"+id, `{"email":"new@example.com"}`)
	p.refused(400, 205, http.MethodPost, "/login", body)
}
