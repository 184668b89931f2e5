package auditserver_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestLimits(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.Limits = auditserver.Limits{BodySize: 1000, Depth: 10, PageSize: 2, Conditions: 5, QueryDepth: 3, SubqueryDepth: 1, IncludeDepth: 2, IncludePaths: 2, NoRegex: true}
	})
	for range 3 {
		m.create("Row", `{"n":1}`)
	}
	large := m.do(http.MethodPost, "/classes/Row", `{"s":"`+strings.Repeat("x", 1000)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, large.status)
	require.Equal(t, map[string]any{"error": "request entity too large: the limit is 1000 bytes (option maxUploadSize)"}, large.body)
	chunked := m.do(http.MethodPost, "/files/a.txt", strings.Repeat("x", 2000))
	require.Equal(t, http.StatusRequestEntityTooLarge, chunked.status)

	m.refused(400, 107, http.MethodPost, "/classes/Row", `{"o":`+strings.Repeat(`{"a":`, 20)+"1"+strings.Repeat("}", 21))
	require.Len(t, m.must(http.MethodGet, "/classes/Row?limit=100", nil).results(t), 2, "maxLimit clips silently")
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 3, "but not the default")
	where := func(doc string) string { return "/classes/Row?where=" + url.QueryEscape(doc) }
	m.refused(400, 102, http.MethodGet, where(`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}`), nil)
	m.refused(400, 102, http.MethodGet, where(`{"$or":[{"$and":[{"$or":[{"$and":[{"a":1}]}]}]}]}`), nil)
	m.public().refused(400, 102, http.MethodGet, where(`{"s":{"$regex":"a"}}`), nil)
	m.refused(400, 102, http.MethodGet, "/classes/Row?include=a,b,c", nil)
	m.refused(400, 102, http.MethodGet, "/classes/Row?include=a.b.c", nil)
}

// What SQLite could not run is refused before, and what the limits allow runs.
func TestLimitsOfTheDatabase(t *testing.T) {
	_, m := open(t, nil)
	id := m.create("Row", `{"n":999,"s":"x"}`)
	find := func(params string) answer {
		return m.do(http.MethodPost, "/classes/Row", `{"_method":"GET",`+params+`}`)
	}
	list := func(n int, item, between string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(item, "#", strconv.Itoa(i+1))
		}
		return strings.Join(items, between)
	}
	found := find(`"where":{"$or":[` + list(999, `{"n":#}`, ",") + `]}`)
	require.Equal(t, http.StatusOK, found.status, "%s", found.raw)
	require.Equal(t, id, found.results(t)[0]["objectId"])
	require.Len(t, find(`"where":{"$and":[`+list(998, `{"n":{"$gt":#}}`, ",")+`]}`).results(t), 1)

	values := `{"s":{"$nin":[` + list(900, `"#"`, ",") + `]}}`
	require.Equal(t, 102, find(`"where":{"$or":[`+list(60, strings.ReplaceAll(values, "#", "v"), ",")+`]}`).code())
	require.Equal(t, 102, find(`"order":"`+list(101, "n", ",")+`"`).code())
	m.refused(400, 103, http.MethodPost, "/classes/"+strings.Repeat("C", 129), `{}`)
	m.refused(400, 105, http.MethodPost, "/classes/Row", `{"`+strings.Repeat("f", 129)+`":1}`)
	m.refused(400, 111, http.MethodPost, "/classes/Row", `{`+list(1600, `"f#":1`, ",")+`}`)
	m.must(http.MethodPost, "/classes/Row", `{`+list(100, `"f#":1`, ",")+`}`)
}

// A list may name an object many times, which names itself in its list: what is
// included grows with each step, up to a limit.
func TestSizeOfAnAnswer(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.AnswerSize = 100_000 })
	id := m.create("Node", `{"n":1}`)
	pointer := `{"__type":"Pointer","className":"Node","objectId":"` + id + `"}`
	m.must(http.MethodPut, "/classes/Node/"+id, `{"next":[`+strings.Repeat(pointer+",", 29)+pointer+`]}`)
	m.must(http.MethodGet, "/classes/Node?include=next", nil)
	deep := "include=" + strings.Repeat("next.", 15) + "next"
	m.refused(400, 102, http.MethodGet, "/classes/Node?"+deep, nil)
	m.refused(400, 102, http.MethodGet, "/classes/Node/"+id+"?"+deep, nil)

	get := `{"method":"GET","path":"/parse/classes/Node/` + id + `"}`
	a := m.must(http.MethodPost, "/batch", `{"requests":[`+strings.Repeat(get+",", 99)+get+`]}`)
	require.Contains(t, string(a.raw), `{"success":{"objectId":"`+id)
	require.Contains(t, string(a.raw), `{"error":{"code":102,`)
	require.Less(t, len(a.raw), 120_000)
}
