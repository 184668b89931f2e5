package auditserver_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// numbered repeats a text n times with # replaced by 1, 2, ...
func numbered(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "#", strconv.Itoa(i+1))
	}
	return strings.Join(items, ",")
}

// Long bodies cost no more than their length: compared with each other, the
// parts of each of these would keep a processor busy for minutes.
func TestLongBodies(t *testing.T) {
	_, m := open(t, nil)
	const many = 50_000
	m.public().with("X-Parse-Application-Id", "wrong").refused(403, 0, http.MethodPost, "/classes/Row", "{"+numbered(many, `"k#":1`)+"}")
	repeated := m.must(http.MethodPost, "/classes/Row", `{"a":"first",`+numbered(70, `"k#":1`)+`,"a":"last","k70":2}`)
	row := m.must(http.MethodGet, "/classes/Row/"+repeated.text("objectId"), nil)
	require.Equal(t, "last", row.text("a"))
	require.Equal(t, 2.0, row.body["k70"])

	id := m.create("List", `{"l":[1,{"a":1}],"o":{"k1":{"a":1}}}`)
	change := func(body string) answer { return m.must(http.MethodPut, "/classes/List/"+id, body) }
	list := change(`{"l":{"__op":"AddUnique","objects":[{"a":1},` + numbered(many, "#") + `]}}`).body["l"].([]any)
	require.Len(t, list, many+1)
	require.Equal(t, []any{1.0, map[string]any{"a": 1.0}, 2.0}, list[:3])
	require.Equal(t, []any{map[string]any{"a": 1.0}}, change(`{"l":{"__op":"Remove","objects":[` + numbered(many, "#") + `]}}`).body["l"])
	change(`{` + numbered(many, `"o.k#.b":#`) + `}`)
	object := m.must(http.MethodGet, "/classes/List/"+id, nil).body["o"].(map[string]any)
	require.Len(t, object, many)
	require.Equal(t, map[string]any{"a": 1.0, "b": 1.0}, object["k1"])
	m.refused(400, 105, http.MethodPut, "/classes/List/"+id, `{"o`+strings.Repeat(".a", 65)+`":1}`)

	for _, name := range []string{"keys", "excludeKeys"} {
		m.must(http.MethodPost, "/classes/Row", `{"_method":"GET","`+name+`":"`+numbered(2000, "k#")+`"}`)
		m.refused(400, 102, http.MethodPost, "/classes/Row", `{"_method":"GET","`+name+`":"`+numbered(2001, "k#")+`"}`)
	}
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
