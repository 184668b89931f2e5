package parse_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestAsSentIsWhatAServerSends(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, int(5*time.Millisecond), time.FixedZone("", 3600))
	lead := &isoaudit.Auditor{Object: parse.Object{ObjectID: "u1", CreatedAt: at}, Username: "lena", Password: "secret", Role: isoaudit.RoleAuditor, SiteCode: "P"}
	plan := &isoaudit.AuditPlan{
		Object:   parse.Object{ObjectID: "p1", CreatedAt: at, UpdatedAt: at, ACL: parse.ACL{parse.Everyone: {Read: true}}},
		AuditRef: "IA-1", LeadAuditor: parse.Included(lead), PlannedStartDate: at,
	}
	raw, err := parse.AsSent(plan)
	require.NoError(t, err)
	require.JSONEq(t, `{"objectId":"p1","createdAt":"2026-11-28T08:30:00.005Z","updatedAt":"2026-11-28T08:30:00.005Z","ACL":{"*":{"read":true}},
		"auditRef":"IA-1","standardClause":"","scope":"","siteCode":"","status":"",
		"plannedStartDate":{"__type":"Date","iso":"2026-11-28T08:30:00.005Z"},
		"leadAuditor":{"__type":"Object","className":"_User","objectId":"u1","createdAt":"2026-11-28T08:30:00.005Z","username":"lena","role":"auditor","siteCode":"P"}}`, string(raw))

	plan.ACL = parse.ACL{parse.Everyone: {Read: true}, parse.RoleNamed("a"): {Write: true}, parse.RoleNamed("b"): {}, parse.RoleNamed("c"): {Read: true}}
	first, err := parse.AsSent(plan)
	require.NoError(t, err)
	for range 20 {
		again, err := parse.AsSent(plan)
		require.NoError(t, err)
		require.Equal(t, string(first), string(again), "the same each time")
	}

	client, _ := scriptedClient(t, nil, reply(200, `{"results":[`+string(raw)+`]}`))
	read, err := client.AuditPlans.Query().Include(isoaudit.AuditPlanFields.LeadAuditor).First(t.Context())
	require.NoError(t, err)
	lead.Password, lead.CreatedAt = "", lead.CreatedAt.UTC()
	got, ok := read.LeadAuditor.Get()
	require.True(t, ok)
	require.Equal(t, lead, got)
	require.True(t, at.Equal(read.PlannedStartDate))
}

func TestAsSentKeepsWhatARowHas(t *testing.T) {
	var row parse.Row
	sent := `{"objectId":"a","createdAt":"2026-11-28T08:30:00.000Z","n":12345678901234567890,"in":{"__type":"Object","className":"X","objectId":"b"}}`
	require.NoError(t, json.Unmarshal([]byte(`{"n":12345678901234567890,"in":{"__type":"Object","className":"X","objectId":"b"}}`), &row.Rest))
	row.ObjectID, row.CreatedAt = "a", time.Date(2026, 11, 28, 8, 30, 0, 0, time.UTC)
	raw, err := parse.AsSent(&row)
	require.NoError(t, err)
	require.Equal(t, canonical(t, sent), canonical(t, string(raw)))
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	value := jsontext.Value(text)
	require.NoError(t, value.Compact())
	var members map[string]jsontext.Value
	require.NoError(t, json.Unmarshal(value, &members))
	out, err := json.Marshal(members, json.Deterministic(true))
	require.NoError(t, err)
	return string(out)
}

func TestAsSentNamesWhatCannotBeSent(t *testing.T) {
	_, err := parse.AsSent((*isoaudit.AuditPlan)(nil))
	require.ErrorContains(t, err, "the object is nil")
	_, err = parse.AsSent(nil)
	require.ErrorContains(t, err, "the object is nil")
	_, err = parse.AsSent(&checklist{Due: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)})
	var mistake *parse.InputError
	require.ErrorAs(t, err, &mistake)
	require.Equal(t, "due", mistake.Field)
}

func TestWithoutRetriesSendsOnce(t *testing.T) {
	client, script := scriptedClient(t, []parse.Option{parse.WithoutRetries()}, reply(503, `{"error":"busy"}`))
	_, err := client.AuditPlans.Query().Find(t.Context())
	var failure *parse.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, 1, failure.Attempts)
	require.Len(t, script.Sent, 1)
}
