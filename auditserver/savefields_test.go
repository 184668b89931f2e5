package auditserver_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestClassCreationByClients(t *testing.T) {
	_, m := open(t, nil)
	m.public().refused(400, 119, http.MethodPost, "/classes/New", `{"a":1}`)
	m.public().refused(400, 119, http.MethodGet, "/classes/New", nil)
	require.Empty(t, m.must(http.MethodGet, "/classes/New", nil).results(t))
	m.create("New", `{"a":1}`)
	m.public().create("New", `{"a":2,"b":3}`)

	_, m = open(t, func(c *auditserver.Config) { c.AllowClientClassCreation, c.AllowCustomObjectID = true, true })
	m.public().must(http.MethodPost, "/classes/New", `{"objectId":"mine","a":1}`)
	m.refused(400, 137, http.MethodPost, "/classes/New", `{"objectId":"mine","a":1}`)
	m.refused(400, 104, http.MethodPost, "/classes/New", `{"objectId":""}`)
	m.refused(400, 103, http.MethodPost, "/classes/9lives", `{}`)
	m.public().refused(400, 119, http.MethodGet, "/classes/_JobStatus", nil)
}

// Names are what Parse Server takes, and no longer than the store's.
func TestNamesOfClassesAndFields(t *testing.T) {
	_, m := open(t, nil)
	for _, name := range []string{"a", "Z9_", "siteCode", "x_1", strings.Repeat("n", 128)} {
		m.must(http.MethodPost, "/classes/"+name, map[string]any{name: 1})
	}
	for _, name := range []string{"9a", "_a", "a b", "a-b", "é", "a[", "a`", "a@", "a/"} {
		m.refused(400, 105, http.MethodPost, "/classes/Item", map[string]any{name: 1})
		m.refused(400, 103, http.MethodPost, "/classes/"+url.PathEscape(name), map[string]any{"n": 1})
	}
	m.refused(400, 105, http.MethodPost, "/classes/Item", map[string]any{strings.Repeat("n", 129): 1})
}

func TestNumbersAndDatesOutOfRange(t *testing.T) {
	srv, m := open(t, nil)
	srv.BeforeSave("Hooked", func(_ context.Context, tr *auditserver.Trigger) error {
		tr.Object["n"] = math.Inf(1)
		return nil
	})
	const large = `{"__op":"Increment","amount":1e308}`
	id := m.create("Note", `{"n":1e308,"o":{"k":-1e308},"s":"x"}`)
	m.refused(400, 111, http.MethodPut, "/classes/Note/"+id, `{"n":`+large+`}`)
	m.refused(400, 111, http.MethodPut, "/classes/Note/"+id, `{"o.k":{"__op":"Increment","amount":-1e308}}`)
	m.refused(400, 111, http.MethodPost, "/classes/Hooked", `{}`)
	huge := m.refused(400, 107, http.MethodPost, "/classes/Note", `{"n":1e400}`)
	require.Equal(t, "n holds a number that is too large", huge.text("error"))
	batch := m.must(http.MethodPost, "/batch", `{"requests":[
		{"method":"POST","path":"/parse/classes/Note","body":{"list":[1,{"n":1e400}]}},
		{"method":"DELETE","path":"/parse/classes/Note/none"},
		{"method":"POST","path":"/parse/classes/Other","body":{"n":1}}]}`)
	require.Regexp(t, `^\[{"error":{"code":107,"error":"list holds a number that is too large"}},{"error":{"code":101,.*}},{"success":`, string(batch.raw))
	got := m.must(http.MethodGet, "/classes/Note", nil).results(t)
	require.Len(t, got, 1)
	require.Equal(t, map[string]any{"objectId": id, "createdAt": got[0]["createdAt"], "updatedAt": got[0]["createdAt"],
		"n": 1e308, "o": map[string]any{"k": -1e308}, "s": "x"}, got[0])

	for _, iso := range []string{"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"} { // not in UTC
		e := m.refused(400, 111, http.MethodPost, "/classes/Note", `{"d":{"__type":"Date","iso":"`+iso+`"}}`)
		require.Contains(t, e.text("error"), "d is not a valid Date")
	}
}

// The same faulty request gets the same answer each time.
func TestTheFirstFaultByNameIsTold(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPost, "/schemas/Row", `{"className":"Row","fields":{"a":{"type":"Number","required":true},"b":{"type":"Number"},"c":{"type":"String","required":true}}}`)
	id := m.create("Row", `{"a":1,"b":1,"c":"x"}`)
	for range 20 {
		for _, at := range []string{http.MethodPost + " /classes/Row", http.MethodPut + " /classes/Row/" + id} {
			method, path, _ := strings.Cut(at, " ")
			m.refused(400, 105, method, path, `{"$b":1,"c!":2,"d":{"__op":"Nonsense"}}`)
			require.Contains(t, m.refused(400, 111, method, path, `{"a":"x","b":"y","c":1}`).text("error"), "Row.a")
			require.Contains(t, m.refused(400, 111, method, path, `{"a":1,"b":"y","c":1}`).text("error"), "Row.b")
			require.Equal(t, "a is required", m.refused(400, 142, method, path, `{"a":null,"c":""}`).text("error"))
		}
	}
}

func TestColumnsThatTheServerWrites(t *testing.T) {
	_, m := open(t, nil)
	id := m.create("Item", `{"n":1}`)
	for _, column := range []string{"createdAt", "updatedAt"} {
		for _, value := range []string{`1`, `true`, `[]`, `{}`, `"2026-01-01T00:00:00.000Z"`, `{"__op":"Increment","amount":1}`} {
			m.refused(400, 111, http.MethodPost, "/classes/Item", `{"`+column+`":`+value+`}`)
			m.refused(400, 111, http.MethodPut, "/classes/Item/"+id, `{"`+column+`":`+value+`}`)
		}
		for _, value := range []string{`null`, `{"__op":"Delete"}`, `{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}`} {
			m.must(http.MethodPut, "/classes/Item/"+id, `{"`+column+`":`+value+`}`)
		}
	}
	m.refused(400, 111, http.MethodPut, "/classes/Item/"+id, `{"objectId":7}`)
	m.must(http.MethodPut, "/classes/Item/"+id, `{"objectId":"another"}`)
	got := m.must(http.MethodGet, "/classes/Item/"+id, nil)
	require.Equal(t, id, got.text("objectId"))
	require.NotContains(t, got.text("createdAt"), "2020")
}

func TestOddACLsAndMembers(t *testing.T) {
	_, m := open(t, nil)
	for _, acl := range []string{`{"__op":"Increment","amount":1}`, `{"__op":"Add","objects":[]}`, `[]`, `"*"`, `7`} {
		m.refused(400, 123, http.MethodPost, "/classes/Item", `{"ACL":`+acl+`}`)
	}
	for _, acl := range []string{`null`, `{"__op":"Delete"}`} {
		m.must(http.MethodPost, "/classes/Item", `{"ACL":`+acl+`}`)
	}
	id := m.create("Item", `{"o":{"k":1}}`)
	for _, value := range []string{`{"__type":"Unknown"}`, `{"__type":"Date"}`, `{"__type":"File"}`} {
		m.refused(400, 111, http.MethodPut, "/classes/Item/"+id, `{"o.k":`+value+`}`)
	}
	m.must(http.MethodPut, "/classes/Item/"+id, `{"o.k":null}`)
}
