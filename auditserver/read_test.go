package auditserver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueryOptions(t *testing.T) {
	_, m := open(t, nil)
	for _, body := range []string{`{"n":1,"s":"a","o":{"x":1}}`, `{"n":2,"s":"b"}`, `{"n":3,"s":"c"}`} {
		m.create("Item", body)
	}
	numbers := func(query string) []any {
		t.Helper()
		var out []any
		for _, r := range m.must(http.MethodGet, "/classes/Item?"+query, nil).results(t) {
			out = append(out, r["n"])
		}
		return out
	}
	require.Equal(t, []any{3.0, 2.0, 1.0}, numbers("order=-n"))
	require.Equal(t, []any{2.0, 3.0}, numbers("order=n&skip=1"))
	require.Equal(t, []any{1.0}, numbers("order=n&limit=1"))
	require.Equal(t, []any{2.0, 3.0}, numbers("order=n&where="+url.QueryEscape(`{"n":{"$gte":2}}`)))
	require.Equal(t, []any{1.0, 3.0}, numbers("order=n&where="+url.QueryEscape(`{"$or":[{"s":"a"},{"s":{"$regex":"^\\Qc\\E"}}]}`)))
	require.Nil(t, numbers("where="+url.QueryEscape(`{"n":{"$in":[]}}`)), "an empty $in matches nothing")

	counted := m.must(http.MethodGet, "/classes/Item?count=1&limit=0", nil)
	require.Equal(t, map[string]any{"results": []any{}, "count": 3.0}, counted.body)

	row := m.must(http.MethodGet, "/classes/Item?keys=n&limit=1&order=n", nil).results(t)[0]
	require.NotContains(t, row, "s")
	require.Contains(t, row, "createdAt")
	row = m.must(http.MethodGet, "/classes/Item?excludeKeys=n&limit=1&order=n", nil).results(t)[0]
	require.NotContains(t, row, "n")
	require.Equal(t, "a", row["s"])

	override := m.must(http.MethodPost, "/classes/Item", `{"_method":"GET","where":{"n":2},"keys":"n"}`)
	require.Equal(t, http.StatusOK, override.status)
	require.Len(t, override.results(t), 1)

	m.refused(400, 102, http.MethodGet, "/classes/Item?nonsense=1", nil)
	m.refused(400, 102, http.MethodGet, "/classes/Item?limit=-1", nil)
	m.refused(400, 102, http.MethodGet, "/classes/Item?limit=many", nil)
	m.refused(400, 102, http.MethodGet, "/classes/Item?skip=-1", nil)
	m.refused(400, 105, http.MethodGet, "/classes/Item?order=bad%20name", nil)
	m.public().refused(400, 102, http.MethodGet, "/classes/Item?explain=true", nil)
	m.refused(404, 101, http.MethodGet, "/classes/Item/nosuch", nil)
}

func TestInclude(t *testing.T) {
	_, m := open(t, nil)
	pointer := func(class, id string) string {
		return `{"__type":"Pointer","className":"` + class + `","objectId":"` + id + `"}`
	}
	site := m.create("Site", `{"name":"North","secret":"x"}`)
	plan := m.create("Plan", `{"ref":"P-1","site":`+pointer("Site", site)+`}`)
	gone := m.create("Plan", `{"ref":"P-2"}`)
	m.must(http.MethodDelete, "/classes/Plan/"+gone, nil)
	finding := m.create("Finding", `{"plan":`+pointer("Plan", plan)+`,"lost":`+pointer("Plan", gone)+`,"all":[`+pointer("Plan", plan)+`,`+pointer("Plan", gone)+`,7]}`)

	got := m.must(http.MethodGet, "/classes/Finding/"+finding, nil)
	require.Equal(t, "Pointer", got.body["plan"].(map[string]any)["__type"])

	got = m.must(http.MethodGet, "/classes/Finding/"+finding+"?include=plan.site,lost,all,nosuch", nil)
	included := got.body["plan"].(map[string]any)
	require.Equal(t, "Object", included["__type"])
	require.Equal(t, "Plan", included["className"])
	require.Equal(t, "P-1", included["ref"])
	require.Equal(t, "North", included["site"].(map[string]any)["name"])
	require.NotContains(t, got.body, "lost", "a deleted object takes its pointer along")
	all := got.body["all"].([]any)
	require.Len(t, all, 2)
	require.Equal(t, "P-1", all[0].(map[string]any)["ref"])
	require.Equal(t, 7.0, all[1])

	got = m.must(http.MethodGet, "/classes/Finding?keys=plan.ref", nil)
	included = got.results(t)[0]["plan"].(map[string]any)
	require.Equal(t, "P-1", included["ref"])
	require.NotContains(t, included, "site")

	star := m.must(http.MethodGet, "/classes/Finding?includeAll=true", nil).results(t)[0]
	require.Equal(t, "Object", star["plan"].(map[string]any)["__type"])
	require.Equal(t, "Pointer", star["plan"].(map[string]any)["site"].(map[string]any)["__type"], "one level only")
}

func TestKeysAndIncludes(t *testing.T) {
	_, m := open(t, nil)
	pointer := func(class, id string) string {
		return `{"__type":"Pointer","className":"` + class + `","objectId":"` + id + `"}`
	}
	closed := `{"find":{"*":true},"get":{},"count":{"*":true},"create":{},"update":{},"delete":{},"addField":{}}`
	m.must(http.MethodPost, "/schemas/Closed", `{"className":"Closed","fields":{"name":{"type":"String"}},"classLevelPermissions":`+closed+`}`)
	m.create("Open", `{"name":"a","other":1,"parent":`+pointer("Closed", m.create("Closed", `{"name":"c"}`))+
		`,"rel":{"__op":"AddRelation","objects":[`+pointer("Closed", "x")+`]}}`)
	one := func(query string) map[string]any {
		t.Helper()
		return m.must(http.MethodGet, "/classes/Open?"+query, nil).results(t)[0]
	}

	shown := one("keys=name&include=*")
	require.Equal(t, "Object", shown["parent"].(map[string]any)["__type"], "what is included is shown")
	require.NotContains(t, shown, "other")
	require.Contains(t, one("excludeKeys=rel,name"), "rel", "relations always come")
	require.NotContains(t, one("excludeKeys=rel,name"), "name")

	require.NotContains(t, m.public().must(http.MethodGet, "/classes/Open?keys=name&include=parent", nil).results(t)[0], "parent",
		"what is not shown is not fetched, and needs no permission")
	m.public().refused(400, 119, http.MethodGet, "/classes/Open?include=parent", nil)
}
