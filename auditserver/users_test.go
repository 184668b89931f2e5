package auditserver_test

import (
	"context"
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
	me := m.as(token).must(http.MethodGet, "/users/me?keys=none&unknown=1", nil) // it has no parameters
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

// A trigger can't lock a user out of himself either, unless the master key writes.
func TestTriggersKeepUsersTheirRights(t *testing.T) {
	srv, m := open(t, nil)
	srv.BeforeSave("_User", func(_ context.Context, trigger *auditserver.Trigger) error {
		trigger.Object["ACL"] = map[string]any{"role:hr": map[string]any{"read": true}}
		return nil
	})
	id, token := m.user("ann")
	both := map[string]any{"role:hr": map[string]any{"read": true}, id: map[string]any{"read": true, "write": true}}
	require.Equal(t, both, m.must(http.MethodGet, "/users/"+id, nil).body["ACL"])
	m.as(token).must(http.MethodPut, "/users/"+id, `{"email":"ann@example.net"}`)
	require.Equal(t, both, m.must(http.MethodGet, "/users/"+id, nil).body["ACL"])
	m.must(http.MethodPut, "/users/"+id, `{"email":"ann@example.com"}`)
	m.as(token).refused(400, 209, http.MethodGet, "/users/me", nil)
}

// Who has taken part of another one's authData into his own row has not got him:
// neither linking nor unlinking it moves the log-in.
func TestAuthDataOfOthersStaysTheirs(t *testing.T) {
	_, m := open(t, nil)
	body := `{"authData":{"anonymous":{"id":"victim"}}}`
	victim := m.public().must(http.MethodPost, "/users", body).text("objectId")
	id, token := m.user("thief")
	thief := m.as(token)
	for _, way := range []string{`{"authData.anonymous":{"id":"victim"}}`, `{"authData.anonymous.id":"victim"}`, `{"authData.anonymous":{"__op":"Delete"}}`} {
		thief.refused(400, 105, http.MethodPut, "/users/"+id, way)
		thief.refused(400, 105, http.MethodPut, "/classes/_User/"+id, way)
		batch := thief.must(http.MethodPost, "/batch", `{"requests":[{"method":"PUT","path":"/parse/users/`+id+`","body":`+way+`}]}`)
		require.Contains(t, string(batch.raw), `"code":105`)
		thief.refused(400, 105, http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"PUT","path":"/parse/users/`+id+`","body":`+way+`}]}`)
	}
	m.public().refused(400, 105, http.MethodPost, "/users", `{"username":"x","password":"x","authData.anonymous":{"id":"victim"}}`)
	thief.refused(400, 208, http.MethodPut, "/users/"+id, body)
	thief.must(http.MethodPut, "/users/"+id, `{"authData":{"anonymous":null}}`)
	thief.must(http.MethodDelete, "/users/"+id, nil)
	require.Equal(t, victim, m.public().must(http.MethodPost, "/users", body).text("objectId"))
}

// A part of a field that is no object is refused by the field's type.
func TestPartsOfUserFields(t *testing.T) {
	_, m := open(t, nil)
	id, token := m.user("ann")
	for _, name := range []string{"emailVerified.x", "password.x", "email.x", "username.x", "ACL.x", "objectId.x", "createdAt.x"} {
		m.as(token).refused(400, 111, http.MethodPut, "/users/"+id, map[string]any{name: map[string]any{"read": true}})
		m.public().refused(400, 111, http.MethodPost, "/users", map[string]any{"username": "bob", "password": "x", name: map[string]any{"read": true}})
	}
	for _, name := range []string{"_hashed_password", "_hashed_password.x", "_perishable_token", "_rperm", "_auth_data_anonymous", "_failed_login_count"} {
		m.as(token).refused(400, 105, http.MethodPut, "/users/"+id, map[string]any{name: "x"})
	}
}
