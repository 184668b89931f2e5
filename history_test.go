package isoaudit_test

import (
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// audited is an audit with a finding, its action and a review, as its people made it.
type audited struct {
	server  *audittest.Server
	cora    audittest.Login // coordinator
	plan    *isoaudit.AuditPlan
	finding *isoaudit.AuditFinding
	action  *isoaudit.CorrectiveAction
}

func newAudited(t *testing.T, configure ...func(*auditserver.Config)) audited {
	t.Helper()
	server := audittest.NewServer(t, configure...)
	a := audited{server: server, cora: server.As(isoaudit.RoleCoordinator)}
	ctx := t.Context()
	a.plan = &isoaudit.AuditPlan{AuditRef: "IA-1", StandardClause: "9.2", Scope: "Purchasing", SiteCode: "PLANT-07",
		LeadAuditor: a.cora.Auditor.Pointer(), PlannedStartDate: time.Now(), Status: isoaudit.PlanInProgress}
	require.NoError(t, a.cora.AuditPlans.Create(ctx, a.plan))
	a.finding = &isoaudit.AuditFinding{FindingRef: "NC-1", AuditPlan: a.plan.Pointer(), FindingType: isoaudit.FindingNonconformity, Clause: "8.4.1",
		Statement: "s", EvidenceNote: "e", Severity: isoaudit.SeverityMajor, ReportedBy: a.cora.Auditor.Pointer()}
	require.NoError(t, a.cora.AuditFindings.Create(ctx, a.finding))
	a.action = &isoaudit.CorrectiveAction{CAPARef: "CA-1", Finding: a.finding.Pointer(), ActionDescription: "d", Owner: a.cora.Auditor.Pointer(),
		DueDate: time.Date(2030, 3, 1, 0, 0, 0, 0, time.UTC), Status: isoaudit.CAPAOpen, VerificationNote: "TBD"}
	require.NoError(t, a.cora.CorrectiveActions.Create(ctx, a.action))
	return a
}

func collect(t *testing.T, events iter.Seq2[event.Event, error]) []event.Event {
	t.Helper()
	var list []event.Event
	for e, err := range events {
		require.NoError(t, err)
		require.NoError(t, e.Check())
		list = append(list, e)
	}
	return list
}

// Who changed the due date, from what to what, when and why.
func TestHistoryTellsWhoChangedAColumnAndWhy(t *testing.T) {
	a := newAudited(t)
	capa := isoaudit.CorrectiveActionFields
	later := time.Date(2030, 4, 1, 0, 0, 0, 0, time.UTC)
	ctx := parse.WithReason(t.Context(), "the supplier delivers in March")
	require.NoError(t, a.cora.CorrectiveActions.Update(ctx, a.action.ObjectID, capa.DueDate.Set(later)))
	require.NoError(t, a.cora.CorrectiveActions.Update(t.Context(), a.action.ObjectID, capa.Status.Set(isoaudit.CAPAInProgress)))

	events := collect(t, a.cora.History(t.Context(), a.action.Pointer()))
	require.Len(t, events, 3)
	change, changed, err := isoaudit.ChangeOf(a.cora.Client, events[1], capa.DueDate)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, isoaudit.ColumnChange[time.Time]{Before: a.action.DueDate, After: later, HadBefore: true, HasAfter: true}, change)
	require.Equal(t, "the supplier delivers in March", events[1].Reason)
	require.Equal(t, a.cora.Auditor.ObjectID, events[1].Actor.ID)
	created, changed, err := isoaudit.ChangeOf(a.cora.Client, events[0], capa.Owner)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, a.cora.Auditor.ObjectID, created.After.ID)
	require.False(t, created.HadBefore)
	_, changed, err = isoaudit.ChangeOf(a.cora.Client, events[2], capa.DueDate)
	require.NoError(t, err)
	require.False(t, changed)

	backwards := collect(t, a.cora.HistoryNewestFirst(t.Context(), a.action.Pointer()))
	slices.Reverse(backwards)
	require.Equal(t, events, backwards)

	fields := isoaudit.TrailEventFields
	found, err := a.cora.AuditTrail.Query().Where(fields.Class.Eq("CorrectiveAction"), fields.Columns.Contains("dueDate"), fields.Op.Eq(string(event.Update))).Find(t.Context())
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, a.cora.Auditor.ObjectID, found[0].Actor.ID)
	require.Empty(t, collect(t, a.server.As(isoaudit.RoleAuditor).History(t.Context(), a.action.Pointer())), "an auditor does not read the trail")
}

// A timeline is one history of everything that belongs to an audit.
func TestTimelineMergesWhatBelongsToAnAudit(t *testing.T) {
	a := newAudited(t)
	other := *a.plan
	other.Object, other.AuditRef = parse.Object{}, "IA-2"
	require.NoError(t, a.cora.AuditPlans.Create(t.Context(), &other))
	require.NoError(t, a.cora.AuditPlans.Update(t.Context(), a.plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("Sales")))

	tell := func(order isoaudit.TrailOrder, more ...parse.Reference) (lines []string) {
		for _, e := range collect(t, a.cora.Timeline(t.Context(), a.plan.Pointer(), order, more...)) {
			lines = append(lines, string(e.Op)+" "+e.Class)
		}
		return lines
	}
	want := []string{"create AuditPlan", "create AuditFinding", "create CorrectiveAction", "update AuditPlan"}
	require.Equal(t, want, tell(isoaudit.OldestFirst))
	slices.Reverse(want)
	require.Equal(t, want, tell(isoaudit.NewestFirst))
	require.Contains(t, tell(isoaudit.OldestFirst, a.cora.Auditor.Pointer()), "create _User", "what is named comes too")
	for e, err := range a.cora.Timeline(t.Context(), a.plan.Pointer(), isoaudit.OldestFirst) { // may be left early
		require.NoError(t, err)
		require.Equal(t, event.Create, e.Op)
		break
	}
	for _, err := range a.cora.Timeline(t.Context(), isoaudit.Pointer[isoaudit.AuditPlan]{}, isoaudit.OldestFirst) {
		require.ErrorContains(t, err, "zero pointer")
	}
}

// The trail is followed live like any class.
func TestTheTrailIsFollowedLive(t *testing.T) {
	a := newAudited(t)
	fields := isoaudit.TrailEventFields
	sub, err := a.cora.AuditTrail.Query().Where(fields.Class.Eq("CorrectiveAction")).Subscribe(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, sub.Close()) }()
	require.NoError(t, a.cora.CorrectiveActions.Update(t.Context(), a.action.ObjectID, isoaudit.CorrectiveActionFields.ActionDescription.Set("clearer")))
	for change, err := range sub.Events() {
		require.NoError(t, err)
		e, err := change.Object.Decode()
		require.NoError(t, err)
		require.NoError(t, e.Check())
		require.Equal(t, []string{"actionDescription"}, e.Names())
		break
	}
}

// A signature needs the password again, which is nowhere in the trail.
func TestSigningAsksForThePasswordAgain(t *testing.T) {
	a := newAudited(t)
	ctx := t.Context()
	before, err := a.server.Admin.Sessions.Query().Count(ctx)
	require.NoError(t, err)
	signature, err := a.cora.Sign(parse.WithReason(ctx, "effective"), a.action.Pointer(), isoaudit.MeaningVerified, audittest.SamplePassword)
	require.NoError(t, err)
	events := collect(t, a.cora.History(ctx, a.action.Pointer()))
	require.Equal(t, signature.Event, events[1].ID)
	require.Equal(t, signature.ObjectID, events[1].ObjectID)
	require.True(t, signature.At.Equal(events[1].At))
	require.Equal(t, "verified", events[1].Meaning)
	require.Equal(t, "effective", events[1].Reason)
	require.Equal(t, events[0].Hash(), events[1].Signs)
	after, err := a.server.Admin.Sessions.Query().Count(ctx)
	require.NoError(t, err)
	require.Equal(t, before, after, "the session of the signature has ended")

	_, err = a.cora.Sign(ctx, a.action.Pointer(), isoaudit.MeaningVerified, "wrong")
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	_, err = a.cora.Sign(ctx, a.action.Pointer(), "", audittest.SamplePassword)
	require.ErrorContains(t, err, "meaning: is empty")
	_, err = a.cora.Sign(ctx, a.action.Pointer(), isoaudit.Meaning(strings.Repeat("x", 101)), audittest.SamplePassword)
	require.ErrorIs(t, err, parse.ErrValidation)
	require.Len(t, collect(t, a.cora.History(ctx, a.action.Pointer())), 2)
}

// A purge ends the history of each record of its class, and is none of those that came
// later: AsOf needs it to tell that a record is gone.
func TestHistoryHasWhatHappenedToTheWholeClass(t *testing.T) {
	a := newAudited(t)
	ctx, admin := t.Context(), a.server.Admin
	require.NoError(t, admin.Purge(ctx, "CorrectiveAction"))
	next := *a.action
	next.Object, next.CAPARef = parse.Object{}, "CA-2"
	require.NoError(t, a.cora.CorrectiveActions.Create(ctx, &next))

	ops := func(events iter.Seq2[event.Event, error]) (ops []event.Op) {
		for _, e := range collect(t, events) {
			ops = append(ops, e.Op)
		}
		return ops
	}
	require.Equal(t, []event.Op{event.Create, event.Purge}, ops(a.cora.History(ctx, a.action.Pointer())))
	require.Equal(t, []event.Op{event.Purge, event.Create}, ops(a.cora.HistoryNewestFirst(ctx, a.action.Pointer())))
	state, err := trail.AsOf(a.cora.History(ctx, a.action.Pointer()), time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.False(t, state.Exists)
	require.Equal(t, []event.Op{event.Create}, ops(a.cora.History(ctx, next.Pointer())))
	require.Equal(t, []event.Op{event.Create}, ops(a.cora.HistoryNewestFirst(ctx, next.Pointer())))

	none := isoaudit.Pointer[isoaudit.CorrectiveAction]{ID: "nobodyHas1"}
	require.Empty(t, ops(a.cora.History(ctx, none)))
	require.Empty(t, ops(a.cora.HistoryNewestFirst(ctx, none)))
	told := ops(a.cora.Timeline(ctx, a.plan.Pointer(), isoaudit.OldestFirst, a.action.Pointer()))
	require.Equal(t, []event.Op{event.Create, event.Create, event.Create, event.Purge, event.Create}, told)
}

func TestRedactionNeedsAReason(t *testing.T) {
	a := newAudited(t)
	of, ctx := a.cora.Auditor.Pointer(), t.Context()
	var broken *isoaudit.PolicyError
	_, err := a.server.Admin.Redact(ctx, of, "email")
	require.ErrorAs(t, err, &broken)
	require.Equal(t, "reason-required", broken.Violations[0].Rule)
	n, err := a.server.Admin.Redact(parse.WithReason(ctx, "Art. 17 GDPR"), of, "email")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	events := collect(t, a.cora.History(ctx, of))
	change, changed, err := isoaudit.ChangeOf(a.cora.Client, events[0], isoaudit.AuditorFields.Email)
	require.NoError(t, err)
	require.True(t, changed)
	require.True(t, change.Hidden)
	require.Equal(t, event.Redact, events[len(events)-1].Op)
	_, changed, err = isoaudit.ChangeOf(a.cora.Client, events[len(events)-1], isoaudit.AuditorFields.Email)
	require.NoError(t, err)
	require.False(t, changed, "whoever redacts a column changes it in no record")
	n, err = a.server.Admin.Redact(parse.WithReason(ctx, "Art. 17 GDPR"), isoaudit.PointerTo[isoaudit.TrailEvent](events[len(events)-1].ObjectID), isoaudit.TrailReasons)
	require.NoError(t, err)
	require.Equal(t, 1, n, "of one event")
	require.Empty(t, collect(t, a.cora.History(ctx, of))[len(events)-1].Reason)
}

// A reason that is too long, or missing where the table wants one, is a PolicyError.
func TestReasonsAreHeldToTheRules(t *testing.T) {
	rules, err := policy.Default().With("reason-required", policy.Enforce)
	require.NoError(t, err)
	a := newAudited(t, func(cfg *auditserver.Config) { cfg.Rules = rules })
	change := isoaudit.CorrectiveActionFields.ActionDescription.Set("clearer")
	for reason, rule := range map[string]string{"": "reason-required", "tbd": "reason-required", strings.Repeat("ä", 1001): "reason-fits"} {
		err := a.cora.CorrectiveActions.Update(parse.WithReason(t.Context(), reason), a.action.ObjectID, change)
		var broken *isoaudit.PolicyError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, rule, broken.Violations[0].Rule)
		require.Equal(t, "reason", broken.Violations[0].Field)
	}
	require.NoError(t, a.cora.CorrectiveActions.Update(parse.WithReason(t.Context(), strings.Repeat("änd ", 250)), a.action.ObjectID, change))
}

// A class that went away without an event of it, as in the database, takes its records
// along, and each of them is named. A class that was dropped is not missed.
func TestTheSourceOfTheTrailKnowsClassesThatAreGone(t *testing.T) {
	server := audittest.NewServer(t, func(cfg *auditserver.Config) { cfg.MaintenanceKey = "upkeep" })
	ctx := t.Context()
	for _, class := range []string{"Vanished", "Dropped", "no class", "_Odd"} {
		e, err := event.New(event.Write{
			At: time.Now(), Op: event.Create, Class: class, Record: "r3c0rd0001", Actor: event.Actor{Kind: event.Master},
			Changes: []event.Change{{Column: "note", After: []byte(`"n"`)}},
		})
		require.NoError(t, err)
		e.Confirmed = true
		row := strings.TrimSuffix(string(e.AppendFields(nil)), "}") + `,"createdAt":{"__type":"Date","iso":"` + time.Now().UTC().Format("2006-01-02T15:04:05.000Z") + `"}}`
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/classes/AuditTrail", strings.NewReader(row))
		require.NoError(t, err)
		for name, value := range map[string]string{"Application-Id": server.AppID, "Master-Key": server.MasterKey, "Maintenance-Key": "upkeep"} {
			request.Header.Set("X-Parse-"+name, value)
		}
		answer, err := server.HTTPClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusCreated, answer.StatusCode)
	}
	type note struct {
		parse.Object
		Note string `json:"note"`
	}
	require.NoError(t, parse.NewCollection[note](server.Admin.Client, "Dropped").Create(ctx, &note{Note: "n"}))
	require.NoError(t, server.Admin.Purge(ctx, "Dropped"))
	_, err := server.Admin.ApplySchema(ctx, schema.ISO9001(), schema.DropClass("Dropped"))
	require.NoError(t, err)

	classes, err := server.Admin.Trail().Classes(ctx)
	require.NoError(t, err)
	require.Contains(t, classes, "Vanished")
	require.Contains(t, classes, "Dropped")
	require.NotContains(t, classes, "no class")
	require.NotContains(t, classes, "_Odd")
	var found []trail.Finding
	for f, err := range trail.Reconcile(ctx, server.Admin.Trail()) {
		require.NoError(t, err)
		if !f.Kind.Expected() {
			found = append(found, f)
		}
	}
	require.Len(t, found, 1)
	require.Equal(t, "Vanished", found[0].Class)
	require.Equal(t, "r3c0rd0001", found[0].Record)
}

// The source of the trail gives all events, and all rows that they speak of.
func TestTheSourceOfTheTrailIsWhole(t *testing.T) {
	a := newAudited(t)
	source, ctx := a.server.Admin.Trail(), t.Context()
	classes, err := source.Classes(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"AuditFinding", "AuditPlan", "AuditReview", "CorrectiveAction", "DocumentControlLog", "_Role", "_User"}, classes)
	all := collect(t, source.Events(ctx, time.Time{}))
	require.Equal(t, all[2:], collect(t, source.Events(ctx, all[2].CreatedAt))[len(collect(t, source.Events(ctx, all[2].CreatedAt)))-len(all[2:]):])
	byClass := 0
	for _, class := range classes {
		byClass += len(collect(t, source.EventsByRecord(ctx, class)))
		for row, err := range source.Rows(ctx, class) {
			require.NoError(t, err)
			require.Equal(t, byte('{'), row[0])
		}
	}
	require.Equal(t, len(all), byClass)
	row, events, err := source.Record(ctx, "CorrectiveAction", a.action.ObjectID)
	require.NoError(t, err)
	require.Contains(t, string(row), `"capaRef":"CA-1"`)
	require.Len(t, events, 1)
	row, events, err = source.Record(ctx, "CorrectiveAction", "nosuch")
	require.NoError(t, err)
	require.Nil(t, row)
	require.Empty(t, events)
}
