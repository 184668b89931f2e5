package parse_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Servers disagree about rows without a value: MongoDB counts them in $nin,
// PostgreSQL does not, and finds nothing for {"$ne": null} below an object.
func TestConditionsSayWhatHappensWithoutAValue(t *testing.T) {
	type checklist struct {
		parse.Object
		Title string                               `json:"title"`
		Level int                                  `json:"level"`
		Tags  []string                             `json:"tags"`
		Plan  isoaudit.Pointer[isoaudit.AuditPlan] `json:"plan,omitzero"`
		Meta  map[string]string                    `json:"meta"`
	}
	type where = parse.Condition[checklist]
	title := parse.NewTextField[checklist, string]("title")
	level := parse.NewNumberField[checklist, int]("level")
	tags := parse.NewArrayField[checklist, string]("tags")
	plan := parse.NewPointerField[checklist, isoaudit.AuditPlan]("plan")
	meta := parse.NewObjectField[checklist, map[string]string]("meta")
	for want, condition := range map[string]where{
		`{"title":{"$nin":["a"],"$exists":true}}`:                                                        title.NotIn("a"),
		`{"level":{"$nin":[1],"$exists":true}}`:                                                          level.NotIn(1),
		`{"tags":{"$nin":["a"],"$exists":true}}`:                                                         tags.ContainsNone("a"),
		`{"plan":{"$nin":[{"__type":"Pointer","className":"AuditPlan","objectId":"p"}],"$exists":true}}`: plan.NotIn(isoaudit.PointerTo[isoaudit.AuditPlan]("p")),
		`{"$and":[{"$nor":[{"meta.site":null}]}]}`:                                                       meta.Text("site").Exists(),
	} {
		client, s := scriptedClient(t, nil, reply(200, `{"results":[]}`))
		_, err := parse.NewCollection[checklist](client, "Checklist").Query().Where(condition).Find(t.Context())
		require.NoError(t, err)
		require.JSONEq(t, want, sentWhere(t, s.Sent[0]))
	}
}

// sentWhere is the where document of a query that was sent by GET.
func sentWhere(t *testing.T, s scripted.Request) string {
	t.Helper()
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	return u.Query().Get("where")
}

// Parse Server compares with a missing value too, which PostgreSQL cannot.
func TestMatchesKeyAsksOnlyForRowsThatHaveTheKey(t *testing.T) {
	type row struct {
		parse.Object
		Name  string `json:"name"`
		Other string `json:"other"`
		Level int    `json:"level"`
	}
	name, other := parse.NewTextField[row, string]("name"), parse.NewTextField[row, string]("other")
	level := parse.NewNumberField[row, int]("level")
	for op, condition := range map[string]func(isoaudit.Query[row]) parse.Condition[row]{
		"$select":     func(q isoaudit.Query[row]) parse.Condition[row] { return parse.MatchesKey(name, q, other) },
		"$dontSelect": func(q isoaudit.Query[row]) parse.Condition[row] { return parse.NotMatchesKey(name, q, other) },
	} {
		client, s := scriptedClient(t, nil, reply(200, `{"results":[]}`))
		rows := parse.NewCollection[row](client, "Row")
		_, err := rows.Query().Where(condition(rows.Query().Where(level.Gt(1)))).Find(t.Context())
		require.NoError(t, err)
		require.JSONEq(t, `{"name":{"`+op+`":{"query":{"className":"Row","where":{"level":{"$gt":1},"other":{"$exists":true}}},"key":"other"},"$exists":true}}`, sentWhere(t, s.Sent[0]))
	}
}
