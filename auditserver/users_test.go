package auditserver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// Passwords of a transaction are hashed before its turn to write: others go on
// writing meanwhile. A hash this costly takes as long as many creates.
func TestTransactionHashesPasswordsBeforeItsTurn(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.PasswordCost = 11 })
	m.create("Row", `{"n":0}`)
	var created int
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.must(http.MethodPost, "/batch", `{"transaction":true,"requests":[
			{"method":"POST","path":"/parse/users","body":{"username":"ann","password":"of ann"}},
			{"method":"POST","path":"/parse/classes/_User","body":{"username":"bob","password":"of bob"}}]}`)
	}()
	for running := true; running; created++ {
		m.create("Row", `{"n":1}`)
		select {
		case <-done:
			running = false
		default:
		}
	}
	require.Greater(t, created, 10)
	for _, name := range []string{"ann", "bob"} {
		m.public().must(http.MethodPost, "/login", map[string]any{"username": name, "password": "of " + name})
		m.public().refused(404, 101, http.MethodPost, "/login", map[string]any{"username": name, "password": "of another"})
	}
}

// A user that was read with his token may be saved as he is.
func TestSessionTokenIsNoColumn(t *testing.T) {
	_, m := open(t, nil)
	id, token := m.user("ann")
	m.as(token).must(http.MethodPut, "/users/"+id, `{"sessionToken":"r:other"}`)
	m.public().must(http.MethodPost, "/users", `{"username":"bob","password":"x","sessionToken":"r:other"}`)
	me := m.as(token).must(http.MethodGet, "/users/me", nil)
	require.Equal(t, token, me.text("sessionToken"), "%s", me.raw)
	require.NotContains(t, string(m.must(http.MethodGet, "/users", nil).raw), "r:other")
}

// A user who chooses his own id can't be a role or everybody by it.
func TestUsersChooseNoPrincipal(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.AllowCustomObjectID = true })
	m.must(http.MethodPost, "/roles", `{"name":"boss","ACL":{}}`)
	m.create("Secret", `{"ACL":{"role:boss":{"read":true}}}`)
	for _, id := range []string{"role:boss", "role:", "*"} {
		m.public().refused(400, 119, http.MethodPost, "/users", `{"objectId":"`+id+`","username":"ann","password":"x"}`)
		m.refused(400, 119, http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"POST","path":"/parse/classes/_User","body":{"objectId":"`+id+`","username":"ann","password":"x"}}]}`)
	}
	own := m.public().must(http.MethodPost, "/users", `{"objectId":"ann","username":"ann","password":"x"}`)
	require.Equal(t, "ann", own.text("objectId"))
	require.Empty(t, m.as(own.text("sessionToken")).must(http.MethodGet, "/classes/Secret", nil).results(t))
}

func TestAnonymousUsers(t *testing.T) {
	_, m := open(t, nil)
	body := `{"authData":{"anonymous":{"id":"0b1f"}}}`
	made := m.public().must(http.MethodPost, "/users", body)
	require.Equal(t, http.StatusCreated, made.status)
	require.NotEmpty(t, made.text("username"))
	again := m.public().must(http.MethodPost, "/users", body)
	require.Equal(t, http.StatusOK, again.status)
	require.Equal(t, made.text("objectId"), again.text("objectId"))
	require.NotEqual(t, made.text("sessionToken"), again.text("sessionToken"))
	self := m.as(made.text("sessionToken"))
	self.must(http.MethodPut, "/users/"+made.text("objectId"), `{"username":"real","password":"pw","authData":{"anonymous":null}}`)
	m.public().must(http.MethodPost, "/login", `{"username":"real","password":"pw"}`)
	fresh := m.public().must(http.MethodPost, "/users", body)
	require.NotEqual(t, made.text("objectId"), fresh.text("objectId"))
}

func TestEmailIsHidden(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.PublicUsers = true })
	id, token := m.user("ann")
	_, other := m.user("bob")
	require.NotContains(t, m.as(other).must(http.MethodGet, "/users/"+id, nil).body, "email")
	require.Contains(t, m.as(token).must(http.MethodGet, "/users/"+id, nil).body, "email")
	require.Contains(t, m.must(http.MethodGet, "/users/"+id, nil).body, "email")
	m.as(other).refused(400, 119, http.MethodGet, "/users?where="+url.QueryEscape(`{"email":"ann@example.com"}`), nil)
	m.as(other).refused(400, 119, http.MethodGet, "/users?order=email", nil)
	m.as(other).refused(400, 119, http.MethodGet, "/users?where="+url.QueryEscape(`{"$or":[{"username":"x"},{"email":"ann@example.com"}]}`), nil)
}
