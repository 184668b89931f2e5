package parse_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestCreateFillsWhatTheServerDecided(t *testing.T) {
	client, sent := scriptedClient(t, nil, reply(201, `{"objectId":"k1","createdAt":"2026-03-02T08:00:01.000Z","count":7,"ACL":{"*":{"read":true}}}`))
	list := &checklist{
		Tags: []string{"a"}, Raw: []byte{1, 2, 3}, Photo: parse.File{Name: "n", URL: "https://x/n"},
		Place: parse.GeoPoint{Latitude: 1, Longitude: 2}, Area: parse.Polygon{{0, 0}, {0, 1}, {1, 1}},
	}
	require.NoError(t, parse.NewCollection[checklist](client, "Checklist").Create(t.Context(), list))
	require.JSONEq(t, `{"tags":["a"],"plans":[],"answers":{},"count":0,"done":false,"photo":{"__type":"File","name":"n","url":"https://x/n"},
		"place":{"__type":"GeoPoint","latitude":1,"longitude":2},"area":{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1]]},
		"raw":{"__type":"Bytes","base64":"AQID"}}`, sent.Sent[0].Body)
	require.Equal(t, "k1", list.ObjectID)
	require.Equal(t, time.Date(2026, 3, 2, 8, 0, 1, 0, time.UTC), list.CreatedAt)
	require.Equal(t, list.CreatedAt, list.UpdatedAt)
	require.Equal(t, 7, list.Count)
	require.Equal(t, parse.ACL{parse.Everyone: {Read: true}}, list.ACL)
}

func TestCreateWithoutIDInTheAnswerChangesNothing(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(201, `{"createdAt":"2026-03-02T08:00:01.000Z"}`))
	list := &checklist{}
	err := parse.NewCollection[checklist](client, "Checklist").Create(t.Context(), list)
	require.ErrorContains(t, err, "objectId")
	require.Equal(t, &checklist{}, list)
}

func TestApplyTakesTheServersResults(t *testing.T) {
	client, sent := scriptedClient(t, nil, reply(200, `{"updatedAt":"2026-03-03T00:00:00.000Z","count":12,"tags":["x","a"]}`))
	list := &checklist{Object: parse.Object{ObjectID: "k1"}, Count: 1, Tags: []string{"a"}, Raw: []byte{1}}
	err := parse.NewCollection[checklist](client, "Checklist").Apply(t.Context(), list,
		count.Increment(2), tags.AddUnique("x"), raw.Unset(), done.Set(true), answers.Text("note").Set("ok"),
		team.Add(isoaudit.PointerTo[isoaudit.Auditor]("u1")), team.Remove(isoaudit.PointerTo[isoaudit.Auditor]("u2")))
	require.NoError(t, err)
	require.JSONEq(t, `{"count":{"__op":"Increment","amount":2},"tags":{"__op":"AddUnique","objects":["x"]},"raw":{"__op":"Delete"},"done":true,"answers.note":"ok",
		"team":{"__op":"Batch","ops":[{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"u1"}]},
		{"__op":"RemoveRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"u2"}]}]}}`, sent.Sent[0].Body)
	require.Equal(t, 12, list.Count)
	require.Equal(t, []string{"x", "a"}, list.Tags)
	require.Nil(t, list.Raw)
	require.True(t, list.Done)
	require.Equal(t, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), list.UpdatedAt)
}

// Protocol section 12.9: of two writers of one object, neither takes the
// other's columns back, because an update names only what it changes.
func TestUpdatesSendOnlyTheirChanges(t *testing.T) {
	client, sent := scriptedClient(t, nil, reply(200, `{"updatedAt":"2026-03-03T00:00:00.000Z"}`))
	plan := &isoaudit.AuditPlan{Object: parse.Object{ObjectID: "p1"}, AuditRef: "IA-2026-001", Scope: "Assembly", SiteCode: "PLANT-07"}
	require.NoError(t, client.AuditPlans.Apply(t.Context(), plan, isoaudit.AuditPlanFields.Status.Set(isoaudit.PlanInProgress)))
	require.JSONEq(t, `{"status":"in_progress"}`, sent.Sent[0].Body)
	require.Equal(t, isoaudit.PlanInProgress, plan.Status)
	require.Equal(t, "IA-2026-001", plan.AuditRef)
}

func TestPointerStates(t *testing.T) {
	rows := `{"results":[
		{"objectId":"1","leadAuditor":{"objectId":"u1","username":"jana","__type":"Object","className":"_User"}},
		{"objectId":"2","leadAuditor":{"__type":"Pointer","className":"_User","objectId":"u2"}},
		{"objectId":"3"}]}`
	client, _ := scriptedClient(t, nil, reply(200, rows), reply(200, rows))
	included, err := client.AuditPlans.Query().Include(isoaudit.AuditPlanFields.LeadAuditor).Find(t.Context())
	require.NoError(t, err)
	plain, err := client.AuditPlans.Query().Find(t.Context())
	require.NoError(t, err)
	type state struct {
		id            string
		got, dangling bool
	}
	states := func(rows []*isoaudit.AuditPlan) (all []state) {
		for _, row := range rows {
			_, ok := row.LeadAuditor.Get()
			all = append(all, state{row.LeadAuditor.ID, ok, row.LeadAuditor.Dangling()})
		}
		return all
	}
	require.Equal(t, []state{{"u1", true, false}, {"u2", false, true}, {"", false, true}}, states(included))
	require.Equal(t, []state{{"u1", true, false}, {"u2", false, false}, {"", false, false}}, states(plain))
	require.ErrorContains(t, client.AuditPlans.Update(t.Context(), "3", isoaudit.AuditPlanFields.LeadAuditor.Set(included[2].LeadAuditor)), "dangling")
}

// An included object is written as a pointer: the server refuses objects.
func TestIncludedObjectsAreWrittenAsPointers(t *testing.T) {
	client, sent := scriptedClient(t, nil,
		reply(200, `{"objectId":"p1","leadAuditor":{"objectId":"u1","username":"jana","__type":"Object","className":"_User"}}`),
		reply(200, `{"updatedAt":"2026-01-01T00:00:00.000Z"}`))
	plan, err := client.AuditPlans.Get(t.Context(), "p1", isoaudit.AuditPlanFields.LeadAuditor)
	require.NoError(t, err)
	require.Equal(t, "leadAuditor", query(t, sent.Sent[0].URL).Get("include"))
	require.NoError(t, client.AuditPlans.Update(t.Context(), "p1", isoaudit.AuditPlanFields.LeadAuditor.Set(plan.LeadAuditor)))
	require.Equal(t, `{"leadAuditor":{"__type":"Pointer","className":"_User","objectId":"u1"}}`, sent.Sent[1].Body)
}

// A value of the wrong type names class, object, field and what was found, and
// never the value.
func TestWrongTypesAreNamed(t *testing.T) {
	tests := []struct{ row, id, field, reason string }{
		{`{"objectId":"p1","plannedStartDate":17}`, "p1", "plannedStartDate", "want a date, found a number"},
		{`{"plannedStartDate":"tomorrow","objectId":"p1"}`, "p1", "plannedStartDate", "want a date, found a string that is no ISO 8601 date"},
		{`{"objectId":"p1","scope":["x"]}`, "p1", "scope", "found an array"},
		{`{"objectId":"p1","scope":{"__type":"Date","iso":"x"}}`, "p1", "scope", "found an object"},
		{`{"objectId":"p1","leadAuditor":"u1"}`, "p1", "leadAuditor", "want a Pointer, found a string"},
		{`{"objectId":"p1","leadAuditor":{"__type":"Pointer","className":"AuditPlan","objectId":"x"}}`, "p1", "leadAuditor", "found one to AuditPlan"},
		{`{"objectId":"p1","leadAuditor":{"objectId":"u1","username":5,"__type":"Object","className":"_User"}}`, "p1", "leadAuditor.username", "found a number"},
		{`{"objectId":"p1","ACL":[]}`, "p1", "ACL", "want an ACL, found an array"},
		{`{"objectId":4}`, "", "objectId", "found a number"},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) {
			client, _ := scriptedClient(t, nil, reply(200, `{"results":[{"objectId":"p0"},`+tt.row+`]}`))
			_, err := client.AuditPlans.Query().Find(t.Context())
			var wrong *parse.DecodeError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, parse.DecodeError{Class: "AuditPlan", ObjectID: tt.id, Field: tt.field, Reason: wrong.Reason}, *wrong)
			require.Contains(t, wrong.Reason, tt.reason)
			require.NotContains(t, err.Error(), "tomorrow")
		})
	}
}

// What a server may hold beyond our knowledge survives.
func TestUnknownKeysAndValuesAreTolerated(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, `{"results":[{"objectId":"p1","status":"paused","extra":{"a":[1,null]},"auditRef":"a\u00e9\nb"}],"className":"AuditPlan"}`))
	rows, err := client.AuditPlans.Query().Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, isoaudit.PlanStatus("paused"), rows[0].Status)
	require.Equal(t, "aé\nb", rows[0].AuditRef)
}

// myPlan adds a column to one of the six classes.
type myPlan struct {
	isoaudit.AuditPlan
	AuditType string `json:"auditType"`
}

func TestOwnColumnsOnOurClasses(t *testing.T) {
	client, sent := scriptedClient(t, nil, reply(200, `{"results":[{"objectId":"p1","scope":"all","auditType":"internal"}]}`))
	fields := isoaudit.AuditPlanFieldsOf[myPlan]()
	auditType := parse.NewTextField[myPlan, string]("auditType")
	rows, err := parse.NewCollection[myPlan](client, "AuditPlan").Query().
		Where(fields.Scope.Eq("all"), auditType.Eq("internal")).Exclude(fields.SiteCode).Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, "internal", rows[0].AuditType)
	require.Equal(t, isoaudit.PointerTo[isoaudit.AuditPlan]("p1"), rows[0].Pointer())
	require.Equal(t, `{"scope":"all","auditType":"internal"}`, query(t, sent.Sent[0].URL).Get("where"))
	require.Equal(t, "siteCode", query(t, sent.Sent[0].URL).Get("excludeKeys"))
}

// Each step gives a new query; queries that share their first steps do not
// disturb each other.
func TestQueriesAreValues(t *testing.T) {
	empty := `{"results":[]}`
	client, sent := scriptedClient(t, nil, reply(200, empty), reply(200, empty), reply(200, empty))
	plan := isoaudit.AuditPlanFields
	base := client.AuditPlans.Query().Where(plan.Scope.Eq("a")).OrderBy(plan.Scope.Asc()).Select(plan.Scope)
	one := base.Where(plan.Status.Eq("1")).OrderBy(plan.Status.Asc()).Select(plan.Status).Limit(1)
	two := base.Where(plan.Status.Eq("2")).OrderBy(plan.SiteCode.Desc()).Select(plan.SiteCode).Skip(2)
	for _, q := range []isoaudit.Query[isoaudit.AuditPlan]{base, one, two} {
		_, err := q.Find(t.Context())
		require.NoError(t, err)
	}
	for i, want := range []string{
		`keys=scope&order=scope&where={"scope":"a"}`,
		`keys=scope,status&limit=1&order=scope,status&where={"scope":"a","status":"1"}`,
		`keys=scope,siteCode&order=scope,-siteCode&skip=2&where={"scope":"a","status":"2"}`,
	} {
		got := query(t, sent.Sent[i].URL)
		text := ""
		for _, key := range []string{"keys", "limit", "order", "skip", "where"} {
			if got.Has(key) {
				text += "&" + key + "=" + got.Get(key)
			}
		}
		require.Equal(t, want, text[1:])
	}
}

func TestFirstWithoutRowsIsNotFound(t *testing.T) {
	client, sent := scriptedClient(t, nil, reply(200, `{"results":[]}`))
	_, err := client.AuditPlans.Query().First(t.Context())
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	require.Equal(t, "1", query(t, sent.Sent[0].URL).Get("limit"))
}

// Entities are plain data: they print as ordinary JSON and hide the password.
func TestEntitiesPrintAsOrdinaryJSON(t *testing.T) {
	text, err := json.Marshal(isoaudit.AuditReview{Object: parse.Object{ObjectID: "r1"}, AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("p1"), ReviewDate: noon, Summary: "ok"})
	require.NoError(t, err)
	require.JSONEq(t, `{"objectId":"r1","auditPlan":{"objectId":"p1"},"reviewedBy":{"objectId":""},"reviewDate":"2026-03-02T12:00:00.000999999Z","summary":"ok","nextStep":""}`, string(text))
	auditor := isoaudit.Auditor{Username: "jana", Password: "s3cret-pass"}
	text, err = json.Marshal(auditor)
	require.NoError(t, err)
	change := isoaudit.AuditorFields.Password.Set("s3cret-pass")
	require.NotContains(t, fmt.Sprintf("%s %v %+v %#v %v %+v %#v", text, auditor, auditor, auditor, change, change, change), "s3cret")
}

func TestAdminOnlyQueries(t *testing.T) {
	admin, sent := scriptedAdmin(t, nil,
		reply(200, `{"results":["PLANT-07","PLANT-08"]}`), reply(200, `{"results":["2026-03-02T08:00:00.000Z"]}`), reply(200, `{"results":[{"objectId":"closed","rows":3}]}`))
	plan := isoaudit.AuditPlanFields
	sites, err := parse.Distinct(t.Context(), admin, admin.AuditPlans.Query().Where(plan.Status.Eq("x")), plan.SiteCode)
	require.NoError(t, err)
	require.Equal(t, []string{"PLANT-07", "PLANT-08"}, sites)
	require.Equal(t, `distinct=siteCode&where={"status":"x"}`, "distinct="+query(t, sent.Sent[0].URL).Get("distinct")+"&where="+query(t, sent.Sent[0].URL).Get("where"))
	days, err := parse.Distinct(t.Context(), admin, admin.AuditPlans.Query(), plan.PlannedStartDate)
	require.NoError(t, err)
	require.Equal(t, []time.Time{time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}, days)
	groups, err := parse.Aggregate[struct {
		Status isoaudit.PlanStatus `json:"objectId"`
		Rows   int                 `json:"rows"`
	}](t.Context(), admin, admin.AuditPlans.Query().Where(plan.PlannedStartDate.Gte(noon)).Limit(9), plan.Status, parse.CountRows[isoaudit.AuditPlan]("rows"))
	require.NoError(t, err)
	require.Equal(t, isoaudit.PlanClosed, groups[0].Status)
	require.JSONEq(t, `[{"$match":{"plannedStartDate":{"$gte":"2026-03-02T12:00:00.000Z"}}},{"$group":{"_id":"$status","rows":{"$sum":1}}},{"$limit":9}]`,
		query(t, sent.Sent[2].URL).Get("pipeline"))
}

// What was changed replaces what the object held, and the caller's own map and
// array, which the object shares, stay as they were.
func TestApplyReplacesMapsAndArrays(t *testing.T) {
	type form struct {
		parse.Object
		Answers map[string]any `json:"answers"`
		Tags    []string       `json:"tags"`
	}
	client, _ := scriptedClient(t, nil, reply(200, `{"updatedAt":"2025-01-01T00:00:00.000Z","tags":["x","y"]}`))
	answers, tags := map[string]any{"old": true}, []string{"a", "b"}
	row := &form{Object: parse.Object{ObjectID: "k1"}, Answers: answers, Tags: tags}
	field := parse.NewObjectField[form, map[string]any]("answers")
	require.NoError(t, parse.NewCollection[form](client, "Form").Apply(t.Context(), row, field.Set(map[string]any{"new": true})))
	require.Equal(t, map[string]any{"new": true}, row.Answers)
	require.Equal(t, []string{"x", "y"}, row.Tags)
	require.Equal(t, map[string]any{"old": true}, answers)
	require.Equal(t, []string{"a", "b"}, tags)
}

// An answer without results is no empty page, which would end All in silence.
func TestFindWithoutResultsIsAnError(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, `{"code":1,"error":"busy"}`))
	_, err := client.AuditPlans.Query().Find(t.Context())
	var wrong *parse.DecodeError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "results", wrong.Field)
}
