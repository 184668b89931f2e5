package auditserver_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// A refused entry of a batch leaves as little behind as a refused request.
func TestRefusedEntryLeavesNothing(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.AllowClientClassCreation = true })
	m.must(http.MethodPost, "/schemas/Closed", `{"className":"Closed","classLevelPermissions":{"get":{"*":true},"addField":{"*":true}}}`)
	m.must(http.MethodPost, "/roles", `{"name":"Auditor","ACL":{}}`)
	a := m.public().must(http.MethodPost, "/batch", `{"requests":[
		{"method":"POST","path":"/parse/classes/Closed","body":{"smuggled":1}},
		{"method":"POST","path":"/parse/classes/Typo","body":{"a":{"__type":"GeoPoint","latitude":1,"longitude":1},"b":{"__type":"GeoPoint","latitude":1,"longitude":1}}},
		{"method":"POST","path":"/parse/roles","body":{"name":"Auditor","ACL":{},"smuggled":1}},
		{"method":"POST","path":"/parse/classes/Row","body":{"n":1}}]}`)
	again := m.must(http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/roles","body":{"name":"Auditor","ACL":{},"smuggled":1}}]}`)
	require.Contains(t, string(again.raw), `"code":137`)
	var out []map[string]map[string]any
	require.NoError(t, json.Unmarshal(a.raw, &out))
	for i, code := range []float64{119, 111, 119} {
		require.Equal(t, code, out[i]["error"]["code"])
	}
	require.NotEmpty(t, out[3]["success"])
	for _, class := range []string{"Closed", "_Role"} {
		require.NotContains(t, m.must(http.MethodGet, "/schemas/"+class, nil).body["fields"], "smuggled", class)
	}
	m.refused(400, 103, http.MethodGet, "/schemas/Typo", nil)
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 1)
}

func TestBatch(t *testing.T) {
	_, m := open(t, nil)
	id := m.create("Row", `{"n":1}`)
	send := func(body string) []map[string]any {
		t.Helper()
		a := m.must(http.MethodPost, "/batch", body)
		var out []map[string]any
		require.NoError(t, json.Unmarshal(a.raw, &out))
		return out
	}
	entry := func(method, path, body string) string {
		return fmt.Sprintf(`{"method":%q,"path":%q,"body":%s}`, method, path, body)
	}
	out := send(`{"requests":[` + strings.Join([]string{
		entry("POST", "/parse/classes/Row", `{"n":2}`),
		entry("POST", "/parse/classes/Row", `{"n":"text"}`),
		entry("PUT", "/parse/classes/Row/"+id, `{"n":{"__op":"Increment","amount":1}}`),
		entry("DELETE", "/parse/classes/Row/nosuch", `{}`),
	}, ",") + `]}`)
	require.NotEmpty(t, out[0]["success"].(map[string]any)["objectId"])
	require.Equal(t, 111.0, out[1]["error"].(map[string]any)["code"])
	require.Equal(t, 2.0, out[2]["success"].(map[string]any)["n"])
	require.Equal(t, 101.0, out[3]["error"].(map[string]any)["code"])

	mixed := send(`{"requests":[` + entry("GET", "/parse/classes/Row", `{"where":{"n":2}}`) + "," + entry("POST", "/parse/users", `{"username":"u","password":"p"}`) + `]}`)
	require.Len(t, mixed[0]["success"].(map[string]any)["results"], 2)
	require.Contains(t, mixed[1]["success"], "objectId")

	unreadable := entry("POST", "/parse/classes/Far", `{"n":1e400}`)
	far := send(`{"requests":[` + entry("POST", "/parse/classes/Far", `{"n":1}`) + "," + unreadable + "," + entry("POST", "/parse/classes/Far", `{"n":2}`) + `]}`)
	require.NotEmpty(t, far[0]["success"])
	require.Equal(t, 107.0, far[1]["error"].(map[string]any)["code"], "a number that nothing can hold is the error of its entry alone")
	require.NotEmpty(t, far[2]["success"])
	require.Len(t, m.must(http.MethodGet, "/classes/Far", nil).results(t), 2)
	m.refused(400, 107, http.MethodPost, "/batch", `{"transaction":true,"requests":[`+unreadable+`]}`)

	odd := send(`{"requests":[` + strings.Join([]string{
		entry("POST", "/parse/classes/Odd", `[{"n":1}]`), entry("POST", "/parse/classes/Odd", `"n"`), entry("PUT", "/parse/classes/Row/"+id, `5`),
		entry("POST", "/parse/classes/Odd", `null`),
	}, ",") + `]}`)
	for _, refused := range odd[:3] {
		require.Equal(t, 107.0, refused["error"].(map[string]any)["code"], "a body that is no object writes nothing")
	}
	require.NotEmpty(t, odd[3]["success"])
	require.Len(t, m.must(http.MethodGet, "/classes/Odd", nil).results(t), 1)

	for _, wrong := range []string{
		entry("POST", "/1/classes/Row", `{}`), entry("POST", "/classes/Row", `{}`), entry("post", "/parse/classes/Row", `{}`),
		entry("POST", "http://example.com/parse/classes/Row", `{}`), entry("POST", "/parse/batch", `{}`), entry("POST", "/parse/files/x", `{}`), `7`,
	} {
		m.refused(400, 107, http.MethodPost, "/batch", `{"requests":[`+entry("POST", "/parse/classes/Row", `{"n":99}`)+","+wrong+`]}`)
	}
	m.refused(400, 107, http.MethodPost, "/batch", `{}`)
	require.Empty(t, m.must(http.MethodGet, `/classes/Row?where={"n":99}`, nil).results(t), "nothing of an unroutable batch runs")
}

// Creates that are worked out before their turn are checked again where others
// were faster, and tell what the transaction has found.
func TestBatchOfCreatesMeetsOthers(t *testing.T) {
	srv, m := open(t, func(c *auditserver.Config) { c.AllowCustomObjectID = true })
	m.must(http.MethodPost, "/schemas/Row", `{"className":"Row","fields":{"n":{"type":"Number"},"extra":{"type":"String"}}}`)
	m.create("Row", `{"n":1}`) // of which the ACL is known from here on
	create := func(body string) string {
		return `{"method":"POST","path":"/parse/classes/Row","body":` + body + `}`
	}
	twice := `{"requests":[` + strings.Join([]string{
		create(`{"objectId":"first","n":2}`), create(`{"objectId":"first","n":3}`), create(`{"n":"text"}`), create(`{"n":4}`),
	}, ",") + `]}`
	var out []map[string]map[string]any
	require.NoError(t, json.Unmarshal(m.must(http.MethodPost, "/batch", twice).raw, &out))
	require.Equal(t, "first", out[0]["success"]["objectId"])
	require.Equal(t, 137.0, out[1]["error"]["code"])
	require.Equal(t, 111.0, out[2]["error"]["code"])
	require.NotEmpty(t, out[3]["success"]["objectId"])
	m.refused(400, 137, http.MethodPost, "/batch", `{"transaction":true,"requests":[`+create(`{"n":5}`)+","+create(`{"objectId":"first","n":6}`)+`]}`)
	rows := m.must(http.MethodGet, "/classes/Row?order=n&keys=n", nil).results(t)
	require.Len(t, rows, 3)
	for i, n := range []float64{1, 2, 4} {
		require.Equal(t, n, rows[i]["n"])
	}

	// Columns come and go beside batches: each entry is stored whole or refused.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				m.do(http.MethodPut, "/schemas/Row", `{"className":"Row","fields":{"extra":{"__op":"Delete"}}}`)
				m.do(http.MethodPut, "/schemas/Row", `{"className":"Row","fields":{"extra":{"type":"String"}}}`)
			}
		})
		wg.Go(func() {
			for range 20 {
				m.do(http.MethodPost, "/batch", `{"requests":[`+create(`{"n":7,"extra":"kept or gone with its column"}`)+","+create(`{"n":7}`)+`]}`)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 160.0, m.must(http.MethodGet, `/classes/Row?where={"n":7}&count=1&limit=0`, nil).body["count"])

	// A trigger runs once for each entry.
	var runs atomic.Int64
	srv.BeforeSave("Row", func(context.Context, *auditserver.Trigger) error { runs.Add(1); return nil })
	m.must(http.MethodPost, "/batch", `{"requests":[`+create(`{"n":8}`)+","+create(`{"n":8}`)+`]}`)
	require.Equal(t, int64(2), runs.Load())
}

func TestTransaction(t *testing.T) {
	_, m := open(t, nil)
	m.create("Row", `{"n":1}`)
	count := func() any { return m.must(http.MethodGet, "/classes/Row?count=1&limit=0", nil).body["count"] }
	good := `{"method":"POST","path":"/parse/classes/Row","body":{"n":2}}`
	bad := `{"method":"POST","path":"/parse/classes/Row","body":{"n":"x"}}`
	refused := m.refused(400, 111, http.MethodPost, "/batch", `{"transaction":true,"requests":[`+good+","+bad+`]}`)
	require.Contains(t, refused.text("error"), "request 1 of the transaction failed, nothing was changed")
	require.Equal(t, 1.0, count())
	m.must(http.MethodPost, "/batch", `{"transaction":true,"requests":[`+good+","+good+`]}`)
	require.Equal(t, 3.0, count())
	m.refused(400, 107, http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"POST","path":"/parse/functions/f","body":{}}]}`)

	_, q := open(t, func(c *auditserver.Config) { c.Quirks = true })
	q.create("Row", `{"n":1}`)
	hidden := q.do(http.MethodPost, "/batch", `{"transaction":true,"requests":[`+good+","+bad+`]}`)
	require.Equal(t, http.StatusInternalServerError, hidden.status)
	require.Equal(t, map[string]any{"code": 1.0, "message": "Internal server error."}, hidden.body)
}

func TestBatchLimit(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.Batch = 2 })
	m.create("Row", `{"n":1}`)
	three := `{"requests":[` + strings.TrimSuffix(strings.Repeat(`{"method":"POST","path":"/parse/classes/Row","body":{}},`, 3), ",") + `]}`
	m.public().refused(400, 107, http.MethodPost, "/batch", three)
	m.must(http.MethodPost, "/batch", three)
}
