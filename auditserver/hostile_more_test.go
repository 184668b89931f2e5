package auditserver_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// S3: only the master key adds columns to the classes that every log-in writes.
func TestS3ColumnsOfSystemClasses(t *testing.T) {
	_, m := open(t, nil)
	ann, token := m.user("ann")
	a := m.as(token)
	m.must(http.MethodPost, "/roles", `{"name":"Auditor","ACL":{"`+ann+`":{"read":true,"write":true}}}`)
	role := m.must(http.MethodGet, "/roles", nil).results(t)[0]["objectId"].(string)
	session := a.must(http.MethodGet, "/sessions/me", nil).text("objectId")
	installation := `"installationId":"one","deviceType":"ios"`
	phone := m.public().must(http.MethodPost, "/installations", "{"+installation+"}").text("objectId")
	for _, way := range []struct{ method, path, body string }{
		{http.MethodPost, "/sessions", ``},
		{http.MethodPut, "/sessions/" + session, ``},
		{http.MethodPut, "/roles/" + role, ``},
		{http.MethodPost, "/roles", `"name":"Other","ACL":{},`},
		{http.MethodPost, "/installations", `"installationId":"two","deviceType":"ios",`},
		{http.MethodPost, "/installations", installation + ","},
		{http.MethodPut, "/installations/" + phone, ``},
	} {
		for _, column := range []string{`"mine":1`, `"mine":{"__type":"Pointer","className":"_User","objectId":"` + ann + `"}`, `"mine":{"__op":"Increment","amount":1}`} {
			a.refused(400, 119, way.method, way.path, "{"+way.body+column+"}")
		}
	}
	for _, class := range []string{"_User", "_Session", "_Role", "_Installation"} {
		require.NotContains(t, m.must(http.MethodGet, "/schemas/"+class, nil).body["fields"], "mine")
	}
	many := numbered(51, `"c#":1`)
	text := m.public().refused(400, 119, http.MethodPost, "/users", `{"username":"bob","password":"p",`+many+`}`).text("error")
	require.Contains(t, text, "no more than 50 (option limits.userColumns)")
	a.refused(400, 119, http.MethodPut, "/users/"+ann, "{"+many+"}")
	require.NotContains(t, m.must(http.MethodGet, "/schemas/_User", nil).body["fields"], "c1")
	a.must(http.MethodPut, "/users/"+ann, "{"+numbered(50, `"c#":1`)+"}")
	m.must(http.MethodPut, "/users/"+ann, "{"+many+"}")
}

// S3: each relation is a table, so clients add few.
func TestS3Relations(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.Relations = 2 })
	id := m.create("Row", `{"n":1}`)
	const one = `"r#":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Row","objectId":"x"}]}`
	for _, way := range []struct{ method, path string }{{http.MethodPost, "/classes/Row"}, {http.MethodPut, "/classes/Row/" + id}} {
		text := m.public().refused(400, 119, way.method, way.path, "{"+numbered(3, one)+"}").text("error")
		require.Contains(t, text, "class Row would have 3 relations")
		require.Contains(t, text, "(option limits.relations)")
	}
	require.NotContains(t, m.must(http.MethodGet, "/schemas/Row", nil).body["fields"], "r1")
	m.public().must(http.MethodPut, "/classes/Row/"+id, "{"+numbered(2, one)+"}")
	m.must(http.MethodPut, "/classes/Row/"+id, "{"+numbered(3, one)+"}")
	m.public().must(http.MethodPut, "/classes/Row/"+id, `{"more":1,`+numbered(3, one)+"}")
}

// S12: the permission to find asks for the classes that are searched, whichever way
// leads to them.
func TestS12BeforeFindOfWhatIsSearched(t *testing.T) {
	srv, m := open(t, nil)
	secret := m.create("Secret", `{"code":"x"}`)
	m.create("Open", `{"to":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Secret","objectId":"`+secret+`"}]},"code":"x",
		"one":{"__type":"Pointer","className":"Secret","objectId":"`+secret+`"}}`)
	m.create("Way", `{"to":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Secret","objectId":"`+secret+`"}]}}`)
	srv.BeforeFind("Secret", func(_ context.Context, c auditserver.Caller, class string) error {
		if !c.Master {
			return &auditserver.Error{Code: 119, Message: class}
		}
		return nil
	})
	where := func(doc string) string { return "/classes/Open?where=" + url.QueryEscape(doc) }
	for _, path := range []string{
		"/classes/Secret", "/classes/Secret/" + secret,
		"/classes/Open?redirectClassNameForKey=to",
		where(`{"one":{"$inQuery":{"className":"Secret","where":{}}}}`),
		where(`{"one":{"$notInQuery":{"className":"Secret","where":{}}}}`),
		where(`{"$or":[{"code":{"$select":{"query":{"className":"Secret","where":{}},"key":"code"}}}]}`),
		where(`{"one":{"$inQuery":{"className":"Way","where":{},"redirectClassNameForKey":"to"}}}`),
		where(`{"one":{"$inQuery":{"className":"Open","where":{"one":{"$inQuery":{"className":"Secret","where":{}}}}}}}`),
	} {
		require.Equal(t, "Secret", m.public().refused(400, 119, http.MethodGet, path, nil).text("error"), path)
		m.must(http.MethodGet, path, nil)
	}
	m.public().must(http.MethodGet, "/classes/Open", nil)
}

// S13: answers with tokens are kept by no cache, and say nothing that a client's own
// Host header put into them.
func TestS13HeadersOfAnswers(t *testing.T) {
	_, m := open(t, nil)
	_, token := m.user("ann")
	a := m.as(token)
	stored := func(answer answer) bool { return answer.header.Get("Cache-Control") != "no-store" }
	for path, body := range map[string]string{
		"/login":    `{"username":"ann","password":"pw-ann"}`,
		"/users":    `{"username":"bob","password":"p"}`,
		"/sessions": `{}`,
		"/batch":    `{"requests":[{"method":"POST","path":"/parse/login","body":{"username":"ann","password":"pw-ann"}}]}`,
	} {
		got := a.must(http.MethodPost, path, body)
		require.Contains(t, string(got.raw), `"sessionToken":`, path)
		require.False(t, stored(got), path)
	}
	for _, path := range []string{"/users/me", "/sessions/me", "/sessions", "/classes/_Session"} {
		got := a.must(http.MethodGet, path, nil)
		require.Contains(t, string(got.raw), `"sessionToken":`, path)
		require.False(t, stored(got), path)
	}
	m.create("Note", `{}`)
	require.True(t, stored(a.must(http.MethodGet, "/classes/Note", nil)))
	require.Equal(t, "/parse/classes/Note/", strings.TrimRight(m.must(http.MethodPost, "/classes/Note", `{}`).header.Get("Location"), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))

	_, m = open(t, func(c *auditserver.Config) { c.PublicURL = "https://audit.example/parse" })
	require.Contains(t, m.must(http.MethodPost, "/classes/Note", `{}`).header.Get("Location"), "https://audit.example/parse/classes/Note/")
}

// S13: what one user uploads in a day is bounded.
func TestS13UploadsADay(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.UploadsADay = 1000; c.FileUpload.Public = true })
	_, ann := m.user("ann")
	_, bob := m.user("bob")
	for _, who := range []*client{m.as(ann), m.as(bob), m.public()} {
		for range 2 {
			who.must(http.MethodPost, "/files/a.txt", strings.Repeat("x", 500))
		}
		a := who.do(http.MethodPost, "/files/a.txt", "y")
		require.Equal(t, http.StatusTooManyRequests, a.status)
		require.Contains(t, a.text("error"), "1000 bytes of uploads by one user in a day are too many (option limits.uploadsADay)")
		require.Regexp(t, `^8\d{4}$`, a.header.Get("Retry-After"))
	}
	m.must(http.MethodPost, "/files/a.txt", strings.Repeat("x", 5000))
}

// An object does not grow beyond its limit, whatever adds to it: whoever changes a
// large one holds up all other writers until all of it is written again.
func TestObjectSize(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.ObjectSize = 2000 })
	user := m.public()
	long := strings.Repeat("x", 1500)
	id := m.create("Row", `{"list":[],"ACL":{"*":{"read":true,"write":true}}}`)
	for what, body := range map[string]string{
		"a text":        `{"text":"` + long + long + `"}`,
		"a list":        `{"list":{"__op":"Add","objects":["` + long + `","` + long + `"]}}`,
		"a part":        `{"object.part":"` + long + long + `"}`,
		"a unique list": `{"list":{"__op":"AddUnique","objects":["` + long + `","` + long + `y"]}}`,
	} {
		text := user.refused(400, 116, http.MethodPut, "/classes/Row/"+id, body).text("error")
		require.Contains(t, text, "the limit is 2000 (option limits.objectSize)", what)
	}
	user.refused(400, 116, http.MethodPost, "/classes/Row", `{"text":"`+long+long+`"}`)
	user.must(http.MethodPut, "/classes/Row/"+id, `{"list":{"__op":"Add","objects":["`+long+`"]}}`)
	user.refused(400, 116, http.MethodPut, "/classes/Row/"+id, `{"list":{"__op":"Add","objects":["`+long+`"]}}`)
	require.Len(t, m.must(http.MethodGet, "/classes/Row/"+id, nil).body["list"], 1, "what was refused is not stored")
	m.must(http.MethodPut, "/classes/Row/"+id, `{"list":{"__op":"Add","objects":["`+long+`"]}}`)
}
