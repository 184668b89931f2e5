package auditserver_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestPasswordReset(t *testing.T) {
	_, m := open(t, nil)
	require.Equal(t, http.StatusInternalServerError, m.public().do(http.MethodPost, "/requestPasswordReset", `{"email":"x@y"}`).status)
	var token string
	srv, m := open(t, func(c *auditserver.Config) {
		c.PasswordReset = func(_, _, t string) error { token = t; return nil }
	})
	_, session := m.user("ann")
	m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"nobody@example.com"}`)
	require.Empty(t, token)
	m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"ann@example.com"}`)
	require.NotEmpty(t, token)
	require.NoError(t, srv.ResetPassword(t.Context(), token, "fresh"))
	require.Error(t, srv.ResetPassword(t.Context(), token, "again"))
	m.as(session).refused(400, 209, http.MethodGet, "/users/me", nil)
	again := m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"fresh"}`)

	m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"ann@example.com"}`)
	m.as(again.text("sessionToken")).must(http.MethodPut, "/users/"+again.text("objectId"), `{"password":"changed"}`)
	var refused *auditserver.Error
	require.ErrorAs(t, srv.ResetPassword(t.Context(), token, "of a thief"), &refused, "the token is older than the password")
	require.Equal(t, 101, refused.Code)
	m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"changed"}`)
}

func TestUsersAndSessions(t *testing.T) {
	_, m := open(t, nil)
	p := m.public()
	p.refused(400, 200, http.MethodPost, "/users", `{"password":"x"}`)
	p.refused(400, 201, http.MethodPost, "/users", `{"username":"x"}`)
	p.refused(400, 125, http.MethodPost, "/users", `{"username":"x","password":"x","email":"nope"}`)
	p.refused(400, 119, http.MethodPost, "/users", `{"username":"x","password":"x","emailVerified":true}`)
	p.refused(400, 252, http.MethodPost, "/users", `{"authData":{"facebook":{"id":"1"}}}`)

	id, token := m.user("ann")
	p.refused(400, 202, http.MethodPost, "/users", `{"username":"Ann","password":"x"}`)
	p.refused(400, 203, http.MethodPost, "/users", `{"username":"other","password":"x","email":"ANN@example.com"}`)
	p.refused(400, 202, http.MethodPost, "/users", `{"username":"Ann","password":"x","email":"ANN@example.com"}`)
	ann := m.as(token)

	me := ann.must(http.MethodGet, "/users/me", nil)
	require.Equal(t, id, me.text("objectId"))
	require.Equal(t, token, me.text("sessionToken"))
	require.Equal(t, "ann@example.com", me.text("email"))
	require.NotContains(t, me.body, "password")
	require.Equal(t, map[string]any{id: map[string]any{"read": true, "write": true}}, me.body["ACL"])
	require.Equal(t, token, ann.must(http.MethodGet, "/users/"+id, nil).text("sessionToken"))
	p.refused(404, 101, http.MethodGet, "/users/"+id, nil)

	login := p.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
	require.Regexp(t, `^r:[0-9a-f]{32}$`, login.text("sessionToken"))
	p.must(http.MethodGet, "/login?"+url.Values{"email": {"ann@example.com"}, "password": {"pw-ann"}}.Encode(), nil)
	bad := p.refused(404, 101, http.MethodPost, "/login", `{"username":"ann","password":"wrong"}`)
	require.Equal(t, "Invalid username/password.", bad.text("error"))
	p.refused(404, 101, http.MethodPost, "/login", `{"username":"nobody","password":"wrong"}`)
	m.as("r:stale").must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
	p.must(http.MethodPost, "/verifyPassword", `{"username":"ann","password":"pw-ann"}`)

	sessions := ann.must(http.MethodGet, "/sessions", nil).results(t)
	require.Len(t, sessions, 4)
	for _, s := range sessions {
		require.Equal(t, s["createdWith"].(map[string]any)["action"] == "signup", s["sessionToken"] == token, "only the caller's own token is known")
	}
	byToken := url.QueryEscape(`{"sessionToken":"` + token + `"}`)
	require.Len(t, ann.must(http.MethodGet, "/sessions?where="+byToken, nil).results(t), 1)
	require.Empty(t, ann.must(http.MethodGet, "/sessions?where="+url.QueryEscape(`{"sessionToken":"r:0"}`), nil).results(t))
	ann.refused(400, 102, http.MethodGet, "/sessions?where="+url.QueryEscape(`{"sessionToken":{"$regex":"r"}}`), nil)
	p.refused(400, 209, http.MethodGet, "/sessions", nil)
	own := ann.must(http.MethodGet, "/sessions/me", nil)
	require.Equal(t, token, own.text("sessionToken"))
	ann.refused(400, 105, http.MethodPut, "/sessions/"+own.text("objectId"), `{"user":{"__type":"Pointer","className":"_User","objectId":"x"}}`)
	extra := ann.must(http.MethodPost, "/sessions", `{}`)
	require.Equal(t, map[string]any{"action": "create"}, extra.body["createdWith"])
	m.as(extra.text("sessionToken")).must(http.MethodGet, "/users/me", nil)

	second := m.as(login.text("sessionToken"))
	second.must(http.MethodPost, "/logout", `{}`)
	second.refused(400, 209, http.MethodGet, "/users/me", nil)
	p.must(http.MethodPost, "/logout", `{}`)

	_, other := m.user("bob")
	m.as(other).refused(400, 206, http.MethodPut, "/users/"+id, `{"nick":"x"}`)
	p.refused(400, 206, http.MethodDelete, "/users/"+id, nil)
	ann.refused(400, 202, http.MethodPut, "/users/"+id, `{"username":"bob"}`)

	renewed := ann.must(http.MethodPut, "/users/"+id, `{"password":"new"}`)
	require.NotEmpty(t, renewed.text("sessionToken"))
	ann.refused(400, 209, http.MethodGet, "/users/me", nil)
	m.as(extra.text("sessionToken")).refused(400, 209, http.MethodGet, "/users/me", nil)
	p.must(http.MethodPost, "/login", `{"username":"ann","password":"new"}`)

	became := m.must(http.MethodPost, "/loginAs", map[string]any{"userId": id}).text("sessionToken")
	m.as(became).must(http.MethodDelete, "/users/"+id, nil)
	m.as(became).refused(400, 209, http.MethodGet, "/users/me", nil)
	p.refused(404, 101, http.MethodPost, "/login", `{"username":"ann","password":"new"}`)
}

// Who has shown the password in time, but gets a session only after it was
// changed, does not get one.
func TestLoginWhileThePasswordChanges(t *testing.T) {
	srv, m := open(t, nil)
	id, _ := m.user("ann")
	changing, change := make(chan struct{}), make(chan struct{})
	srv.BeforeSave("_User", func(context.Context, *auditserver.Trigger) error {
		close(changing)
		<-change
		return nil
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.must(http.MethodPut, "/users/"+id, `{"password":"new"}`)
	}()
	<-changing
	answers := make(chan answer)
	for range 5 {
		go func() { answers <- m.public().do(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`) }()
	}
	for range 20 { // meanwhile the others are looked up as well
		m.public().must(http.MethodGet, "/verifyPassword?username=ann&password=pw-ann", nil)
	}
	close(change)
	for range 5 {
		require.Equal(t, 101, (<-answers).code())
	}
	<-done
	require.Empty(t, m.must(http.MethodGet, "/sessions", nil).results(t))
}

// Nobody between server and client may keep an answer that shows a session token.
func TestAnswersWithTokensAreNotStored(t *testing.T) {
	_, c := open(t, nil)
	a := c.public().must(http.MethodPost, "/users", `{"username":"ada","password":"pw-ada"}`)
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	token, id := a.text("sessionToken"), a.text("objectId")
	for _, each := range []struct {
		as           *client
		method, path string
		body         any
	}{
		{c.public(), http.MethodPost, "/login", `{"username":"ada","password":"pw-ada"}`},
		{c.public(), http.MethodGet, "/login?username=ada&password=pw-ada", nil},
		{c, http.MethodPost, "/loginAs", `{"userId":"` + id + `"}`},
		{c.as(token), http.MethodGet, "/users/me", nil},
		{c.as(token), http.MethodGet, "/sessions/me", nil},
		{c.as(token), http.MethodPost, "/upgradeToRevocableSession", nil},
		{c.as(token), http.MethodPut, "/users/" + id, `{"password":"pw-ada"}`},
	} {
		a := each.as.must(each.method, each.path, each.body)
		require.Contains(t, string(a.raw), "sessionToken")
		require.Equal(t, "no-store", a.header.Get("Cache-Control"), each.path)
	}
}
