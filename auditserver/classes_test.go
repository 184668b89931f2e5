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

func TestCreateReadUpdateDelete(t *testing.T) {
	_, m := open(t, nil)
	made := m.must(http.MethodPost, "/classes/Note", `{"title":"a","n":1,"list":[1,2],"o":{"k":1},"when":{"__type":"Date","iso":"2026-01-02T03:04:05+01:00"}}`)
	require.Equal(t, http.StatusCreated, made.status)
	id := made.text("objectId")
	require.Regexp(t, `^[A-Za-z0-9]{10}$`, id)
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, made.text("createdAt"))
	require.Len(t, made.body, 2)
	require.Equal(t, "http://example.com/parse/classes/Note/"+id, made.header.Get("Location"))

	got := m.must(http.MethodGet, "/classes/Note/"+id, nil)
	require.Equal(t, "a", got.text("title"))
	require.Equal(t, map[string]any{"__type": "Date", "iso": "2026-01-02T02:04:05.000Z"}, got.body["when"])
	require.Equal(t, made.text("createdAt"), got.text("createdAt"))
	require.Equal(t, made.text("createdAt"), got.text("updatedAt"))

	changed := m.must(http.MethodPut, "/classes/Note/"+id, `{"n":{"__op":"Increment","amount":4},"o.k":{"__op":"Increment","amount":2},"list":{"__op":"AddUnique","objects":[2,3]},"title":{"__op":"Delete"}}`)
	require.Equal(t, map[string]any{"updatedAt": changed.text("updatedAt"), "n": 5.0, "o": map[string]any{"k": 3.0}, "list": []any{1.0, 2.0, 3.0}}, changed.body)
	got = m.must(http.MethodGet, "/classes/Note/"+id, nil)
	require.NotContains(t, got.body, "title")
	require.Equal(t, 5.0, got.body["n"])

	require.Equal(t, "{}", string(m.must(http.MethodDelete, "/classes/Note/"+id, nil).raw))
	m.refused(404, 101, http.MethodGet, "/classes/Note/"+id, nil)
	m.refused(404, 101, http.MethodDelete, "/classes/Note/"+id, nil)
	m.refused(404, 101, http.MethodPut, "/classes/Note/"+id, `{}`)
}

func TestWritesThatAreRefused(t *testing.T) {
	_, m := open(t, nil)
	m.create("Note", `{"title":"a","n":1,"p":{"__type":"Pointer","className":"A","objectId":"x"}}`)
	for name, test := range map[string]struct {
		body string
		code int
	}{
		"type":             {`{"title":1}`, 111},
		"pointer class":    {`{"p":{"__type":"Pointer","className":"B","objectId":"x"}}`, 111},
		"unknown __type":   {`{"x":{"__type":"Thing"}}`, 111},
		"full object":      {`{"p":{"__type":"Object","className":"A","objectId":"x"}}`, 111},
		"bad date":         {`{"d":{"__type":"Date","iso":"yesterday"}}`, 111},
		"empty bytes":      {`{"b":{"__type":"Bytes","base64":""}}`, 111},
		"polygon":          {`{"g":{"__type":"Polygon","coordinates":[[0,0],[1,1]]}}`, 111},
		"nested dollar":    {`{"o":{"$a":1}}`, 121},
		"nested dot":       {`{"o":{"a.b":1}}`, 121},
		"field name":       {`{"bad name":1}`, 105},
		"underscore":       {`{"_x":1}`, 105},
		"proto":            {`{"o":{"__proto__":1}}`, 105},
		"constructor":      {`{"constructor":1}`, 105},
		"objectId":         {`{"objectId":"abc"}`, 105},
		"createdAt text":   {`{"createdAt":"2026-01-01T00:00:00Z"}`, 111},
		"increment text":   {`{"n":{"__op":"Increment","amount":"1"}}`, 107},
		"add no list":      {`{"l":{"__op":"Add","objects":1}}`, 107},
		"unknown op":       {`{"l":{"__op":"Multiply"}}`, 107},
		"empty relation":   {`{"r":{"__op":"AddRelation","objects":[]}}`, 107},
		"acl not object":   {`{"ACL":"public"}`, 123},
		"acl entry":        {`{"ACL":{"*":true}}`, 123},
		"two geopoints":    {`{"g1":{"__type":"GeoPoint","latitude":1,"longitude":2},"g2":{"__type":"GeoPoint","latitude":1,"longitude":2}}`, 111},
		"geopoint no text": {`{"g":{"__type":"GeoPoint","latitude":"1","longitude":2}}`, 111},
	} {
		t.Run(name, func(t *testing.T) {
			m.t = t
			m.refused(400, test.code, http.MethodPost, "/classes/Note", test.body)
			require.Equal(t, 1.0, m.must(http.MethodGet, "/classes/Note?count=1&limit=0", nil).body["count"], "something was stored")
		})
	}
}

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

func TestRelations(t *testing.T) {
	_, m := open(t, nil)
	a, b := m.create("Tag", `{"n":1}`), m.create("Tag", `{"n":2}`)
	ptr := func(id string) string {
		return `{"__type":"Pointer","className":"Tag","objectId":"` + id + `"}`
	}
	post := m.create("Post", `{"tags":{"__op":"AddRelation","objects":[`+ptr(a)+`,`+ptr(b)+`]}}`)
	members := func() int {
		where := `{"$relatedTo":{"object":{"__type":"Pointer","className":"Post","objectId":"` + post + `"},"key":"tags"}}`
		return len(m.must(http.MethodGet, "/classes/Tag?where="+url.QueryEscape(where), nil).results(t))
	}
	require.Equal(t, 2, members())
	require.Equal(t, map[string]any{"__type": "Relation", "className": "Tag"}, m.must(http.MethodGet, "/classes/Post/"+post, nil).body["tags"])
	owners := m.must(http.MethodGet, "/classes/Post?where="+url.QueryEscape(`{"tags":`+ptr(a)+`}`), nil).results(t)
	require.Len(t, owners, 1)
	m.must(http.MethodPut, "/classes/Post/"+post, `{"tags":{"__op":"Batch","ops":[{"__op":"RemoveRelation","objects":[`+ptr(a)+`]}]}}`)
	require.Equal(t, 1, members())
	m.refused(400, 111, http.MethodPut, "/classes/Post/"+post, `{"tags":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Post","objectId":"x"}]}}`)
	m.must(http.MethodPut, "/classes/Post/"+post, `{"ACL":{}}`)
	require.Equal(t, 2-1, members())
	hidden := m.public().must(http.MethodGet, "/classes/Tag?where="+url.QueryEscape(`{"$relatedTo":{"object":{"__type":"Pointer","className":"Post","objectId":"`+post+`"},"key":"tags"}}`), nil)
	require.Empty(t, hidden.results(t), "the owner can't be read")
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

// A value and keys within it in one request: the keys are set in the new value,
// however the request orders them.
func TestNestedKeysBesideTheWholeValue(t *testing.T) {
	_, m := open(t, nil)
	for range 20 { // the members of a map come in any order
		id := m.create("Note", `{"o.c.d":2,"o.c":{"e":1},"o.b":{"__op":"Increment","amount":2},"o":{"a":1,"b":1}}`)
		require.Equal(t, map[string]any{"a": 1.0, "b": 3.0, "c": map[string]any{"d": 2.0, "e": 1.0}}, m.must(http.MethodGet, "/classes/Note/"+id, nil).body["o"])
		m.must(http.MethodPut, "/classes/Note/"+id, `{"o.x":1,"o":{"__op":"Delete"}}`)
		require.Equal(t, map[string]any{"x": 1.0}, m.must(http.MethodGet, "/classes/Note/"+id, nil).body["o"])
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
