package quality_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

// Each key figure that managers ask for, computed by hand over the small company of
// newWorld as it was on 28 November 2026. How is in the comment beside it.
func TestEveryKeyFigureByHand(t *testing.T) {
	w := newWorld()
	w.actions[1].Effectiveness, w.actions[2].Effectiveness = quality.Effective, quality.Ineffective
	w.documents[0].NextReview = date("2026-12-12")
	m := measure(t, w.source(), terms2026(t))
	f, a, p, d := m.Findings, m.Actions, m.Audits, m.Documents

	share := func(r quality.Ratio) string {
		v, ok := r.Value()
		return fmt.Sprintf("%d/%d=%.3f %v", r.Part.Count(), r.Of.Count(), v, ok)
	}
	days := func(days float64, ok bool) string { return fmt.Sprint(days, ok) }
	covered, of := p.Coverage.Planned()

	for figure, one := range map[string]struct{ got, want any }{
		// F-2, F-6 have no action, F-5 and F-3 unfinished ones; F-0 and F-1 closed ones.
		"open findings":             {refs(f.Open.Entries), []string{"F-2", "F-3", "F-5", "F-6"}},
		"open findings by clause":   {keys(f.OpenByClause), map[string][]string{"8.4": {"F-3", "F-5"}}},
		"open findings by severity": {keys(f.OpenByGrade), map[string][]string{"major": {"F-2"}, "minor": {"F-5", "F-6"}, "none": {"F-3"}}},
		"open findings by site":     {keys(f.OpenBySite), map[string][]string{"SOUTH": {"F-2", "F-3", "F-5"}}},
		"open findings by type":     {keys(f.OpenByType), map[string][]string{"nonconformity": {"F-2", "F-5", "F-6"}, "ofi": {"F-3"}}},
		// 6 May to 28 November: 25 + 30 + 31 + 31 + 30 + 31 + 28 days.
		"major without action": {aged(f.MajorWithoutAction), map[string]int{"F-2": 206}},
		// C-3 30 days, C-4 31, C-7 88, C-5 119.
		"ageing":              {keys(a.Ageing), map[string][]string{"0-30": {"C-3"}, "31-60": {"C-4"}, "61-90": {"C-7"}, ">90": {"C-5"}}},
		"overdue, days":       {aged(a.Overdue), map[string]int{"C-3": 1}},
		"due in 14 days":      {aged(a.DueSoon), map[string]int{"C-4": 0, "C-5": 14}},
		"closed on time":      {share(a.OnTime), "1/2=0.500 true"},        // C-1 a day early, C-2 a day late
		"on time at first":    {share(a.OnTimeAtFirst), "0/2=0.000 true"}, // C-1 had been due on 31 January
		"extended":            {refs(a.Extended.Entries), []string{"C-1", "C-4"}},
		"closure rate":        {share(a.ClosureRate), "2/9=0.222 true"}, // all but C-0 were opened in 2026
		"mean days to close":  {days(a.DaysToClose.Mean()), "39.5 true"},
		"median of the days":  {days(a.DaysToClose.Median()), "39.5 true"}, // 49 and 30
		"overdue in October":  {refs(a.OverdueAtMonths[9].Entries), []string{"C-4"}},
		"overdue in November": {len(a.OverdueAtMonths), 10}, // it has not ended
		"effective":           {share(a.Effective), "1/2=0.500 true"},
		"sent back":           {share(a.SentBack), "1/3=0.333 true"}, // C-1 twice to verification and once back, C-5 once
		// F-1 against 8.5.1 at NORTH, as F-0 half a year before; of F-1 and F-5, whose site and clause are known.
		"repeats":                   {share(f.Repeats), "1/2=0.500 true"},
		"repeats after closing":     {refs(f.RepeatsAfterClosing.Entries), []string{"F-1"}},
		"programme":                 {share(p.Programme), "2/4=0.500 true"},
		"begun on time":             {share(p.StartedOnTime), "1/2=0.500 true"},
		"moved audits":              {refs(p.Moved.Entries), []string{"A-2026-2"}},
		"clause coverage":           {fmt.Sprint(covered, " of ", of), "4 of 28"}, // 8.4, 8.5, 8.6, 9.2
		"findings per audit":        {share(f.PerAudit), "5/2=2.500 true"},        // F-1; F-2 to F-5
		"nonconformities by person": {keys(f.ByReporter), map[string][]string{"lena": {"F-1"}, "omar": {"F-2", "F-5", "F-6"}}},
		"nonconformities by lead":   {keys(f.ByLead), map[string][]string{"lena": {"F-1"}, "omar": {"F-2", "F-5"}}},
		"documents due for review":  {aged(d.DueForReview), map[string]int{"QP-3 rev. A": 0}},
		"due for review soon":       {aged(d.ReviewSoon), map[string]int{"QP-1 rev. 1": 14}},
		"several in force":          {keys(d.ManyEffective), map[string][]string{"QP-1": {"QP-1 rev. 1", "QP-1 rev. 2"}}},
		"in force too early":        {refs(d.EffectiveTooEarly.Entries), []string{"QP-1 rev. 2"}},
		"old drafts":                {aged(d.OldDrafts), map[string]int{"QP-2 rev. A": 119}},
		"approved by the owner":     {refs(d.OwnerApproved.Entries), []string{"QP-1 rev. 2"}},
	} {
		require.Equal(t, one.want, one.got, figure)
	}
}

// Where a figure changes from one day, and one record, to the next.
func TestKeyFiguresAtTheirEdges(t *testing.T) {
	// Due 14 and 15 days from 28 November, created 30, 31, 60, 61, 90 and 91 days before it.
	due := map[string]string{"14": "2026-12-12", "15": "2026-12-13"}
	created := map[string]string{"30": "2026-10-29", "31": "2026-10-28", "60": "2026-09-29", "61": "2026-09-28", "90": "2026-08-30", "91": "2026-08-29"}
	var open []quality.Action
	for ref, day := range due {
		open = append(open, quality.Action{ID: ref, Ref: ref, Status: isoaudit.CAPAOpen, Due: date(day)})
	}
	for ref, day := range created {
		open = append(open, quality.Action{ID: ref, Ref: ref, Status: isoaudit.CAPAOpen, Created: at(day)})
	}
	f := measure(t, quality.Source{Actions: stream(open)}, terms2026(t)).Actions
	require.Equal(t, map[string]int{"14": 14}, aged(f.DueSoon))
	require.Equal(t, map[string][]string{"0-30": {"30"}, "31-60": {"31", "60"}, "61-90": {"61", "90"}, ">90": {"91"}}, keys(f.Ageing))

	// Three were closed after 1, 2 and 9 days, of which one was opened in 2026, and one was cancelled.
	closed := []quality.Action{
		{ID: "1", Ref: "1", Status: isoaudit.CAPAClosed, Created: at("2025-12-31"), Closed: at("2026-01-01"), Due: date("2026-01-01")},
		{ID: "2", Ref: "2", Status: isoaudit.CAPAClosed, Created: at("2025-12-31"), Closed: at("2026-01-02"), Due: date("2026-01-01")},
		{ID: "9", Ref: "9", Status: isoaudit.CAPAClosed, Created: at("2026-12-22"), Closed: at("2026-12-31"), Due: date("2026-12-31")},
		{ID: "x", Ref: "x", Status: isoaudit.CAPACancelled, Created: at("2025-12-31"), Closed: at("2026-01-01")},
	}
	f = measure(t, quality.Source{Actions: stream(closed)}, terms2026(t)).Actions
	require.Equal(t, 3.0, value(t, f.ClosureRate), "more were closed than opened")
	require.Equal(t, []string{"1", "9"}, refs(f.OnTime.Part.Entries), "on the day is on time")
	mean, _ := f.DaysToClose.Mean()
	median, _ := f.DaysToClose.Median()
	require.Equal(t, [2]float64{4, 2}, [2]float64{mean, median})

	// A nonconformity whose actions were all cancelled is open again; an observation is not.
	findings := []quality.Finding{
		{ID: "f1", Ref: "F-1", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMajor, Created: at("2026-10-29")},
		{ID: "f2", Ref: "F-2", Type: isoaudit.FindingObservation, Created: at("2026-10-29")},
		{ID: "f3", Ref: "F-3", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMajor, Created: at("2026-10-29")},
		{ID: "f4", Ref: "F-4", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityCritical, Created: at("2026-10-28")},
	}
	actions := []quality.Action{
		{ID: "1", Finding: "f1", Status: isoaudit.CAPACancelled}, {ID: "2", Finding: "f2", Status: isoaudit.CAPACancelled},
	}
	found := measure(t, quality.Source{Findings: stream(findings), Actions: stream(actions)}, terms2026(t)).Findings
	require.Equal(t, []string{"F-1", "F-3", "F-4"}, refs(found.Open.Entries))
	require.Equal(t, map[string]int{"F-4": 31}, aged(found.MajorWithoutAction), "30 days are allowed")
}
