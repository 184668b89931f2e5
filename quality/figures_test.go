package quality_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/quality"
)

func value(t *testing.T, r quality.Ratio) float64 {
	t.Helper()
	v, ok := r.Value()
	require.True(t, ok)
	return v
}

func TestAuditFigures(t *testing.T) {
	f := measure(t, newWorld().source(), terms2026(t)).Audits
	require.Equal(t, []string{"A-2026-1", "A-2026-2", "A-2026-3", "A-2026-4"}, refs(f.Planned.Entries), "1 January and 31 December are in the year")
	require.Equal(t, []string{"A-2026-6"}, refs(f.Planned.Unknown), "an audit without a day")
	require.Equal(t, []string{"A-2026-5"}, refs(f.Cancelled.Entries))
	require.Equal(t, []string{"A-2026-1", "A-2026-2"}, refs(f.Programme.Part.Entries))
	require.Equal(t, 0.5, value(t, f.Programme))
	require.Equal(t, map[string]int{"A-2026-3": 8}, aged(f.Late))
	require.Equal(t, map[string][]string{"NORTH": {"A-2026-1", "A-2026-4"}, "SOUTH": {"A-2026-2", "A-2026-3"}}, keys(f.BySite))
	require.Equal(t, map[string][]string{"lena": {"A-2026-1", "A-2026-4"}, "omar": {"A-2026-2", "A-2026-3"}}, keys(f.ByLead))
	require.Equal(t, []string{"A-2025-1", "A-2026-1"}, keys(f.ByStatus)["closed"])

	require.Equal(t, []string{"A-2026-2"}, refs(f.Moved.Entries))
	require.Equal(t, []string{"A-2026-4"}, refs(f.Moved.Unknown))
	require.Equal(t, []string{"A-2026-1"}, refs(f.StartedOnTime.Part.Entries))
	require.Equal(t, 0.5, value(t, f.StartedOnTime))
}

func TestCoverage(t *testing.T) {
	c := measure(t, newWorld().source(), terms2026(t)).Audits.Coverage
	covered := map[string][]string{}
	for _, one := range c.Clauses {
		require.NotEmpty(t, one.Name)
		if one.Planned.Len() > 0 {
			covered[one.Clause.String()] = refs(one.Planned)
		}
	}
	require.Equal(t, map[string][]string{"8.4": {"A-2026-2"}, "8.5": {"A-2026-1", "A-2026-2"}, "8.6": {"A-2026-2"}, "9.2": {"A-2026-1"}}, covered)
	planned, of := c.Planned()
	done, _ := c.Done()
	require.Equal(t, [3]int{4, 4, 28}, [3]int{planned, done, of})
	require.Equal(t, map[string][]string{"internal rules": {"A-2026-3"}}, keys(c.NotAClause))
	require.Equal(t, []string{"A-2026-4"}, refs(c.NoClause))

	whole := newWorld()
	whole.audits[3].Clauses = "8"
	planned, _ = measure(t, whole.source(), terms2026(t)).Audits.Coverage.Planned()
	require.Equal(t, 8, planned, "an audit of 8 looks at its 7 clauses")
}

func TestWhatIsDue(t *testing.T) {
	f := measure(t, newWorld().source(), terms2026(t)).Actions
	require.Equal(t, []string{"C-3", "C-4", "C-5", "C-7"}, refs(f.Open.Entries))
	require.Equal(t, []string{"C-6"}, refs(f.Open.Unknown), "a status that is not known")
	require.Equal(t, map[string]int{"C-3": 1}, aged(f.Overdue))
	require.Equal(t, []string{"C-7"}, refs(f.Overdue.Unknown), "no day")
	require.Equal(t, map[string]int{"C-4": 0, "C-5": 14}, aged(f.DueSoon), "today and the fourteenth day are soon")
	require.Equal(t, []string{"C-4"}, refs(f.WithoutOwner.Entries))
	require.Equal(t, map[string]int{"C-5": 8}, aged(f.WaitingForVerification))
	require.Equal(t, map[string][]string{"0-30": {"C-3"}, "31-60": {"C-4"}, "61-90": {"C-7"}, ">90": {"C-5"}}, keys(f.Ageing), "30, 31, 88 and 119 days")
	require.Equal(t, []string{"0-30", "31-60", "61-90", ">90"}, []string{f.Ageing.Groups[0].Key, f.Ageing.Groups[1].Key, f.Ageing.Groups[2].Key, f.Ageing.Groups[3].Key})
}

func TestClosing(t *testing.T) {
	f := measure(t, newWorld().source(), terms2026(t)).Actions
	require.Equal(t, []string{"C-1", "C-2"}, refs(f.Closed.Entries))
	require.Equal(t, []string{"C-8"}, refs(f.Closed.Unknown), "closed, and nobody knows when")
	require.Equal(t, 9, f.Opened.Count())
	require.InDelta(t, 2.0/9, value(t, f.ClosureRate), 1e-12)
	require.Equal(t, []string{"C-1"}, refs(f.OnTime.Part.Entries))
	require.Equal(t, 0.5, value(t, f.OnTime))
	require.Empty(t, refs(f.OnTimeAtFirst.Part.Entries), "on time only because of an extension")
	require.Equal(t, 0.0, value(t, f.OnTimeAtFirst))
	require.Equal(t, map[string]int{"C-1": 49, "C-2": 30}, aged(f.DaysToClose))
	mean, _ := f.DaysToClose.Mean()
	median, _ := f.DaysToClose.Median()
	require.Equal(t, [2]float64{39.5, 39.5}, [2]float64{mean, median})
	require.Equal(t, []string{"C-1", "C-4"}, refs(f.Extended.Entries))
	require.Equal(t, []string{"C-1"}, refs(f.SentBack.Part.Entries))
	require.Equal(t, []string{"C-1", "C-1", "C-5"}, refs(f.SentBack.Of.Entries), "an action stands there as often as it was sent")
	require.Equal(t, "whether actions were effective", f.Effective.Of.Missing)

	require.Len(t, f.OverdueAtMonths, 10, "January to October: November has not ended")
	overdue := map[string][]string{}
	for _, p := range f.OverdueAtMonths {
		if p.Count() > 0 {
			overdue[p.Day.String()] = refs(p.Entries)
		}
	}
	require.Equal(t, map[string][]string{"2026-10-31": {"C-4"}}, overdue)
	require.Equal(t, []string{"C-8", "C-9"}, refs(f.OverdueAtMonths[3].Unknown), "no trail since their creation")
}

func TestEffectiveness(t *testing.T) {
	w := newWorld()
	w.actions[1].Effectiveness, w.actions[2].Effectiveness = quality.Ineffective, quality.Inconclusive
	f := measure(t, w.source(), terms2026(t)).Actions
	require.Equal(t, 0.0, value(t, f.Effective))
	require.Equal(t, []string{"C-1"}, refs(f.Effective.Of.Entries))
	require.Equal(t, []string{"C-2"}, refs(f.Effective.Of.Unknown))
}

func TestAColumnOfOnesOwnTellsWhenAnActionWasClosed(t *testing.T) {
	w := newWorld()
	w.actions[8].Closed = at("2026-05-01")
	s := w.source()
	s.ActionChanges = nil
	f := measure(t, s, terms2026(t)).Actions
	require.True(t, f.Closed.Known())
	require.Equal(t, []string{"C-8"}, refs(f.Closed.Entries))
	require.Equal(t, []string{"C-0", "C-1", "C-2"}, refs(f.Closed.Unknown))
	require.Equal(t, 1.0, value(t, f.OnTime))
	require.Equal(t, map[string]int{"C-8": 30}, aged(f.DaysToClose))
	require.Equal(t, "the trail of corrective actions", f.Extended.Missing)
}

func TestFindingFigures(t *testing.T) {
	f := measure(t, newWorld().source(), terms2026(t)).Findings
	require.Equal(t, []string{"F-1", "F-2", "F-3", "F-4", "F-5", "F-6"}, refs(f.Raised.Entries))
	require.Equal(t, []string{"F-1", "F-2", "F-5", "F-6"}, refs(f.Nonconformities.Entries))
	require.Equal(t, []string{"F-4"}, refs(f.Nonconformities.Unknown), "a type that is not known")
	require.Equal(t, []string{"F-3"}, refs(f.Improvements.Entries))
	require.Equal(t, map[string][]string{"major": {"F-1", "F-2"}, "minor": {"F-5", "F-6"}}, keys(f.ByGrade))
	require.Equal(t, map[string][]string{"NORTH": {"F-1"}, "SOUTH": {"F-2", "F-5"}}, keys(f.BySite))
	require.Equal(t, []string{"F-6"}, refs(f.BySite.Unknown), "its audit is not there")
	require.Equal(t, map[string][]string{"8.4": {"F-5"}, "8.5": {"F-1"}}, keys(f.ByClause))
	require.Equal(t, []string{"F-2", "F-6"}, refs(f.ByClause.Unknown))
	require.Equal(t, map[string][]string{"8.5.10": {"F-2"}}, keys(f.NotAClause), "2015 has no 8.5.10")
	require.Equal(t, []string{"F-6"}, refs(f.NoClause.Entries))
	require.Equal(t, []string{"F-6"}, refs(f.WithoutAudit.Entries))
	require.Equal(t, 2.5, value(t, f.PerAudit), "1 and 4 findings")

	require.Equal(t, []string{"F-2", "F-3", "F-5", "F-6"}, refs(f.Open.Entries), "F-3 needs no action, but has unfinished ones")
	require.Equal(t, []string{"F-4"}, refs(f.Open.Unknown))
	require.Equal(t, map[string][]string{"8.4": {"F-3", "F-5"}}, keys(f.OpenByClause))
	require.Equal(t, map[string]int{"F-2": 206}, aged(f.MajorWithoutAction))

	require.Equal(t, []string{"F-1"}, refs(f.Repeats.Part.Entries))
	require.Equal(t, []string{"F-1", "F-5"}, refs(f.Repeats.Of.Entries))
	require.Equal(t, []string{"F-2", "F-4", "F-6"}, refs(f.Repeats.Of.Unknown), "no clause, no type, no audit")
	require.Equal(t, "F-0", f.RepeatsOf[0].Of.Ref)
	require.Equal(t, []string{"F-1"}, refs(f.RepeatsAfterClosing.Entries))
}

func TestRepeats(t *testing.T) {
	base := newWorld()
	for name, one := range map[string]struct {
		change func(*world, *quality.Terms)
		want   []string
	}{
		"as it is":             {func(*world, *quality.Terms) {}, []string{"F-1"}},
		"another site":         {func(w *world, _ *quality.Terms) { w.audits[0].Site = "SOUTH" }, []string{}},
		"the same audit":       {func(w *world, _ *quality.Terms) { w.findings[0].Audit = "p1" }, []string{}},
		"another clause":       {func(w *world, _ *quality.Terms) { w.findings[0].Clause = "8.5.2" }, []string{}},
		"the same at level 2":  {func(w *world, t *quality.Terms) { w.findings[0].Clause, t.RepeatLevel = "8.5.2", 2 }, []string{"F-1"}},
		"an item of the other": {func(w *world, _ *quality.Terms) { w.findings[0].Clause = "8.5.1 a)" }, []string{"F-1"}},
		"one of several":       {func(w *world, _ *quality.Terms) { w.findings[0].Clause = "4.1, 8.5.1" }, []string{"F-1"}},
		"too long ago":         {func(w *world, _ *quality.Terms) { w.findings[0].Created = at("2024-01-01") }, []string{}},
		"just not too long":    {func(w *world, _ *quality.Terms) { w.findings[0].Created = at("2024-01-02") }, []string{"F-1"}},
		"an observation":       {func(w *world, _ *quality.Terms) { w.findings[0].Type = "observation" }, []string{}},
	} {
		w, terms := base.reversed().reversed(), terms2026(t)
		one.change(w, &terms)
		require.Equal(t, one.want, refs(measure(t, w.source(), terms).Findings.Repeats.Part.Entries), name)
	}
	open := base.reversed().reversed()
	open.actionChanges[1].At = at("2026-01-03")
	f := measure(t, open.source(), terms2026(t)).Findings
	require.Empty(t, refs(f.RepeatsAfterClosing.Entries), "the earlier one was still open")
}

func TestDocumentFigures(t *testing.T) {
	f := measure(t, newWorld().source(), terms2026(t)).Documents
	require.Equal(t, []string{"QP-1 rev. 1", "QP-1 rev. 2", "QP-3 rev. A"}, refs(f.Effective.Entries))
	require.Equal(t, map[string][]string{"QP-1": {"QP-1 rev. 1", "QP-1 rev. 2"}}, keys(f.ManyEffective))
	require.Equal(t, []string{"QP-1 rev. 2"}, refs(f.EffectiveTooEarly.Entries))
	require.Equal(t, []string{"QP-3 rev. A"}, refs(f.EffectiveTooEarly.Unknown))
	require.Equal(t, map[string]int{"QP-2 rev. A": 119}, aged(f.OldDrafts))
	require.Equal(t, []string{"QP-1 rev. 2"}, refs(f.OwnerApproved.Entries))
	require.Equal(t, []string{"QP-3 rev. A"}, refs(f.WithoutOwner.Entries))
	require.Equal(t, map[string]int{"QP-3 rev. A": 0}, aged(f.DueForReview), "only what has a day of its own")

	terms := terms2026(t)
	terms.ReviewMonths = 12
	f = measure(t, newWorld().source(), terms).Documents
	require.Equal(t, map[string]int{"QP-1 rev. 1": 317, "QP-3 rev. A": 0}, aged(f.DueForReview))
	w := newWorld()
	w.documents[3].NextReview = time.Time{}
	require.Equal(t, "the day of a document's next review", measure(t, w.source(), terms2026(t)).Documents.DueForReview.Missing)
}

func TestReviewFigures(t *testing.T) {
	f := measure(t, newWorld().source(), terms2026(t)).Reviews
	require.Equal(t, []string{"review of A-2026-1"}, refs(f.Held.Entries))
	require.Equal(t, 1, f.WithNextStep.Count())
	require.Equal(t, []string{"A-2026-2"}, refs(f.NotReviewed.Entries))
}

// What a contract lacks is named; no figure is made up for it.
func TestWhatIsLackingIsNamed(t *testing.T) {
	s := newWorld().source()
	s.Audits, s.ActionChanges, s.Reviews = nil, nil, nil
	s.Lacks = []quality.Column{quality.FindingClause, quality.DocumentStatus}
	m := measure(t, s, terms2026(t))
	require.Equal(t, "audits", m.Audits.Planned.Missing)
	require.Equal(t, "audits", m.Audits.Coverage.Missing)
	require.Equal(t, "audits", m.Findings.BySite.Missing)
	require.Equal(t, "the clause of a finding", m.Findings.ByClause.Missing)
	require.Equal(t, "the clause of a finding", m.Findings.NotAClause.Missing)
	require.Equal(t, "the trail of corrective actions", m.Actions.Closed.Missing)
	require.Equal(t, "the trail of corrective actions", m.Actions.OverdueAtMonths[0].Missing)
	require.Equal(t, "the status of a document", m.Documents.Effective.Missing)
	require.Equal(t, "reviews", m.Reviews.Held.Missing)
	_, ok := m.Actions.OnTime.Value()
	require.False(t, ok)
	require.Equal(t, map[string]int{"C-3": 1}, aged(m.Actions.Overdue), "what needs none of it is known")

	empty := measure(t, quality.Source{Actions: stream([]quality.Action{}), ActionChanges: stream([]quality.Change{})}, terms2026(t))
	require.True(t, empty.Actions.Closed.Known())
	_, ok = empty.Actions.OnTime.Value()
	require.False(t, ok, "of none closed, neither all nor none were on time")
}

func TestMeasureSaysWhatIsWrong(t *testing.T) {
	broken := errors.New("connection lost")
	s := newWorld().source()
	s.Findings = func(yield func(quality.Finding, error) bool) { yield(quality.Finding{}, broken) }
	_, err := quality.Measure(s, terms2026(t))
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "read Source.Findings")

	for want, change := range map[string]func(*quality.Terms){
		"Terms.Now is not set":            func(t *quality.Terms) { t.Now = time.Time{} },
		"Terms.Period is not set":         func(t *quality.Terms) { t.Period = quality.Period{} },
		"ends before it begins":           func(t *quality.Terms) { t.Period.Last = t.Period.First - 1 },
		"Terms.DraftDays is -1":           func(t *quality.Terms) { t.DraftDays = -1 },
		"clauses have 4 levels":           func(t *quality.Terms) { t.RepeatLevel = 5 },
		`edition "ISO 9001" is not known`: func(t *quality.Terms) { t.Edition = "ISO 9001" },
	} {
		terms := terms2026(t)
		change(&terms)
		_, err := quality.Measure(newWorld().source(), terms)
		require.ErrorContains(t, err, want)
	}
	_, err = quality.NewPeriod("2026-02-30", "2026-03-01")
	require.ErrorContains(t, err, `the first day of the period is "2026-02-30"`)
}
