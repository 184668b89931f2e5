package parse_test

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse"
)

// An answer is never broken by one odd value: cases from the field, read in every
// way in which a program reads.

// gauge has a column of every kind that can be odd.
type gauge struct {
	parse.Object
	Title string                              `json:"title"`
	Count int                                 `json:"count"`
	Big   int64                               `json:"big"`
	Ratio float64                             `json:"ratio"`
	Due   time.Time                           `json:"due,omitzero"`
	Tags  []string                            `json:"tags"`
	Notes map[string]any                      `json:"notes"`
	Place parse.GeoPoint                      `json:"place,omitzero"`
	Plan  parse.Pointer[isoaudit.AuditPlan]   `json:"plan,omitzero"`
	Plans []parse.Pointer[isoaudit.AuditPlan] `json:"plans"`
	Raw   []byte                              `json:"raw"`
}

func gaugeRow(id, members string) string {
	return fmt.Sprintf(`{"objectId":%q,"createdAt":"2026-03-01T08:00:00.000Z","updatedAt":"2026-03-01T08:00:10.000Z",%s}`, id, members)
}

// oddMembers are values that no Go value of their field can hold: the member, the
// column that the error names, and a part of its reason.
var oddMembers = [][3]string{
	{`"count":1e400`, "count", "number"},
	{`"count":1.5`, "count", "number"},
	{`"count":"7"`, "count", "found a string"},
	{`"big":9223372036854775808`, "big", "number"},
	{`"ratio":1e400`, "ratio", "number"},
	{`"ratio":true`, "ratio", "found a boolean"},
	{`"title":{"__op":"Delete"}`, "title", "found an object"},
	{`"title":["a"]`, "title", "found an array"},
	{`"due":"soon"`, "due", "no ISO 8601 date"},
	{`"due":{"__type":"Date","iso":"never"}`, "due", "no ISO 8601 date"},
	{`"due":{"__type":"Date","iso":5}`, "due", "malformed"},
	{`"due":{"__type":"GeoPoint","latitude":1,"longitude":2}`, "due", "of type GeoPoint"},
	{`"due":{"__type":"Date","iso":"+01-01-01T00:00:00.000Z"}`, "due", "no ISO 8601 date"},
	{`"tags":["a",5]`, "tags.1", "found a number"},
	{`"notes":{"deep":[{"n":-1e999}]}`, "notes.deep.0.n", "number"},
	{`"notes":[]`, "notes", "found an array"},
	{`"place":{"__type":"GeoPoint","latitude":"north","longitude":2}`, "place", "malformed"},
	{`"plan":{"__type":"Pointer","className":"AuditReview","objectId":"x"}`, "plan", "found one to AuditReview"},
	{`"plan":{"objectId":"x","scope":5,"__type":"Object","className":"AuditPlan"}`, "plan.scope", "found a number"},
	{`"plans":[{"__type":"Pointer","className":"AuditPlan","objectId":"x"},"y"]`, "plans.1", "found a string"},
	{`"raw":{"__type":"Bytes","base64":7}`, "raw", "malformed"},
	{`"ACL":{"*":5}`, "ACL", "want an ACL"},
	{`"notes":` + strings.Repeat(`[`, 20_000) + strings.Repeat(`]`, 20_000), "notes", "array"},
	{`"notes":{"a":` + strings.Repeat(`[`, 20_000) + strings.Repeat(`]`, 20_000) + `}`, "notes.a" + strings.Repeat(".0", 8) + "....", "number"},
}

// goodMembers are odd values that are read.
var goodMembers = map[string]func(*testing.T, *gauge){
	`"title":"cut \ud83d"`:       func(t *testing.T, g *gauge) { require.Equal(t, "cut \ufffd", g.Title) },
	`"title":"\udc00 and on"`:    func(t *testing.T, g *gauge) { require.Equal(t, "\ufffd and on", g.Title) },
	"\"title\":\"cut \xf0\x9f\"": func(t *testing.T, g *gauge) { require.Contains(t, g.Title, "\ufffd") },
	`"notes":{"k \ud83d":"v \ud83d"}`: func(t *testing.T, g *gauge) {
		require.Equal(t, map[string]any{"k \ufffd": "v \ufffd"}, g.Notes)
	},
	`"unknown \ud83d":{"a \udc00":"\ud83d"}`:                                               func(*testing.T, *gauge) {},
	`"unknown":` + strings.Repeat(`{"a":`, 20_000) + `1e999` + strings.Repeat(`}`, 20_000): func(*testing.T, *gauge) {},
	`"due":{"__type":"Date","iso":"+010000-01-01T01:59:59.000Z"}`: func(t *testing.T, g *gauge) {
		require.Equal(t, time.Date(10000, 1, 1, 1, 59, 59, 0, time.UTC), g.Due)
	},
	`"due":{"__type":"Date","iso":"+275760-09-13T00:00:00.000Z"}`: func(t *testing.T, g *gauge) {
		require.Equal(t, time.UnixMilli(8_640_000_000_000_000).UTC(), g.Due)
	},
	`"due":{"__type":"Date","iso":"-271821-04-20T00:00:00.000Z"}`: func(t *testing.T, g *gauge) {
		require.Equal(t, time.UnixMilli(-8_640_000_000_000_000).UTC(), g.Due)
	},
	`"due":{"__type":"Date","iso":"0000-02-29T00:00:00.000Z"}`: func(t *testing.T, g *gauge) {
		require.Equal(t, time.Date(0, 2, 29, 0, 0, 0, 0, time.UTC), g.Due)
	},
	`"title":null,"count":null,"due":null,"plan":null,"notes":null,"tags":null,"ACL":null,"raw":null,"place":null`: func(t *testing.T, g *gauge) {
		require.Equal(t, gauge{Object: g.Object}, *g)
	},
	`"title":"first","title":"last","count":1,"count":2`: func(t *testing.T, g *gauge) {
		require.Equal(t, "last", g.Title)
		require.Equal(t, 2, g.Count)
	},
	`"raw":{"__type":"Bytes","base64":"AQI"}`: func(t *testing.T, g *gauge) { require.Equal(t, []byte{1, 2}, g.Raw) },
	`"ratio":5e-324,"count":1000`:             func(t *testing.T, g *gauge) { require.Equal(t, 1000, g.Count) },
}

func requireUnread(t *testing.T, err error, odd [3]string, class, id string) {
	t.Helper()
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	var failure *parse.Error
	require.ErrorAs(t, err, &failure)
	var unread parse.DecodeErrors
	require.ErrorAs(t, err, &unread, "%.200s", odd[0])
	require.Len(t, unread, 1)
	var wrong *parse.DecodeError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, parse.DecodeError{Class: class, ObjectID: id, Field: odd[1], Reason: wrong.Reason}, *wrong, "%.200s", odd[0])
	require.Contains(t, wrong.Reason, odd[2], "%.200s", odd[0])
	require.NotContains(t, err.Error(), "\n")
}

// The other rows come, and the answer is not asked for again.
func TestFieldCase2OneOddValueInAPage(t *testing.T) {
	for _, odd := range oddMembers {
		page := `{"results":[` + gaugeRow("g1", `"title":"one"`) + "," + gaugeRow("g2", `"title":"two",`+odd[0]) + "," + gaugeRow("g3", `"title":"three"`) + `]}`
		client, s := scriptedClient(t, nil, reply(200, page), reply(200, strings.Replace(page, `"results":`, `"count":3, "results":`, 1)), reply(200, page),
			reply(200, `{"results":[]}`), reply(200, gaugeRow("g2", `"title":"two",`+odd[0])), reply(200, `{"results":[`+gaugeRow("g2", odd[0])+`]}`))
		gauges := parse.NewCollection[gauge](client, "Gauge")

		rows, err := gauges.Query().Find(t.Context())
		requireUnread(t, err, odd, "Gauge", "g2")
		require.Equal(t, []string{"g1", "g3"}, gaugeIDs(rows))
		rows, count, err := gauges.Query().FindAndCount(t.Context())
		requireUnread(t, err, odd, "Gauge", "g2")
		require.Equal(t, []string{"g1", "g3"}, gaugeIDs(rows))
		require.Equal(t, 3, count)

		var seen []string
		for row, err := range gauges.Query().All(t.Context()) {
			if seen = append(seen, row.ObjectID); row.ObjectID == "g2" {
				requireUnread(t, err, odd, "Gauge", "g2")
				require.False(t, row.UpdatedAt.IsZero(), "what could be read")
			} else {
				require.NoError(t, err)
			}
		}
		require.Equal(t, []string{"g1", "g2", "g3"}, seen)

		row, err := gauges.Get(t.Context(), "g2")
		requireUnread(t, err, odd, "Gauge", "g2")
		require.Equal(t, "g2", row.ObjectID)
		row, err = gauges.Query().First(t.Context())
		requireUnread(t, err, odd, "Gauge", "g2")
		require.Equal(t, "g2", row.ObjectID)
		require.Len(t, s.Sent, 6)
	}
	for members, check := range goodMembers {
		page := `{"results":[` + gaugeRow("g1", `"title":"one"`) + "," + gaugeRow("g2", members) + `]}`
		client, _ := scriptedClient(t, nil, reply(200, page), reply(200, " "+page), reply(200, gaugeRow("g2", members)))
		gauges := parse.NewCollection[gauge](client, "Gauge")
		for range 2 {
			rows, err := gauges.Query().Find(t.Context())
			require.NoError(t, err, "%.200s", members)
			require.Len(t, rows, 2)
			check(t, rows[1])
		}
		row, err := gauges.Get(t.Context(), "g2")
		require.NoError(t, err, "%.200s", members)
		check(t, row)
	}
}

func gaugeIDs(rows []*gauge) (ids []string) {
	for _, row := range rows {
		ids = append(ids, row.ObjectID)
	}
	return ids
}

// A write whose answer came is not unknown, whatever came before it.
func TestFieldCase2OneOddValueInTheAnswerToAWrite(t *testing.T) {
	for _, odd := range oddMembers {
		saved := `{"objectId":"g9","createdAt":"2026-03-01T08:00:00.000Z",` + odd[0] + `}`
		changed := `{"updatedAt":"2026-03-01T08:00:00.000Z",` + odd[0] + `}`
		synctest.Test(t, func(t *testing.T) {
			client, s := scriptedClient(t, []parse.Option{parse.WithRequestIDs(parse.RequestIDsHonoured)},
				fails(errReset), reply(201, saved), reply(200, changed), reply(200, `[{"success":`+changed+`},{"success":`+saved+`},{"success":{}}]`))
			gauges := parse.NewCollection[gauge](client, "Gauge")
			made := &gauge{Title: "mine"}
			requireUnread(t, gauges.Create(t.Context(), made), odd, "Gauge", "g9")
			require.Equal(t, "g9", made.ObjectID)
			require.False(t, made.CreatedAt.IsZero() || made.UpdatedAt.IsZero())

			err := gauges.Apply(t.Context(), made, parse.NewTextField[gauge, string]("title").Set("new"))
			requireUnread(t, err, odd, "Gauge", "g9")
			require.Equal(t, time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), made.UpdatedAt)

			other := &gauge{}
			results, err := client.Batch(t.Context(), gauges.BatchUpdate("g1", parse.NewTextField[gauge, string]("title").Set("x")),
				gauges.BatchCreate(other), gauges.BatchDelete("g2"))
			require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
			require.NoError(t, results[0].Err, "nothing of the answer is read")
			requireUnread(t, results[1].Err, odd, "Gauge", "g9")
			require.Equal(t, "g9", other.ObjectID)
			require.NoError(t, results[2].Err)
			require.Len(t, s.Sent, 4)
		})
	}
	for members, check := range goodMembers {
		client, _ := scriptedClient(t, nil, reply(201, `{"objectId":"g9","createdAt":"2026-03-01T08:00:00.000Z",`+members+`}`))
		made := &gauge{}
		require.NoError(t, parse.NewCollection[gauge](client, "Gauge").Create(t.Context(), made), "%.200s", members)
		check(t, made)
	}
}

// One odd item of a batch is unknown, and the others are not.
func TestFieldCase2OneOddItemOfABatch(t *testing.T) {
	for _, item := range []string{`5`, `"x"`, `null`, `[]`, `{"error":5}`, `{"error":{"code":{},"error":["\ud83d"]}}`} {
		client, _ := scriptedClient(t, nil, reply(200, `[`+created+`,`+item+`,{"success":{}}]`))
		results, err := client.Batch(t.Context(), threeItems(client, newFinding())...)
		require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
		require.NoError(t, results[0].Err, item)
		require.ErrorIs(t, results[1].Err, parse.ErrOutcomeUnknown, item)
		require.NoError(t, results[2].Err, item)
	}
}

// Functions, aggregations, raw rows, GraphQL and log-ins are answers too.
func TestFieldCase2OneOddValueElsewhere(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, `{"result":"cut \ud83d"}`), reply(200, `{"result":{"n":"seven"}}`))
	text, err := parse.Call[string](t.Context(), client, "shorten", nil)
	require.NoError(t, err)
	require.Equal(t, "cut \ufffd", text)
	_, err = parse.Call[struct {
		N int `json:"n"`
	}](t.Context(), client, "shorten", nil)
	requireUnread(t, err, [3]string{"", "result.n", "found a string"}, "", "")

	admin, _ := scriptedAdmin(t, nil, reply(200, `{"results":["PLANT-07",5,"cut \ud83d"]}`),
		reply(200, `{"results":[{"objectId":"closed","rows":3},{"objectId":"open","rows":1e400},{"objectId":"x \ud83d","rows":1}]}`))
	plan := isoaudit.AuditPlanFields
	sites, err := parse.Distinct(t.Context(), admin, admin.AuditPlans.Query(), plan.SiteCode)
	requireUnread(t, err, [3]string{"", "results.1", "found a number"}, "AuditPlan", "")
	require.Equal(t, []string{"PLANT-07", "cut \ufffd"}, sites)
	type group struct {
		Status string `json:"objectId"`
		Rows   int    `json:"rows"`
	}
	groups, err := parse.Aggregate[group](t.Context(), admin, admin.AuditPlans.Query(), plan.Status, parse.CountRows[isoaudit.AuditPlan]("rows"))
	requireUnread(t, err, [3]string{"", "rows", "number"}, "AuditPlan", "open")
	require.Equal(t, []*group{{"closed", 3}, {"x \ufffd", 1}}, groups)

	client, _ = scriptedClient(t, nil, reply(200, `{"results":[`+gaugeRow("g1", `"n":1`)+`,`+gaugeRow("g2", `"n":1e400`)+`]}`), reply(200, `{"results":[]}`))
	rows, err := parse.FindJSON(t.Context(), client, "Gauge", nil)
	requireUnread(t, err, [3]string{"", "n", "number"}, "Gauge", "g2")
	require.Len(t, rows, 1)
	require.EqualValues(t, 1, rows[0]["n"])

	client, _ = scriptedClient(t, nil, reply(200, `{"data":{"n":"cut \ud83d"}}`), reply(200, `{"data":{"n":"cut \ud83d"}}`))
	var cut struct {
		N string `json:"n"`
	}
	require.NoError(t, client.GraphQL(t.Context(), "mutation{n}", nil, &cut))
	require.Equal(t, "cut \ufffd", cut.N)
	var number struct {
		N int `json:"n"`
	}
	err = client.GraphQL(t.Context(), "mutation{n}", nil, &number)
	requireUnread(t, err, [3]string{"", "n", "found a string"}, "", "")

	user := `{"objectId":"u1","sessionToken":"r:t","username":"jana \ud83d","createdAt":"2026-03-01T08:00:00.000Z","siteCode":5}`
	client, _ = scriptedClient(t, nil, reply(200, user), reply(201, user), reply(200, user))
	session, err := client.LogIn(t.Context(), "jana", "secret-1")
	requireUnread(t, err, [3]string{"", "siteCode", "found a number"}, "_User", "u1")
	require.Equal(t, "r:t", session.Token())
	require.Equal(t, "jana \ufffd", session.Auditor.Username)
	session, err = client.SignUp(t.Context(), &isoaudit.Auditor{Username: "jana", Password: "secret-1"})
	requireUnread(t, err, [3]string{"", "siteCode", "found a number"}, "_User", "u1")
	require.Equal(t, "r:t", session.Token())
	me, err := client.As(session).CurrentAuditor(t.Context())
	requireUnread(t, err, [3]string{"", "siteCode", "found a number"}, "_User", "u1")
	require.Equal(t, "u1", me.ObjectID)
}

// pagedFake is a server that holds rows in the order in which a query wants them,
// evaluates conditions and sends two rows at most. A row is given as it is sent
// and, where the server compares with something else, as it is stored.
func pagedFake(t *testing.T, rows [][2]string) *isoaudit.Client {
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(scripted.Answering(func(req *http.Request, body string) (*http.Response, error) {
		q := query(t, req.URL.String())
		node, err := where.Parse([]byte(cmp.Or(q.Get("where"), "{}")), where.Limits{})
		require.NoError(t, err)
		var page []string
		for _, row := range rows {
			stored := map[string]any{}
			require.NoError(t, json.Unmarshal([]byte(cmp.Or(row[1], row[0])), &stored, wire.Tolerant()))
			match, err := node.Match(stored)
			require.NoError(t, err)
			if match && len(page) < 2 && (q.Get("limit") != "1" || len(page) == 0) {
				page = append(page, row[0])
			}
		}
		return reply(200, `{"results":[`+strings.Join(page, ",")+`]}`)(req)
	})))
	require.NoError(t, err)
	return client
}

// All gives every row whatever the sort value.
func TestFieldCase4AllWithOddSortValues(t *testing.T) {
	row := func(id, column, value string) string { return fmt.Sprintf(`{"objectId":%q,%q:%s}`, id, column, value) }
	date := func(id, iso string) string { return row(id, "due", `{"__type":"Date","iso":"`+iso+`"}`) }
	none := func(id string) string { return fmt.Sprintf(`{"objectId":%q}`, id) }
	const last = "9999-12-31T23:59:59.999Z"
	due := parse.NewTimeField[gauge]("due")
	column := parse.NewAnyField[gauge]
	for name, tt := range map[string]struct {
		order parse.Order[gauge]
		rows  [][2]string
	}{
		"never": {due.Asc(), [][2]string{{date("g1", "2026-01-01T00:00:00.000Z")}, {date("g2", last)}, {date("g3", last)}, {date("g4", last)}, {none("g0")}}},
		"never first": {due.Desc(), [][2]string{{none("g8")}, {none("g9")}, {date("g2", last)}, {date("g3", last)}, {date("g4", last)},
			{date("g1", "2026-01-01T00:00:00.000Z")}, {date("g0", "1999-01-01T00:00:00.000Z")}}},
		"after 9999": {due.Asc(), [][2]string{{date("g7", "2026-01-01T00:00:00.000Z")}, {date("g6", "+010000-01-01T01:59:59.000Z"), date("g6", last)},
			{date("g5", "+010000-01-01T01:59:59.000Z"), date("g5", last)}, {date("g4", "+020000-01-01T00:00:00.000Z"), date("g4", last)}, {none("g1")}, {none("g2")}, {none("g3")}}},
		"after 9999 first": {due.Desc(), [][2]string{{date("g4", "+020000-01-01T00:00:00.000Z"), date("g4", last)}, {date("g5", "+010000-01-01T01:59:59.000Z"), date("g5", last)},
			{date("g6", "+010000-01-01T01:59:59.000Z"), date("g6", last)}, {date("g7", "2026-01-01T00:00:00.000Z")}, {date("g1", "2025-01-01T00:00:00.000Z")}, {none("g0")}}},
		"year 0 and 1": {due.Asc(), [][2]string{{date("g1", "0000-01-01T00:00:00.000Z")}, {date("g3", "0001-01-01T00:00:00.000Z")}, {date("g2", "0001-01-01T00:00:00.001Z")}, {date("g0", "2026-01-01T00:00:00.000Z")}}},
		"empty texts":  {column("title").Asc(), [][2]string{{row("g1", "title", `""`)}, {row("g2", "title", `""`)}, {row("g3", "title", `""`)}, {row("g0", "title", `"a"`)}}},
		"NUL and halves": {column("title").Asc(), [][2]string{{row("g9", "title", `"a"`)}, {row("g1", "title", `"b\u0000"`)}, {row("g3", "title", `"b\u0000"`)},
			{row("g5", "title", `"c \ud83d"`)}, {row("g4", "title", `"c \uffff"`)}, {row("g0", "title", `"d"`)}}},
		"arrays":      {column("tags").Asc(), [][2]string{{row("g3", "tags", `["a"]`)}, {row("g2", "tags", `["b"]`)}, {row("g1", "tags", `["c","d"]`)}, {none("g0")}, {none("g4")}, {none("g5")}}},
		"objects":     {column("notes").Desc(), [][2]string{{none("g0")}, {none("g4")}, {none("g5")}, {row("g3", "notes", `{"a":3}`)}, {row("g2", "notes", `{"a":2}`)}, {row("g1", "notes", `{"a":1}`)}}},
		"pointers":    {column("plan").Asc(), [][2]string{{row("g3", "plan", `{"__type":"Pointer","className":"AuditPlan","objectId":"a"}`)}, {row("g2", "plan", `{"__type":"Pointer","className":"AuditPlan","objectId":"b"}`)}, {none("g0")}}},
		"booleans":    {parse.NewAnyField[gauge]("done").Asc(), [][2]string{{row("g3", "done", "false")}, {row("g4", "done", "false")}, {row("g1", "done", "true")}, {row("g2", "done", "true")}, {none("g0")}}},
		"infinite":    {parse.NewNumberField[gauge, int]("count").Asc(), [][2]string{{row("g5", "count", "1")}, {row("g8", "count", "null"), row("g8", "count", "1e300")}, {row("g9", "count", "null"), row("g9", "count", "1e300")}, {none("g1")}, {none("g2")}, {none("g3")}}},
		"stored null": {parse.NewNumberField[gauge, int]("count").Asc(), [][2]string{{row("g1", "count", "null")}, {none("g2")}, {row("g3", "count", "null")}, {row("g0", "count", "1e3")}, {row("g4", "count", "9007199254740993")}}},
		"too large":   {parse.NewNumberField[gauge, int]("count").Asc(), [][2]string{{row("g5", "count", "1")}, {row("g4", "count", "1e400"), row("g4", "count", "1e300")}, {row("g3", "count", "2e400"), row("g3", "count", "1e300")}, {none("g1")}}},
	} {
		t.Run(name, func(t *testing.T) {
			var want, got []string
			for _, r := range tt.rows {
				want = append(want, r[0][len(`{"objectId":"`):][:2])
			}
			for row, err := range parse.NewCollection[gauge](pagedFake(t, tt.rows), "Gauge").Query().OrderBy(tt.order).All(t.Context()) {
				require.NotNil(t, row, "%v", err) // some do not fit their Go type
				got = append(got, row.ObjectID)
			}
			require.Equal(t, want, got)
		})
	}
}

// Conditions on the last millisecond of 9999 need no later one, and later times are
// refused: no form of them is right for every server.
func TestFieldCase4ConditionsOnNever(t *testing.T) {
	due, never := parse.NewTimeField[gauge]("due"), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	const date = `{"__type":"Date","iso":"9999-12-31T23:59:59.999Z"}`
	for want, condition := range map[string]parse.Condition[gauge]{
		`{"due":{"$gte":@,"$lte":@}}`: due.Eq(never),
		`{"$or":[{"due":{"$lt":@}},{"due":{"$gt":@}},{"due":{"$exists":false}}]}`: due.Ne(never),
		`{"due":{"$lte":@}}`:                    due.Lte(never),
		`{"due":{"$gt":@}}`:                     due.Gt(never),
		`{"due":{"$lt":@}}`:                     due.Lt(never),
		`{"due":{"$gte":@}}`:                    due.Gte(never),
		`{"$or":[{"due":{"$gte":@,"$lte":@}}]}`: due.In(never),
		`{"due":{"$exists":true},"$and":[{"$nor":[{"due":{"$gte":@,"$lte":@}}]}]}`:                                                     due.NotIn(never),
		`{"due":{"$gte":{"__type":"Date","iso":"9999-12-31T23:59:59.998Z"},"$lt":{"__type":"Date","iso":"9999-12-31T23:59:59.999Z"}}}`: due.Eq(never.Add(-time.Millisecond)),
	} {
		client, s := scriptedClient(t, nil, reply(200, `{"results":[]}`))
		_, err := parse.NewCollection[gauge](client, "Gauge").Query().Where(condition).Find(t.Context())
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(want, "@", date), query(t, s.Sent[0].URL).Get("where"))
	}
	client, _ := scriptedClient(t, nil)
	gauges := parse.NewCollection[gauge](client, "Gauge")
	var mistake *parse.InputError
	_, err := gauges.Query().Where(due.Eq(never.AddDate(0, 0, 1))).Find(t.Context())
	require.ErrorAs(t, err, &mistake)
	require.ErrorAs(t, gauges.Update(t.Context(), "g1", due.Set(never.AddDate(0, 0, 1))), &mistake)
}
