package auditserver_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestKeys(t *testing.T) {
	srv, m := open(t, func(c *auditserver.Config) {
		c.RESTKey, c.JavaScriptKey, c.ReadOnlyMasterKey = "rest", "js", "reader"
		c.AllowClientClassCreation = true
	})
	none := &client{t: t, handler: srv, header: http.Header{}}
	forbidden := func(a answer) {
		t.Helper()
		require.Equal(t, http.StatusForbidden, a.status)
		require.Equal(t, map[string]any{"error": "unauthorized"}, a.body)
	}
	forbidden(none.do(http.MethodGet, "/classes/A", nil))
	app := none.with("X-Parse-Application-Id", appID)
	forbidden(app.do(http.MethodGet, "/classes/A", nil))
	forbidden(app.with("X-Parse-REST-API-Key", "wrong").do(http.MethodGet, "/classes/A", nil))
	forbidden(none.with("X-Parse-Application-Id", "other").with("X-Parse-REST-API-Key", "rest").do(http.MethodGet, "/classes/A", nil))
	forbidden(app.with("X-Parse-Master-Key", "wrong").do(http.MethodGet, "/classes/A", nil))
	m.create("A", `{"a":1}`)
	rest := app.with("X-Parse-REST-API-Key", "rest")
	rest.must(http.MethodGet, "/classes/A", nil)
	rest.with("X-Parse-Master-Key", "wrong").must(http.MethodGet, "/classes/A", nil)
	app.with("X-Parse-Javascript-Key", "js").must(http.MethodGet, "/classes/A", nil)
	basic := func(user string) *client {
		return none.with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
	}
	basic(appID+":"+master).must(http.MethodGet, "/schemas", nil)
	basic(appID+":javascript-key=js").must(http.MethodGet, "/classes/A", nil)
	forbidden(basic(appID+":wrong").do(http.MethodGet, "/classes/A", nil))

	body := none.must(http.MethodPost, "/classes/A", `{"_method":"GET","_ApplicationId":"app","_JavaScriptKey":"js","_ClientVersion":"js8","_InstallationId":"i","where":{}}`)
	require.Len(t, body.results(t), 1)
	rest.refused(400, 105, http.MethodPost, "/classes/A", `{"_SessionToken":"r:1"}`)

	reader := app.with("X-Parse-Master-Key", "reader")
	reader.must(http.MethodGet, "/schemas", nil)
	reader.refused(400, 119, http.MethodPost, "/classes/A", `{"a":2}`)
	reader.refused(400, 119, http.MethodDelete, "/purge/A", nil)
	write := `{"method":"POST","path":"/parse/classes/A","body":{"a":2}}`
	refused := `{"error":{"code":119,"error":"Permission denied"}}`
	each := reader.must(http.MethodPost, "/batch", `{"requests":[`+write+","+write+`]}`)
	require.JSONEq(t, "["+refused+","+refused+"]", string(each.raw), "each entry has its own answer")
	reader.refused(400, 119, http.MethodPost, "/batch", `{"requests":[`+write+`],"transaction":true}`)

	masterOnly := rest.do(http.MethodGet, "/schemas", nil)
	require.Equal(t, http.StatusForbidden, masterOnly.status)
	require.Equal(t, map[string]any{"error": "Permission denied"}, masterOnly.body)
	none.must(http.MethodGet, "/health", nil)
	rest.refused(400, 209, http.MethodGet, "/users/me", nil)
	rest.with("X-Parse-Session-Token", "r:nonsense").refused(400, 209, http.MethodGet, "/classes/A", nil)
	rest.with("X-Parse-Cloud-Context", "[1]").refused(400, 107, http.MethodGet, "/classes/A", nil)
}

func TestMasterKeyOnlyFromAllowedAddresses(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.MasterKeyIPs = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	a := m.do(http.MethodGet, "/schemas", nil)
	require.Equal(t, http.StatusForbidden, a.status)
	require.NotContains(t, string(a.raw), master)
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

func TestInstallationsShareOneSession(t *testing.T) {
	_, m := open(t, nil)
	m.user("ann")
	phone := m.public().with("X-Parse-Installation-Id", "phone")
	first := phone.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`).text("sessionToken")
	phone.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
	m.as(first).refused(400, 209, http.MethodGet, "/users/me", nil)
}

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

// An extra session may carry columns of the application's own, as one that is
// changed may; what the server alone sets is left out.
func TestExtraSessionWithColumns(t *testing.T) {
	_, m := open(t, nil)
	ann, token := m.user("ann")
	bob, _ := m.user("bob")
	made := m.as(token).must(http.MethodPost, "/sessions", `{"device":"scanner","n":{"__op":"Increment","amount":2},"user":{"__type":"Pointer","className":"_User","objectId":"`+bob+`"},"sessionToken":"r:own"}`)
	require.Equal(t, "scanner", made.text("device"))
	require.Equal(t, ann, made.body["user"].(map[string]any)["objectId"])
	require.NotEqual(t, "r:own", made.text("sessionToken"))
	mine := m.as(made.text("sessionToken")).must(http.MethodGet, "/sessions/me", nil)
	require.Equal(t, "scanner", mine.text("device"))
	require.Equal(t, 2.0, mine.body["n"])
	before := len(m.as(token).must(http.MethodGet, "/sessions", nil).results(t))
	m.as(token).refused(400, 111, http.MethodPost, "/sessions", `{"device":5}`)
	m.as(token).refused(400, 105, http.MethodPost, "/sessions", `{"bad name":5}`)
	require.Len(t, m.as(token).must(http.MethodGet, "/sessions", nil).results(t), before, "what was refused left a session behind")
}

func TestACLsAndNestedRoles(t *testing.T) {
	_, m := open(t, nil)
	ann, annToken := m.user("ann")
	bob, bobToken := m.user("bob")
	m.refused(400, 111, http.MethodPost, "/roles", `{"name":"x"}`)
	role := func(name, user, child string) string {
		body := `{"name":"` + name + `","ACL":{"*":{"read":true}}`
		if user != "" {
			body += `,"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"` + user + `"}]}`
		}
		if child != "" {
			body += `,"roles":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_Role","objectId":"` + child + `"}]}`
		}
		return m.must(http.MethodPost, "/roles", body+"}").text("objectId")
	}
	doc := m.create("Doc", `{"t":"x","ACL":{"role:staff":{"read":true},"`+ann+`":{"read":true,"write":true}}}`)
	m.as(annToken).must(http.MethodPut, "/classes/Doc/"+doc, `{"t":"y"}`)
	m.as(bobToken).refused(404, 101, http.MethodGet, "/classes/Doc/"+doc, nil)
	require.Empty(t, m.as(bobToken).must(http.MethodGet, "/classes/Doc", nil).results(t))

	editors := role("editors", bob, "")
	role("staff", "", editors)
	m.refused(400, 137, http.MethodPost, "/roles", `{"name":"staff","ACL":{}}`)
	require.Len(t, m.as(bobToken).must(http.MethodGet, "/classes/Doc", nil).results(t), 1, "children have the parent's rights, at once")
	m.as(bobToken).refused(404, 101, http.MethodPut, "/classes/Doc/"+doc, `{"t":"z"}`)
	m.as(bobToken).refused(404, 101, http.MethodDelete, "/classes/Doc/"+doc, nil)
	m.must(http.MethodPut, "/roles/"+editors, `{"users":{"__op":"RemoveRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+bob+`"}]}}`)
	require.Empty(t, m.as(bobToken).must(http.MethodGet, "/classes/Doc", nil).results(t))
	for _, field := range []string{"name", "ACL"} {
		m.refused(400, 111, http.MethodPut, "/roles/"+editors, `{"`+field+`":{"__op":"Delete"}}`)
	}

	m.must(http.MethodPut, "/classes/Doc/"+doc, `{"ACL":{"__op":"Delete"}}`)
	require.Len(t, m.public().must(http.MethodGet, "/classes/Doc", nil).results(t), 1, "unset means public")
}

func TestClassPermissions(t *testing.T) {
	_, m := open(t, nil)
	ann, annToken := m.user("ann")
	_, bobToken := m.user("bob")
	schema := `{"fields":{"owner":{"type":"Pointer","targetClass":"_User"},"t":{"type":"String","required":true},"secret":{"type":"String"}},
		"classLevelPermissions":{"find":{"requiresAuthentication":true},"get":{"requiresAuthentication":true},"count":{"requiresAuthentication":true},
		"create":{"role:staff":true},"update":{"pointerFields":["owner"]},"delete":{},"addField":{},
		"protectedFields":{"*":["secret"],"userField:owner":[]},"ACL":{"currentUser":{"read":true,"write":true},"*":{"read":true,"write":true}}}}`
	m.must(http.MethodPost, "/schemas/Case", schema)
	p, a, b := m.public(), m.as(annToken), m.as(bobToken)
	p.refused(404, 101, http.MethodGet, "/classes/Case", nil)
	a.refused(400, 119, http.MethodPost, "/classes/Case", `{"t":"x"}`)
	a.refused(400, 142, http.MethodPost, "/classes/Case", `{}`)
	a.refused(400, 119, http.MethodPost, "/classes/Case", `{"t":"x","more":1}`)
	m.must(http.MethodPost, "/roles", `{"name":"staff","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+ann+`"}]}}`)
	made := a.must(http.MethodPost, "/classes/Case", `{"t":"x","secret":"s","owner":{"__type":"Pointer","className":"_User","objectId":"`+ann+`"}}`)
	require.Equal(t, map[string]any{"*": map[string]any{"read": true, "write": true}, ann: map[string]any{"read": true, "write": true}}, made.body["ACL"], "the default ACL is echoed")
	id := made.text("objectId")
	a.must(http.MethodPut, "/classes/Case/"+id, `{"t":"y"}`)
	a.refused(400, 142, http.MethodPut, "/classes/Case/"+id, `{"t":""}`)
	b.refused(404, 101, http.MethodPut, "/classes/Case/"+id, `{"t":"z"}`)
	p.refused(404, 101, http.MethodPut, "/classes/Case/"+id, `{"t":"z"}`)
	a.refused(400, 119, http.MethodDelete, "/classes/Case/"+id, nil)
	require.NotContains(t, b.must(http.MethodGet, "/classes/Case/"+id, nil).body, "secret")
	require.Equal(t, "s", a.must(http.MethodGet, "/classes/Case/"+id, nil).text("secret"), "the owner sees it")
	b.refused(400, 119, http.MethodGet, "/classes/Case?where="+url.QueryEscape(`{"secret":"s"}`), nil)

	m.must(http.MethodPut, "/schemas/Case", `{"classLevelPermissions":{"find":{"pointerFields":["owner"]},"get":{"pointerFields":["owner"]},"protectedFields":{"*":["secret"]}}}`)
	require.Len(t, a.must(http.MethodGet, "/classes/Case", nil).results(t), 1)
	require.Empty(t, b.must(http.MethodGet, "/classes/Case", nil).results(t))
	require.Empty(t, p.must(http.MethodGet, "/classes/Case", nil).results(t))
	b.refused(404, 101, http.MethodGet, "/classes/Case/"+id, nil)
	a.refused(400, 119, http.MethodGet, "/classes/Case?count=1&limit=0", nil)
	inQuery := "/classes/_User?where=" + url.QueryEscape(`{"objectId":{"$select":{"query":{"className":"Case","where":{"secret":"s"}},"key":"t"}}}`)
	b.refused(400, 119, http.MethodGet, inQuery, nil)
}
