package promptschema_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/quality"
)

// The figures of a year of the second contract, and what it cannot tell.
func TestMeasureTheFourClasses(t *testing.T) {
	server := audittest.NewPromptServer(t)
	sample := server.LoadSample(now, 1)
	admin, ctx := server.Admin, t.Context()
	day := time.Now().UTC().Truncate(24 * time.Hour)
	capa := promptschema.CAPAFields
	action := &promptschema.CAPA{
		CAPANumber: "CAPA-X", ActionType: promptschema.ActionCorrective, ClosureStatus: promptschema.CAPAOpen,
		NonConformance: sample.NonConformances[0].Pointer(), Owner: sample.Users[0].Pointer(), DueDate: day.AddDate(0, 0, 10),
	}
	require.NoError(t, admin.CAPAs.Create(ctx, action))
	require.NoError(t, admin.CAPAs.Update(ctx, action.ObjectID, capa.ClosureStatus.Set(promptschema.CAPAClosed), capa.VerificationNotes.Set("All gauges have labels.")))

	events := admin.Trail().Events(ctx, time.Time{})
	m, err := quality.Measure(quality.Source{
		Audits:        quality.Read(admin.Audits.Query().Include(promptschema.AuditFields.Auditor).All(ctx), promptschema.AuditOf),
		Findings:      quality.Read(admin.NonConformances.Query().All(ctx), promptschema.FindingOf),
		Actions:       quality.Read(admin.CAPAs.Query().Include(capa.Owner).All(ctx), promptschema.ActionOf),
		Documents:     quality.Read(admin.DocumentControlLogs.Query().All(ctx), promptschema.DocumentOf),
		AuditChanges:  promptschema.AuditChanges(events),
		ActionChanges: promptschema.ActionChanges(events),
		Lacks:         promptschema.QualityLacks(),
	}, quality.Terms{Now: day.Add(36 * time.Hour), Period: quality.Year(day.Year())})
	require.NoError(t, err)

	require.Contains(t, slices.Collect(m.Actions.Closed.Entries.All()), quality.Entry{ID: action.ObjectID, Ref: "CAPA-X"})
	require.Zero(t, m.Actions.Closed.Unknown.Len(), "the trail knows of all of the sample")
	value, ok := m.Actions.OnTime.Value()
	require.True(t, ok)
	require.Positive(t, value)
	total := 0
	for _, group := range m.Audits.ByStatus.Groups {
		total += group.Entries.Len()
	}
	require.Len(t, sample.Audits, total)
	open := 0
	for _, n := range sample.NonConformances {
		if n.Status == promptschema.NonConformanceOpen || n.Status == promptschema.NonConformanceInProgress {
			open++
		}
	}
	require.Positive(t, open)
	require.Equal(t, open, m.Findings.Open.Count(), "their own state counts")
	require.Zero(t, m.Findings.WithoutAudit.Count())

	require.Equal(t, "the clauses of an audit", m.Audits.Coverage.Missing)
	require.Equal(t, "the clause of a finding", m.Findings.ByClause.Missing)
	require.Equal(t, "the type of a finding", m.Findings.Improvements.Missing)
	require.Equal(t, "the status of a document", m.Documents.Effective.Missing)
	require.Equal(t, "the owner of a document", m.Documents.OwnerApproved.Missing)
	require.Equal(t, "reviews", m.Reviews.Held.Missing)
}

func TestStatesOfNonconformities(t *testing.T) {
	for status, want := range map[promptschema.NonConformanceStatus]struct {
		state quality.FindingState
		kind  isoaudit.FindingType
	}{
		promptschema.NonConformanceOpen:       {quality.FindingOpen, isoaudit.FindingNonconformity},
		promptschema.NonConformanceInProgress: {quality.FindingOpen, isoaudit.FindingNonconformity},
		promptschema.NonConformanceClosed:     {quality.FindingClosed, isoaudit.FindingNonconformity},
		promptschema.NonConformanceCancelled:  {quality.FindingClosed, isoaudit.FindingObservation},
		"on hold":                             {"on hold", isoaudit.FindingNonconformity},
	} {
		f := promptschema.FindingOf(&promptschema.NonConformance{NCNumber: "NC-1", Status: status})
		require.Equal(t, want.state, f.State, status)
		require.Equal(t, want.kind, f.Type, status)
	}
}
