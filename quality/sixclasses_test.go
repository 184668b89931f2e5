package quality_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/quality"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// A year of the sample on a server, with an action that goes its way there, so that the
// trail tells of it.
func TestMeasureARunningServer(t *testing.T) {
	server := audittest.NewServer(t)
	now := time.Now().UTC()
	sample := server.LoadSample(now, 1)
	admin, ctx := server.Admin, t.Context()
	day := now.Truncate(24 * time.Hour)
	action := &isoaudit.CorrectiveAction{
		CAPARef: "CAPA-X", Finding: sample.Findings[0].Pointer(), ActionDescription: "Label the gauges.",
		Owner: sample.Auditors[0].Pointer(), DueDate: day.AddDate(0, 0, 10), Status: isoaudit.CAPAOpen, VerificationNote: "to be done",
	}
	require.NoError(t, admin.CorrectiveActions.Create(ctx, action))
	fields := isoaudit.CorrectiveActionFields
	require.NoError(t, admin.CorrectiveActions.Update(ctx, action.ObjectID, fields.DueDate.Set(day.AddDate(0, 0, 20)), fields.Status.Set(isoaudit.CAPAInProgress)))
	require.NoError(t, admin.CorrectiveActions.Update(ctx, action.ObjectID, fields.Status.Set(isoaudit.CAPAPendingVerification)))
	require.NoError(t, admin.CorrectiveActions.Update(ctx, action.ObjectID, fields.Status.Set(isoaudit.CAPAClosed), fields.VerificationNote.Set("All gauges seen.")))

	events := admin.Trail().Events(ctx, time.Time{})
	plan := isoaudit.AuditPlanFields
	m := measure(t, quality.Source{
		Audits:        quality.Read(admin.AuditPlans.Query().Include(plan.LeadAuditor).All(ctx), quality.AuditOf),
		Findings:      quality.Read(admin.AuditFindings.Query().All(ctx), quality.FindingOf),
		Actions:       quality.Read(admin.CorrectiveActions.Query().All(ctx), quality.ActionOf),
		Documents:     quality.Read(admin.DocumentControlLogs.Query().All(ctx), quality.DocumentOf),
		Reviews:       quality.Read(admin.AuditReviews.Query().All(ctx), quality.ReviewOf),
		AuditChanges:  quality.AuditChanges(events),
		ActionChanges: quality.ActionChanges(events),
	}, quality.Terms{Now: now.Add(time.Minute), Period: quality.Year(now.Year())})

	ofOne := isoaudit.TrailEventFields.Record.Eq(action.ObjectID)
	changes, err := collect(quality.ActionChanges(quality.Events(admin.AuditTrail.Query().Where(ofOne).OrderBy(isoaudit.TrailEventFields.At.Asc()).All(ctx))))
	require.NoError(t, err)
	require.Len(t, changes, 4)
	records, err := collect(quality.WithClosing(stream([]quality.Action{quality.ActionOf(action), {ID: "other", Status: isoaudit.CAPAClosed}}), stream(changes)))
	require.NoError(t, err)
	require.Zero(t, records[0].Closed, "the record read before says that it is open")
	require.Zero(t, records[1].Closed, "the trail knows nothing of it")
	action.Status = isoaudit.CAPAClosed
	records, err = collect(quality.WithClosing(stream([]quality.Action{quality.ActionOf(action)}), stream(changes)))
	require.NoError(t, err)
	require.Equal(t, changes[3].At, records[0].Closed)

	require.Contains(t, slices.Collect(m.Actions.Closed.Entries.All()), quality.Entry{ID: action.ObjectID, Ref: "CAPA-X"})
	require.Contains(t, refs(m.Actions.Extended.Entries), "CAPA-X")
	require.Contains(t, refs(m.Actions.OnTimeAtFirst.Part.Entries), "CAPA-X")
	require.Empty(t, refs(m.Actions.Closed.Unknown), "the trail knows of all actions of the sample")
	require.Len(t, sample.Actions, groupSum(m.Actions.ByStatus)-1)
	require.Len(t, sample.Plans, groupSum(m.Audits.ByStatus))
	require.Empty(t, m.Findings.NotAClause.Groups, "the sample's clauses are clauses")
	require.Zero(t, m.Findings.WithoutAudit.Count())
	require.NotEmpty(t, m.Audits.ByLead.Groups)
	for _, lead := range m.Audits.ByLead.Groups {
		require.Contains(t, lead.Key, ".", "the lead auditors have names")
	}
}

func TestChangesOfEvents(t *testing.T) {
	write := func(op event.Op, confirmed bool, before, after string) event.Event {
		changes, err := event.Diff("CorrectiveAction", jsontext.Value(before), jsontext.Value(after))
		require.NoError(t, err)
		e, err := event.New(event.Write{At: at("2026-11-01"), Op: op, Class: "CorrectiveAction", Record: "c1", Actor: event.Actor{Kind: event.Master}, Changes: changes})
		require.NoError(t, err)
		e.Confirmed = confirmed
		return e
	}
	open := `{"status":"open","dueDate":{"__type":"Date","iso":"2026-12-01T00:00:00.000Z"}}`
	later := `{"status":"open","dueDate":{"__type":"Date","iso":"2026-12-15T00:00:00.000Z"}}`
	closed := `{"status":"closed","dueDate":{"__type":"Date","iso":"2026-12-15T00:00:00.000Z"}}`
	events := stream([]event.Event{
		write(event.Create, true, "{}", open),
		write(event.Update, true, open, later),
		write(event.Update, false, later, closed),
	})
	changes, err := collect(quality.ActionChanges(events))
	require.NoError(t, err)
	require.Equal(t, []quality.Change{
		{ID: "c1", At: at("2026-11-01"), Created: true, Status: "open", Day: date("2026-12-01")},
		{ID: "c1", At: at("2026-11-01"), Day: date("2026-12-15")},
	}, changes, "the last write may not have happened")
	changes, err = collect(quality.AuditChanges(events))
	require.NoError(t, err)
	require.Empty(t, changes)

	odd := stream([]event.Event{write(event.Update, true, open, `{"status":7,"dueDate":"soon"}`)})
	_, err = collect(quality.ActionChanges(odd))
	require.ErrorContains(t, err, "column status is no text")
}

func collect[T any](seq iter.Seq2[T, error]) (list []T, err error) {
	for one, err := range seq {
		if err != nil {
			return list, err
		}
		list = append(list, one)
	}
	return list, nil
}
