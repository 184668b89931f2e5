package parse_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// checklist has a column of every kind that the six classes lack.
type checklist struct {
	parse.Object
	Tags    []string                               `json:"tags"`
	Plans   []isoaudit.Pointer[isoaudit.AuditPlan] `json:"plans"`
	Answers map[string]any                         `json:"answers"`
	Count   int                                    `json:"count"`
	Title   string                                 `json:"title,omitzero"`
	Level   float64                                `json:"level,omitzero"`
	Due     time.Time                              `json:"due,omitzero"`
	Plan    isoaudit.Pointer[isoaudit.AuditPlan]   `json:"plan,omitzero"`
	Done    bool                                   `json:"done"`
	Photo   parse.File                             `json:"photo"`
	Place   parse.GeoPoint                         `json:"place,omitzero"`
	Area    parse.Polygon                          `json:"area,omitzero"`
	Raw     []byte                                 `json:"raw"`
	Team    parse.Relation[isoaudit.Auditor]       `json:"team,omitzero"`
	Parent  isoaudit.Pointer[checklist]            `json:"parent,omitzero"`
}

var (
	tags    = parse.NewArrayField[checklist, string]("tags")
	plans   = parse.NewPointersField[checklist, isoaudit.AuditPlan]("plans")
	answers = parse.NewObjectField[checklist, map[string]any]("answers")
	count   = parse.NewNumberField[checklist, int]("count")
	done    = parse.NewBoolField[checklist]("done")
	photo   = parse.NewFileField[checklist]("photo")
	place   = parse.NewGeoField[checklist]("place")
	area    = parse.NewPolygonField[checklist]("area")
	raw     = parse.NewBytesField[checklist]("raw")
	team    = parse.NewRelationField[checklist, isoaudit.Auditor]("team")
	parent  = parse.NewPointerField[checklist, checklist]("parent")
)

// parametersOf sends a query and gives the parameters it left with.
func parametersOf[T any](t *testing.T, build func(*isoaudit.Client) isoaudit.Query[T]) url.Values {
	t.Helper()
	client, sent := scriptedClient(t, nil, reply(200, `{"results":[]}`))
	_, err := build(client).Find(context.Background())
	require.NoError(t, err)
	u, err := url.Parse(sent.Sent[0].URL)
	require.NoError(t, err)
	return u.Query()
}

func whereOfPlan(t *testing.T, conditions ...parse.Condition[isoaudit.AuditPlan]) string {
	t.Helper()
	return parametersOf(t, func(c *isoaudit.Client) isoaudit.Query[isoaudit.AuditPlan] {
		return c.AuditPlans.Query().Where(conditions...)
	}).Get("where")
}

func whereOfChecklist(t *testing.T, conditions ...parse.Condition[checklist]) string {
	t.Helper()
	return parametersOf(t, func(c *isoaudit.Client) isoaudit.Query[checklist] {
		return parse.NewCollection[checklist](c, "Checklist").Query().Where(conditions...)
	}).Get("where")
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 999_999, time.UTC) // finer than a millisecond

// The rows of protocol sections 3.1 and 12 that a query can answer.
func TestConditionsAvoidTheTraps(t *testing.T) {
	plan := isoaudit.AuditPlanFields
	p1 := isoaudit.PointerTo[isoaudit.AuditPlan]("p1")
	planTests := []struct {
		trap      string
		condition parse.Condition[isoaudit.AuditPlan]
		where     string
	}{
		{"12.12 an empty $in finds rows without a value", plan.SiteCode.In(), `{"objectId":{"$in":["-"]}}`},
		{"an empty $nin drops rows without a value", plan.SiteCode.NotIn(), `{"objectId":{"$exists":true}}`},
		{"12.13 a date in $eq fails; and finer times are stored", plan.PlannedStartDate.Eq(noon),
			`{"plannedStartDate":{"$gte":{"__type":"Date","iso":"2026-03-02T12:00:00.000Z"},"$lt":{"__type":"Date","iso":"2026-03-02T12:00:00.001Z"}}}`},
		{"3.4 $lte misses finer times", plan.PlannedStartDate.Lte(noon),
			`{"plannedStartDate":{"$lt":{"__type":"Date","iso":"2026-03-02T12:00:00.001Z"}}}`},
		{"12.13 dates in $in fail", plan.CreatedAt.In(noon),
			`{"$or":[{"createdAt":{"$gte":{"__type":"Date","iso":"2026-03-02T12:00:00.000Z"},"$lt":{"__type":"Date","iso":"2026-03-02T12:00:00.001Z"}}}]}`},
		{"3.1 relative time is the server's", plan.PlannedStartDate.Before(parse.Ago(3*24*time.Hour + 2*time.Hour)),
			`{"plannedStartDate":{"$lt":{"$relativeTime":"3 days 2 hrs ago"}}}`},
		{"3.1 relative time ahead", plan.PlannedStartDate.After(parse.FromNow(time.Minute)),
			`{"plannedStartDate":{"$gt":{"$relativeTime":"in 1 min"}}}`},
		{"3.1 an empty operand fails", plan.Scope.Gt(""), `{"scope":{"$exists":true,"$ne":""}}`},
		{"3.1 an empty operand fails", plan.Scope.Lt(""), `{"objectId":{"$in":["-"]}}`},
		{"3.1 a search of two words fails", plan.Scope.Search("welding & line's end"),
			`{"scope":{"$text":{"$search":{"$term":"\"welding\" & \"line\" & \"s\" & \"end\""}}}}`},
		{"one word is searched with its endings", plan.Scope.Search("welding"), `{"scope":{"$text":{"$search":{"$term":"welding"}}}}`},
		{"untrusted text is quoted", plan.Scope.HasPrefix(".*"), `{"scope":{"$regex":"^\\Q.*\\E"}}`},
		{"text that ends the quotation", plan.Scope.Contains(`a\E.*`), `{"scope":{"$regex":"a\\\\E\\.\\*"}}`},
		{"options of a regular expression", plan.Scope.ContainsFold("x"), `{"scope":{"$regex":"\\Qx\\E","$options":"i"}}`},
		{"a pointer by its class", plan.LeadAuditor.Eq(isoaudit.PointerTo[isoaudit.Auditor]("u1")),
			`{"leadAuditor":{"__type":"Pointer","className":"_User","objectId":"u1"}}`},
		{"12.5 $or never has siblings", parse.And(plan.SiteCode.Eq("A"), parse.Or(plan.Status.Eq("x"), plan.Status.Eq("y"))),
			`{"siteCode":"A","$and":[{"$or":[{"status":"x"},{"status":"y"}]}]}`},
		{"$or alone stays", parse.Or(plan.Status.Eq("x"), plan.Status.Eq("y")), `{"$or":[{"status":"x"},{"status":"y"}]}`},
		{"two equalities on a field", parse.And(plan.SiteCode.Eq("A"), plan.SiteCode.Eq("B")), `{"siteCode":"A","$and":[{"siteCode":"B"}]}`},
		{"two ranges on a field", parse.And(plan.SiteCode.Gt("A"), plan.SiteCode.Lt("C"), plan.SiteCode.Gt("B")),
			`{"siteCode":{"$gt":"A","$lt":"C"},"$and":[{"siteCode":{"$gt":"B"}}]}`},
		{"two patterns on a field", parse.And(plan.Scope.HasPrefix("a"), plan.Scope.HasSuffix("b")),
			`{"scope":{"$regex":"^\\Qa\\E"},"$and":[{"scope":{"$regex":"\\Qb\\E$"}}]}`},
	}
	for _, tt := range planTests {
		t.Run(tt.trap, func(t *testing.T) { require.Equal(t, tt.where, whereOfPlan(t, tt.condition)) })
	}
	point := parse.GeoPoint{Latitude: 48, Longitude: 11}
	checklistTests := []struct {
		trap      string
		condition parse.Condition[checklist]
		where     string
	}{
		{"12.13 an array compared with a value fails", tags.Contains("x"), `{"tags":{"$in":["x"]}}`},
		{"12.13 $all misses arrays with repeats", tags.ContainsAll("x", "y"), `{"tags":{"$in":["x"]},"$and":[{"tags":{"$in":["y"]}}]}`},
		{"an array of pointers", plans.ContainsAny(p1), `{"plans":{"$in":[{"__type":"Pointer","className":"AuditPlan","objectId":"p1"}]}}`},
		{"no pointers at all", plans.ContainsAny(), `{"objectId":{"$in":["-"]}}`},
		{"contained by, which holds for missing on MongoDB", tags.ContainedBy("x"), `{"tags":{"$containedBy":["x"]},"$and":[{"tags":{"$exists":true}}]}`},
		{"two that are contained, of which MongoDB's adapter forgets one in a document", parse.And(tags.ContainedBy("x"), plans.ContainedBy(p1)),
			`{"tags":{"$containedBy":["x"]},"plans":{"$exists":true},"$and":[{"tags":{"$exists":true}},{"plans":{"$containedBy":[{"__type":"Pointer","className":"AuditPlan","objectId":"p1"}]}}]}`},
		{"12.13 dotted $in never matches", answers.Text("a", "b").In("x", "y"), `{"$or":[{"answers.a.b":"x"},{"answers.a.b":"y"}]}`},
		{"12.13 dotted $exists is wrong, and so is dotted $ne null", answers.Number("n").Exists(), `{"$and":[{"$nor":[{"answers.n":null}]}]}`},
		{"12.13 dotted $exists is wrong", answers.Number("n").Missing(), `{"answers.n":null}`},
		{"12.13 kilometers are ignored", place.NearWithin(point, 63.71), `{"place":{"$nearSphere":{"__type":"GeoPoint","latitude":48,"longitude":11},"$maxDistance":0.01}}`},
		{"a sphere in radians", place.WithinKilometers(point, 63.71), `{"place":{"$geoWithin":{"$centerSphere":[[11,48],0.01]}}}`},
		{"a box", place.WithinBox(point, parse.GeoPoint{Latitude: 49, Longitude: 12}),
			`{"place":{"$within":{"$box":[{"__type":"GeoPoint","latitude":48,"longitude":11},{"__type":"GeoPoint","latitude":49,"longitude":12}]}}}`},
		{"a ring", place.WithinPolygon(parse.Polygon{{0, 0}, {0, 1}, {1, 1}}),
			`{"place":{"$geoWithin":{"$polygon":[{"__type":"GeoPoint","latitude":0,"longitude":0},{"__type":"GeoPoint","latitude":0,"longitude":1},{"__type":"GeoPoint","latitude":1,"longitude":1}]}}}`},
		{"a point in a stored ring", area.Contains(point), `{"area":{"$geoIntersects":{"$point":{"__type":"GeoPoint","latitude":48,"longitude":11}}}}`},
		{"a boolean", done.Ne(true), `{"done":{"$ne":true}}`},
		{"3.1 $nin without a value differs between databases", count.NotIn(1, 2), `{"count":{"$nin":[1,2],"$exists":true}}`},
		{"owners by relation", team.Has(isoaudit.PointerTo[isoaudit.Auditor]("u1")), `{"team":{"__type":"Pointer","className":"_User","objectId":"u1"}}`},
		{"$nor", parse.Nor(count.Eq(1), done.Eq(true)), `{"$and":[{"$nor":[{"count":1},{"done":true}]}]}`},
	}
	for _, tt := range checklistTests {
		t.Run(tt.trap, func(t *testing.T) { require.Equal(t, tt.where, whereOfChecklist(t, tt.condition)) })
	}
}

// Protocol section 12.12: $inQuery with an empty result finds rows whose
// pointer is null; $dontSelect breaks where a row of the inner query lacks the key.
func TestSubqueriesDemandAValue(t *testing.T) {
	plan, finding := isoaudit.AuditPlanFields, isoaudit.AuditFindingFields
	got := parametersOf(t, func(c *isoaudit.Client) isoaudit.Query[isoaudit.AuditFinding] {
		return c.AuditFindings.Query().Where(finding.AuditPlan.Matches(c.AuditPlans.Query().Where(plan.SiteCode.Eq("PLANT-07"))))
	})
	require.Equal(t, `{"auditPlan":{"$inQuery":{"where":{"siteCode":"PLANT-07"},"className":"AuditPlan"},"$exists":true}}`, got.Get("where"))

	got = parametersOf(t, func(c *isoaudit.Client) isoaudit.Query[isoaudit.AuditPlan] {
		return c.AuditPlans.Query().Where(parse.NotMatchesKey(plan.SiteCode, c.Auditors.Query(), isoaudit.AuditorFields.SiteCode))
	})
	require.Equal(t, `{"siteCode":{"$dontSelect":{"query":{"where":{"siteCode":{"$exists":true}},"className":"_User"},"key":"siteCode"},"$exists":true}}`, got.Get("where"))

	got = parametersOf(t, func(c *isoaudit.Client) isoaudit.Query[isoaudit.Auditor] {
		return c.Auditors.Query().Where(team.MembersOf(parse.NewCollection[checklist](c, "Checklist").PointerTo("k1")))
	})
	require.Equal(t, `{"$relatedTo":{"object":{"__type":"Pointer","className":"Checklist","objectId":"k1"},"key":"team"}}`, got.Get("where"))
}

// Protocol section 12.19: with the master key and no condition the server estimates.
func TestCountWithTheMasterKeyIsExact(t *testing.T) {
	answer := reply(200, `{"results":[],"count":7}`)
	admin, sent := scriptedAdmin(t, nil, answer, answer)
	n, err := admin.AuditPlans.Query().Limit(3).Skip(2).Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7, n)
	require.Equal(t, "count=1&limit=0&where="+url.QueryEscape(`{"objectId":{"$exists":true}}`), query(t, sent.Sent[0].URL).Encode())
	_, n, err = admin.AuditPlans.Query().FindAndCount(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7, n)
	require.Contains(t, query(t, sent.Sent[1].URL).Get("where"), "$exists")
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Query()
}

// Protocol section 12.15: include drops what is deleted, so an array that
// was included must not be written back.
func TestIncludedArraysAreNotWrittenBack(t *testing.T) {
	client, sent := scriptedClient(t, nil,
		reply(200, `{"results":[{"objectId":"k1","plans":[{"objectId":"p1","auditRef":"A","__type":"Object","className":"AuditPlan"}]}]}`),
		reply(200, `{"updatedAt":"2026-01-01T00:00:00.000Z"}`))
	lists := parse.NewCollection[checklist](client, "Checklist")
	list, err := lists.Query().Include(plans.Then(isoaudit.AuditPlanFields.LeadAuditor)).First(t.Context())
	require.NoError(t, err)
	require.Equal(t, "plans.leadAuditor", query(t, sent.Sent[0].URL).Get("include"))
	first, ok := list.Plans[0].Get()
	require.True(t, ok)
	require.True(t, first.LeadAuditor.Dangling(), "nested includes are marked too")

	err = lists.Update(t.Context(), "k1", plans.Set(list.Plans))
	require.ErrorContains(t, err, "Checklist.Update: plans: array was read with Include")
	require.NoError(t, lists.Update(t.Context(), "k1", plans.Add(list.Plans...)))
	require.JSONEq(t, `{"plans":{"__op":"Add","objects":[{"__type":"Pointer","className":"AuditPlan","objectId":"p1"}]}}`, sent.Sent[1].Body)
}

// Protocol section 1.1: a long URL is refused by the server, so the query moves
// into the body.
func TestLongQueriesGoAsPost(t *testing.T) {
	client, sent := scriptedClient(t, nil, reply(200, `{"results":[]}`))
	_, err := client.AuditPlans.Query().Where(isoaudit.AuditPlanFields.Scope.Eq(strings.Repeat("x", 3000))).Limit(5).Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, "POST", sent.Sent[0].Method)
	require.Empty(t, query(t, sent.Sent[0].URL))
	require.JSONEq(t, `{"_method":"GET","limit":5,"where":{"scope":"`+strings.Repeat("x", 3000)+`"}}`, sent.Sent[0].Body)
}

// WithAuditorClass: paths and pointers use the name, and pointers to another
// class of auditors are a clear error.
func TestAuditorClassByAnotherName(t *testing.T) {
	row := `{"results":[{"objectId":"p1","leadAuditor":{"__type":"Pointer","className":"Auditor","objectId":"u1"}}]}`
	client, sent := scriptedClient(t, []parse.Option{isoaudit.WithAuditorClass("Auditor")}, reply(200, `{"results":[]}`), reply(200, row))
	_, err := client.Auditors.Query().Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, serverURL+"/classes/Auditor", sent.Sent[0].URL)
	found, err := client.AuditPlans.Query().Where(isoaudit.AuditPlanFields.LeadAuditor.Eq(isoaudit.PointerTo[isoaudit.Auditor]("u1"))).Find(t.Context())
	require.NoError(t, err)
	require.Contains(t, query(t, sent.Sent[1].URL).Get("where"), `"className":"Auditor"`)
	require.Equal(t, isoaudit.PointerTo[isoaudit.Auditor]("u1"), found[0].LeadAuditor)

	client, sent = scriptedClient(t, nil, reply(200, `{"results":[]}`), reply(200, row))
	_, err = client.Auditors.Query().Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, serverURL+"/users", sent.Sent[0].URL)
	_, err = client.AuditPlans.Query().Find(t.Context())
	var wrong *parse.DecodeError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "leadAuditor", wrong.Field)
	require.Contains(t, wrong.Reason, "WithUserClass")
}
