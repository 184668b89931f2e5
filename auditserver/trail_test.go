package auditserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// openRecording is open with the class of the audit trail.
func openRecording(t testing.TB, change func(*auditserver.Config)) *client {
	t.Helper()
	_, m := open(t, change)
	m.addTrail()
	return m
}

// addTrail makes the class of the audit trail, as applying the schema does.
func (c *client) addTrail() {
	c.t.Helper()
	class, _ := schema.ISO9001().Class(schema.TrailClass)
	for _, step := range schema.Diff(schema.Schema{Classes: []schema.Class{class}}, schema.Schema{}).Steps {
		c.must(http.MethodPost, "/schemas/"+schema.TrailClass, step.Delta)
	}
}

// events are those of a record, or of everything, the oldest first. Each agrees with
// itself.
func (c *client) events(class, record string) []event.Event {
	c.t.Helper()
	where := `{}`
	if class != "" {
		where = fmt.Sprintf(`{"class":%q,"record":%q}`, class, record)
	}
	a := c.must(http.MethodGet, "/classes/AuditTrail?limit=10000&order=at,createdAt&where="+url.QueryEscape(where), nil)
	var list []event.Event
	for _, row := range a.results(c.t) {
		raw, err := json.Marshal(row)
		require.NoError(c.t, err)
		e, err := event.Parse(raw)
		require.NoError(c.t, err)
		require.NoError(c.t, e.Check())
		require.True(c.t, e.Confirmed)
		list = append(list, e)
	}
	return list
}

// told says an event in a line.
func told(t testing.TB, e event.Event) string {
	t.Helper()
	values, err := e.Values()
	require.NoError(t, err)
	line := fmt.Sprintf("%s by %s", e.Op, e.Actor.Kind)
	for _, name := range e.Names() {
		line += " " + name
		if v := values[name]; v != nil {
			line += "=" + string(v.Before) + ">" + string(v.After)
		}
	}
	return line
}

func requireTold(t testing.TB, events []event.Event, want ...string) {
	t.Helper()
	var have []string
	prev := ""
	for _, e := range events {
		have = append(have, told(t, e))
		require.Equal(t, prev, e.Prev, "each event knows the one before it")
		prev = e.Hash()
	}
	require.Equal(t, want, have)
}

// Whatever the way, a write has one event with who, what and why.
func TestEveryWayOfWritingIsRecorded(t *testing.T) {
	m := openRecording(t, nil)
	uid, token := m.user("ann")
	ann := m.as(token).with("X-Parse-Cloud-Context", `{"reason":"the site moved"}`).with("X-Parse-Request-Id", "r-1")

	m.must(http.MethodPost, "/schemas/Site", `{"fields":{"name":{"type":"String"},"open":{"type":"Boolean"}}}`)
	id := ann.create("Site", `{"name":"A","open":true}`)
	ann.must(http.MethodPut, "/classes/Site/"+id, `{"name":"B","open":{"__op":"Delete"}}`)
	m.must(http.MethodPut, "/classes/Site/"+id, `{}`)
	m.must(http.MethodDelete, "/classes/Site/"+id, nil)
	events := m.events("Site", id)
	requireTold(t, events, `create by user name=>"A" open=>true`, `update by user name="A">"B" open=true>`, `update by master`, `delete by master name="B">`)
	require.Equal(t, uid, events[0].Actor.ID)
	require.Equal(t, "the site moved", events[1].Reason)
	require.Equal(t, "r-1", events[1].Request)
	require.Empty(t, events[2].Reason)

	batch := m.public().with("X-Parse-Cloud-Context", `{"reason":"import"}`).must(http.MethodPost, "/batch", `{"requests":[
		{"method":"POST","path":"/parse/classes/Site","body":{"name":"C"}},{"method":"POST","path":"/parse/classes/Site","body":{"nosuch.name":1}},
		{"method":"POST","path":"/parse/classes/Site","body":{"name":"D"}}]}`)
	var answers []struct{ Success struct{ ObjectID string } }
	require.NoError(t, json.Unmarshal(batch.raw, &answers, json.MatchCaseInsensitiveNames(true)))
	require.Len(t, answers, 3)
	for _, i := range []int{0, 2} {
		events := m.events("Site", answers[i].Success.ObjectID)
		require.Len(t, events, 1)
		require.Equal(t, "import", events[0].Reason)
		require.Equal(t, event.Anonymous, events[0].Actor.Kind)
	}
	c := answers[0].Success.ObjectID
	m.must(http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"PUT","path":"/parse/classes/Site/`+c+`","body":{"name":"E"}},
		{"method":"PUT","path":"/parse/classes/Site/`+c+`","body":{"name":"F"}},{"method":"POST","path":"/parse/classes/Site","body":{"name":"G"}}]}`)
	requireTold(t, m.events("Site", c), `create by anonymous name=>"C"`, `update by master name="C">"E"`, `update by master name="E">"F"`)

	before := len(m.events("", ""))
	m.refused(400, 111, http.MethodPost, "/batch", `{"transaction":true,"requests":[{"method":"PUT","path":"/parse/classes/Site/`+c+`","body":{"name":"H"}},
		{"method":"PUT","path":"/parse/classes/Site/`+c+`","body":{"name":7}}]}`)
	require.Len(t, m.events("", ""), before, "what was refused has no event")
}

// Users and roles are recorded too; what opens an account is named and not shown.
func TestUsersAndRolesAreRecordedWithoutSecrets(t *testing.T) {
	m := openRecording(t, nil)
	uid, token := m.user("ann")
	m.as(token).must(http.MethodPut, "/users/"+uid, `{"password":"another one","phone":"1"}`)
	acl := fmt.Sprintf(`{%q:{"read":true,"write":true}}`, uid)
	requireTold(t, m.events("_User", uid), `create by anonymous ACL=>`+acl+` email=>"ann@example.com" password username=>"ann"`, `update by user password phone=>"1"`)

	role := m.must(http.MethodPost, "/roles", `{"name":"auditor","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+uid+`"}]}}`).text("objectId")
	m.must(http.MethodPut, "/roles/"+role, `{"users":{"__op":"RemoveRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+uid+`"}]}}`)
	requireTold(t, m.events("_Role", role), `create by master ACL=>{} name=>"auditor" users=>{"added":["`+uid+`"],"removed":[]}`,
		`update by master users=>{"added":[],"removed":["`+uid+`"]}`)

	m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"another one"}`)
	for _, row := range m.must(http.MethodGet, "/classes/AuditTrail?limit=1000", nil).results(t) {
		text := fmt.Sprint(row)
		require.NotContains(t, text, "another one")
		require.NotContains(t, text, "$2a$")
		require.NotContains(t, text, token)
		require.NotContains(t, []any{"_Session", "_Installation"}, row["class"])
	}
}

// Whatever takes data of a whole class away is an event as well.
func TestPurgesAndDroppedColumnsAreRecorded(t *testing.T) {
	m := openRecording(t, nil)
	m.create("Site", `{"name":"A","code":"x","area":1}`)
	m.must(http.MethodPut, "/schemas/Site", `{"fields":{"area":{"__op":"Delete"},"code":{"__op":"Delete"}}}`)
	m.must(http.MethodDelete, "/purge/Site", nil)
	m.must(http.MethodDelete, "/purge/Site", nil) // there is nothing left to lose
	m.must(http.MethodDelete, "/schemas/Site", nil)
	requireTold(t, m.events("Site", ""), `drop by master area code`, `purge by master`, `drop by master`)
}

// What happens to a whole class stands in the history of each of its records, among its
// events: so no two are of one millisecond, however quickly they follow each other.
func TestAPurgeStandsBetweenTheWritesBeforeAndBehindIt(t *testing.T) {
	m := openRecording(t, nil)
	for range 20 {
		id := m.must(http.MethodPost, "/classes/Site", `{"n":1}`).text("objectId")
		for range 3 { // each is later than the one before, if need be than the clock
			m.must(http.MethodPut, "/classes/Site/"+id, `{"n":{"__op":"Increment","amount":1}}`)
		}
		m.must(http.MethodDelete, "/purge/Site", nil)
	}
	m.must(http.MethodPost, "/classes/Site", `{"n":1}`)
	events := m.events("", "")
	events = events[len(events)-101:]
	for i := range events {
		require.Equal(t, i%5 == 4, events[i].Op == event.Purge, i)
		if i > 0 && (events[i].Op == event.Purge || events[i-1].Op == event.Purge) {
			require.True(t, events[i].At.After(events[i-1].At))
			require.True(t, events[i].CreatedAt.After(events[i-1].CreatedAt))
		}
	}
}

// The effect of a rule is an event of its own that names the rule; the actor is who
// made the save that caused it.
func TestTheEffectOfARuleNamesTheRule(t *testing.T) {
	m := openRecording(t, func(cfg *auditserver.Config) { cfg.Rules = policy.Default() })
	uid, _ := m.user("olga")
	other, token := m.user("ada")
	m.must(http.MethodPost, "/roles", `{"name":"approver","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+other+`"}]}}`)
	m.must(http.MethodPost, "/schemas/DocumentControlLog", `{"fields":{"documentNumber":{"type":"String"},"documentTitle":{"type":"String"},"revision":{"type":"String"},
		"status":{"type":"String"},"owner":{"type":"Pointer","targetClass":"_User"},"approvedBy":{"type":"Pointer","targetClass":"_User"},"effectiveDate":{"type":"Date"}}}`)
	document := func(revision string) string {
		return m.as(token).create("DocumentControlLog", fmt.Sprintf(`{"documentNumber":"QP-1","documentTitle":"t","revision":%q,"status":"effective",
			"owner":{"__type":"Pointer","className":"_User","objectId":%q},"approvedBy":{"__type":"Pointer","className":"_User","objectId":%q},
			"effectiveDate":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}`, revision, uid, other))
	}
	first := document("A")
	document("B")
	events := m.events("DocumentControlLog", first)
	require.Len(t, events, 2)
	require.Equal(t, `update by user status="effective">"superseded"`, told(t, events[1]))
	require.Equal(t, other, events[1].Actor.ID)
	require.Equal(t, "document-one-effective", events[1].Rule)
}

// Nobody writes the trail, not even whoever has the master key.
func TestNobodyWritesTheTrail(t *testing.T) {
	m := openRecording(t, func(cfg *auditserver.Config) { cfg.AllowCustomObjectID = true })
	m.create("Site", `{"name":"A"}`)
	row := m.must(http.MethodGet, "/classes/AuditTrail", nil).results(t)[0]["objectId"].(string)
	uid, token := m.user("ann")
	m.must(http.MethodPost, "/roles", `{"name":"manager","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+uid+`"}]}}`)
	before := m.events("", "")
	forged := `{"event":"x","at":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"},"op":"create","class":"Site","entry":"{}"}`
	for name, c := range map[string]*client{"master": m, "manager": m.as(token), "nobody": m.public()} {
		for _, try := range [][3]string{
			{http.MethodPost, "/classes/AuditTrail", forged}, {http.MethodPut, "/classes/AuditTrail/" + row, `{"values":"{}"}`},
			{http.MethodPut, "/classes/AuditTrail/" + row, `{"ACL":{}}`}, {http.MethodDelete, "/classes/AuditTrail/" + row, ""},
			{http.MethodDelete, "/purge/AuditTrail", ""}, {http.MethodDelete, "/schemas/AuditTrail", ""},
			{http.MethodPut, "/schemas/AuditTrail", `{"fields":{"values":{"__op":"Delete"}}}`},
		} {
			a := c.do(try[0], try[1], try[2])
			require.GreaterOrEqual(t, a.status, 400, "%s %v: %s", name, try, a.raw)
			if name == "master" && !strings.HasPrefix(try[1], "/schemas/AuditTrail") {
				require.Equal(t, 119, a.code(), "%s", a.raw)
				require.Contains(t, a.text("error"), "class AuditTrail is the audit trail: the server alone writes it")
			}
			batch := c.do(http.MethodPost, "/batch", fmt.Sprintf(`{"requests":[{"method":%q,"path":"/parse%s","body":%s}]}`, try[0], try[1], orEmpty(try[2])))
			require.NotContains(t, string(batch.raw), "success", "%s %v", name, try)
		}
	}
	require.Equal(t, before, m.events("", ""))
}

func orEmpty(body string) string {
	if body == "" {
		return "{}"
	}
	return body
}

// Managers and coordinators read the trail, nobody else does.
func TestManagersReadTheTrail(t *testing.T) {
	m := openRecording(t, nil)
	m.create("Site", `{"name":"A"}`)
	for role, reads := range map[string]bool{"manager": true, "coordinator": true, "auditor": false, "approver": false, "": false} {
		uid, token := m.user("u" + role)
		if role != "" {
			m.must(http.MethodPost, "/roles", `{"name":"`+role+`","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+uid+`"}]}}`)
		}
		found := m.as(token).must(http.MethodGet, `/classes/AuditTrail?where={"class":"Site"}`, nil).results(t)
		require.Len(t, found, map[bool]int{true: 1}[reads], role)
	}
	require.GreaterOrEqual(t, m.public().do(http.MethodGet, "/classes/AuditTrail", nil).status, 400)
}

// A reason that the trail cannot hold refuses the write.
func TestAReasonTooLongIsABrokenRule(t *testing.T) {
	m := openRecording(t, nil)
	reason := func(n int) *client {
		return m.with("X-Parse-Cloud-Context", `{"reason":"`+strings.Repeat(`\u00e4`, n)+`"}`)
	}
	id := reason(1000).create("Site", `{"name":"A"}`)
	for _, try := range [][2]string{{http.MethodPost, "/classes/Site"}, {http.MethodPut, "/classes/Site/" + id}, {http.MethodDelete, "/classes/Site/" + id}, {http.MethodDelete, "/purge/Site"}} {
		a := reason(1001).refused(400, policy.ErrorCode, try[0], try[1], `{}`)
		violations, ok := policy.ParseMessage(a.text("error"))
		require.True(t, ok)
		require.Equal(t, "reason-fits", violations[0].Rule)
		require.Contains(t, violations[0].Message, "1001 characters, the limit is 1000")
	}
	require.Len(t, m.events("Site", id), 1)
}

// A class that lacks columns of the trail gets them; one whose columns are of other
// types cannot hold it, and then nothing is written.
func TestATrailThatCannotBeWrittenRefusesTheSave(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPost, "/schemas/AuditTrail", `{"fields":{"note":{"type":"String"}}}`)
	m.create("Site", `{"name":"A"}`)
	require.Len(t, m.events("", ""), 1)

	_, m = open(t, nil)
	m.must(http.MethodPost, "/schemas/AuditTrail", `{"fields":{"entry":{"type":"Number"}}}`)
	require.Equal(t, 400, m.do(http.MethodPost, "/classes/Site", `{"name":"A"}`).status)
	require.Empty(t, m.must(http.MethodGet, "/classes/Site", nil).results(t))
}
