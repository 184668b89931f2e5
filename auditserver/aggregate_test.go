package auditserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestAggregateAndDistinct(t *testing.T) {
	_, m := open(t, nil)
	for _, body := range []string{`{"site":"N","n":1}`, `{"site":"N","n":3}`, `{"site":"S","n":5}`} {
		m.create("Row", body)
	}
	require.ElementsMatch(t, []any{"N", "S"}, m.must(http.MethodGet, "/aggregate/Row?distinct=site", nil).body["results"])
	require.Equal(t, []any{"N"}, m.must(http.MethodGet, "/aggregate/Row?distinct=site&where="+url.QueryEscape(`{"n":{"$lt":4}}`), nil).body["results"])
	pipeline := `[{"$match":{"n":{"$gt":1}}},{"$group":{"_id":"$site","total":{"$sum":"$n"}}},{"$sort":{"total":1}}]`
	require.Equal(t, []any{map[string]any{"objectId": "N", "total": 3.0}, map[string]any{"objectId": "S", "total": 5.0}},
		m.must(http.MethodGet, "/aggregate/Row?pipeline="+url.QueryEscape(pipeline), nil).body["results"])
	require.Len(t, m.must(http.MethodPost, "/aggregate/Row", `{"_method":"GET","pipeline":[{"$limit":2}]}`).results(t), 2)
	m.refused(400, 102, http.MethodGet, "/aggregate/Row?group="+url.QueryEscape(`{"objectId":null}`), nil)
	m.refused(400, 102, http.MethodGet, "/aggregate/Row?pipeline="+url.QueryEscape(`[{"$group":{"objectId":"$site"}}]`), nil)
	require.Equal(t, http.StatusForbidden, m.public().do(http.MethodGet, "/aggregate/Row?distinct=site", nil).status)
}

// A $match is bounded like any other condition.
func TestAggregateLimits(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits = auditserver.Limits{Conditions: 2, QueryDepth: 3} })
	m.create("Row", `{"n":1}`)
	for _, stages := range []string{`[{"$match":%s}]`, `[{"$sort":{"n":1}},{"$match":%s}]`} {
		send := func(where string) answer {
			return m.do(http.MethodPost, "/aggregate/Row", `{"_method":"GET","pipeline":`+fmt.Sprintf(stages, where)+`}`)
		}
		require.Equal(t, http.StatusOK, send(`{"n":1,"a":null}`).status)
		require.Equal(t, 102, send(`{"n":1,"a":1,"b":1}`).code())
		require.Equal(t, 102, send(`{"$or":[{"$or":[{"$or":[{"n":1}]}]}]}`).code())
	}
}
