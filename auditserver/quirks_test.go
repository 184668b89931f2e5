package auditserver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// Each quirk is tested on both kinds of server: the documented behaviour, and
// PostgreSQL's.
func TestQuirks(t *testing.T) {
	fill := func(quirks bool) *client {
		_, m := open(t, func(c *auditserver.Config) { c.Quirks = quirks })
		m.create("Row", `{"n":1,"s":"a","list":[3,1,1,2],"at":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}`)
		m.create("Row", `{"n":2,"list":[2]}`)
		return m
	}
	right, wrong := fill(false), fill(true)
	find := func(m *client, where string) answer {
		return m.do(http.MethodGet, "/classes/Row?order=n&where="+url.QueryEscape(where), nil)
	}
	for name, test := range map[string]struct {
		where string
		want  int // rows found where the documented thing is done
	}{
		"$ne date":         {`{"at":{"$ne":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}}`, 1},
		"$in date":         {`{"at":{"$in":[{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}]}}`, 1},
		"$in null":         {`{"s":{"$in":[null]}}`, 1},
		"scalar of a list": {`{"list":1}`, 1},
		"in a branch":      {`{"$or":[{"list":1},{"n":7}]}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			require.Len(t, find(right, test.where).results(t), test.want)
			fault := find(wrong, test.where)
			require.Equal(t, http.StatusInternalServerError, fault.status)
			require.Equal(t, 1, fault.code())
		})
	}
	require.Empty(t, find(right, `{"s":{"$in":[]}}`).results(t))
	require.Len(t, find(wrong, `{"s":{"$in":[]}}`).results(t), 1, "the row without a value")

	count := "/classes/Row?count=1&limit=0"
	require.Equal(t, 2.0, right.must(http.MethodGet, count, nil).body["count"])
	require.Equal(t, 0.0, wrong.must(http.MethodGet, count, nil).body["count"])
	require.Equal(t, 2.0, wrong.public().must(http.MethodGet, count, nil).body["count"])
	require.Equal(t, http.StatusInternalServerError, wrong.do(http.MethodGet, "/classes/Row?limit=-1", nil).status)

	first := func(m *client) string {
		return "/classes/Row/" + find(m, `{"n":1}`).results(t)[0]["objectId"].(string)
	}
	add := `{"list":{"__op":"Add","objects":[5]}}`
	require.Equal(t, []any{3.0, 1.0, 1.0, 2.0, 5.0}, right.must(http.MethodPut, first(right), add).body["list"])
	require.Equal(t, []any{3.0, 2.0, 1.0, 5.0}, wrong.must(http.MethodPut, first(wrong), add).body["list"])

	for m, want := range map[*client]int{right: http.StatusOK, wrong: http.StatusNotFound} {
		row := first(m)
		m.must(http.MethodPut, row, `{"ACL":{"__op":"Delete"}}`)
		require.Equal(t, want, m.public().do(http.MethodGet, row, nil).status)
	}
}
