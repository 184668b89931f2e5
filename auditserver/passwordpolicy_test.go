package auditserver_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// What Parse Server 9.10 answers with the same policy.
func TestPasswordPolicy(t *testing.T) {
	var token string
	srv, m := open(t, func(c *auditserver.Config) {
		c.PasswordPolicy = auditserver.PasswordPolicy{ValidatorPattern: `^(?=.*[a-z])(?=.*[0-9]).{4,}`, DoNotAllowUsername: true, MaxPasswordHistory: 2,
			Validator: func(password string) bool { return password != "never1" }}
		c.PasswordReset = func(_, _, t string) error { token = t; return nil }
	})
	p := m.public()
	const requirements, username, again = "Password does not meet the Password Policy requirements.", "Password cannot contain your username.", "New password should not be the same as last 2 passwords."
	for password, text := range map[string]string{"abc": requirements, "never1": requirements, "bob1": username, "bobbob1": username} {
		body := map[string]any{"username": "bob", "password": password, "email": "bob@example.com"}
		require.Equal(t, text, p.refused(400, 142, http.MethodPost, "/users", body).text("error"), password)
		m.refused(400, 142, http.MethodPost, "/users", body)
		m.refused(400, 142, http.MethodPost, "/batch", map[string]any{"transaction": true, "requests": []any{map[string]any{"method": "POST", "path": "/parse/users", "body": body}}})
	}
	made := p.must(http.MethodPost, "/users", `{"username":"bob","password":"good1","email":"bob@example.com"}`)
	id, session := made.text("objectId"), made.text("sessionToken")
	change := func(body string) string {
		a := m.as(session).do(http.MethodPut, "/users/"+id, body)
		if a.status == http.StatusOK {
			session = a.text("sessionToken")
			return ""
		}
		require.Equal(t, 142, a.code(), "%s", a.raw)
		return a.text("error")
	}
	require.Equal(t, again, change(`{"password":"good1"}`))
	require.Empty(t, change(`{"password":"good2"}`))
	require.Equal(t, again, change(`{"password":"good1"}`))
	require.Empty(t, change(`{"password":"good3"}`))
	require.Empty(t, change(`{"password":"good1"}`))
	require.Equal(t, username, change(`{"password":"bob12"}`))
	require.Equal(t, requirements, change(`{"password":"xx"}`))
	require.Empty(t, change(`{"username":"zed","password":"bob12"}`))
	m.refused(400, 142, http.MethodPut, "/users/"+id, `{"password":"xx"}`)
	m.refused(400, 142, http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"PUT","path":"/parse/users/`+id+`","body":{"password":"bob12"}}]}`)

	p.must(http.MethodPost, "/requestPasswordReset", `{"email":"bob@example.com"}`)
	var refused *auditserver.Error
	for _, password := range []string{"xx", "zed12", "bob12"} {
		require.ErrorAs(t, srv.ResetPassword(t.Context(), token, password), &refused, password)
		require.Equal(t, 142, refused.Code)
	}
	require.NoError(t, srv.ResetPassword(t.Context(), token, "good9"))
	p.must(http.MethodPost, "/login", `{"username":"zed","password":"good9"}`)
}

func TestPasswordAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m := open(t, func(c *auditserver.Config) { c.PasswordPolicy.MaxPasswordAge = 24 * time.Hour })
		id, token := m.user("ann")
		logIn := `{"username":"ann","password":"pw-ann"}`
		m.public().must(http.MethodPost, "/login", logIn)
		time.Sleep(24*time.Hour + time.Second) // of the bubble
		old := m.public().refused(404, 101, http.MethodPost, "/login", logIn)
		require.Equal(t, "Your password has expired. Please reset your password.", old.text("error"))
		m.public().must(http.MethodPost, "/verifyPassword", logIn)
		m.as(token).must(http.MethodPut, "/users/"+id, `{"password":"new"}`)
		m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"new"}`)
	})
}

func TestResetTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, reuse := range []bool{false, true} {
			var tokens []string
			srv, m := open(t, func(c *auditserver.Config) {
				c.PasswordPolicy = auditserver.PasswordPolicy{ResetTokenValidity: time.Hour, ResetTokenReuse: reuse, ResetUnknownEmailRefuse: true}
				c.PasswordReset = func(_, _, t string) error { tokens = append(tokens, t); return nil }
			})
			id, _ := m.user("ann")
			ask := func() { m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"ann@example.com"}`) }
			m.public().refused(404, 101, http.MethodPost, "/requestPasswordReset", `{"email":"nobody@example.com"}`)
			m.public().refused(400, 125, http.MethodPost, "/requestPasswordReset", `{"email":{"$gt":""}}`)
			ask()
			ask()
			require.Equal(t, reuse, srv.ResetPassword(t.Context(), tokens[0], "by the first") == nil)
			require.Equal(t, !reuse, srv.ResetPassword(t.Context(), tokens[1], "by the second") == nil, "the password has changed, or not")
			ask()
			time.Sleep(time.Hour + time.Second) // of the bubble
			require.Error(t, srv.ResetPassword(t.Context(), tokens[2], "late"))
			ask()
			m.must(http.MethodPut, "/users/"+id, `{"email":"new@example.com"}`)
			require.Error(t, srv.ResetPassword(t.Context(), tokens[3], "of the former address"))
		}
	})
}

func TestSessionsGoOnWithANewPassword(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.KeepSessionsOnNewPassword = true })
	id, token := m.user("ann")
	changed := m.as(token).must(http.MethodPut, "/users/"+id, `{"password":"new"}`)
	m.as(changed.text("sessionToken")).must(http.MethodGet, "/users/me", nil)
	m.as(token).must(http.MethodGet, "/users/me", nil)
}

func TestSessionsExtendedOnUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m := open(t, func(c *auditserver.Config) { c.SessionLength, c.ExtendSessionOnUse = 10*time.Hour, true })
		_, used := m.user("ann")
		_, unused := m.user("bob")
		ends := func() string {
			date, _ := m.as(used).must(http.MethodGet, "/sessions/me", nil).body["expiresAt"].(map[string]any)
			return date["iso"].(string)
		}
		first := ends()
		time.Sleep(4 * time.Hour) // of the bubble
		require.Equal(t, first, ends(), "not in the first half")
		time.Sleep(2 * time.Hour)
		second := ends()
		require.NotEqual(t, first, second)
		for range 5 {
			time.Sleep(9 * time.Hour)
			m.as(used).must(http.MethodGet, "/users/me", nil)
		}
		m.as(unused).refused(400, 209, http.MethodGet, "/users/me", nil)
		time.Sleep(11 * time.Hour)
		m.as(used).refused(400, 209, http.MethodGet, "/users/me", nil)
	})
}
