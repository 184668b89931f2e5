package quality_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

// drawTime is some instant around the period, now and then none.
func drawTime(t *rapid.T, label string) time.Time {
	hours := rapid.IntRange(-20_000, 12_000).Draw(t, label)
	if hours%17 == 0 {
		return time.Time{}
	}
	return at("2026-11-28").Add(time.Duration(hours) * time.Hour)
}

func drawAction(t *rapid.T, i int) quality.Action {
	return quality.Action{
		ID: fmt.Sprint("c", i), Ref: fmt.Sprint("C-", i),
		Finding: fmt.Sprint("f", rapid.IntRange(0, 5).Draw(t, "finding")),
		Owner:   quality.Person{ID: rapid.SampledFrom([]string{"", "u1", "u2"}).Draw(t, "owner")},
		Status:  isoaudit.CAPAStatus(rapid.SampledFrom([]string{"open", "in_progress", "pending_verification", "closed", "cancelled", "", "?"}).Draw(t, "status")),
		Due:     drawTime(t, "due"), Created: drawTime(t, "created"), Closed: drawTime(t, "closed"),
	}
}

func drawFinding(t *rapid.T, i int) quality.Finding {
	return quality.Finding{
		ID: fmt.Sprint("f", i), Ref: fmt.Sprint("F-", i), Audit: fmt.Sprint("p", rapid.IntRange(0, 3).Draw(t, "audit")),
		Type:    isoaudit.FindingType(rapid.SampledFrom([]string{"nonconformity", "observation", "ofi", "?"}).Draw(t, "type")),
		Grade:   isoaudit.Severity(rapid.SampledFrom([]string{"major", "minor", "none"}).Draw(t, "grade")),
		Clause:  rapid.SampledFrom([]string{"", "8.5", "8.5.1 c)", "8.4, 9.2", "everything"}).Draw(t, "clause"),
		Created: drawTime(t, "created"),
	}
}

func drawWorld(t *rapid.T) *world {
	w := &world{}
	for i := range rapid.IntRange(0, 4).Draw(t, "audits") {
		w.audits = append(w.audits, quality.Audit{
			ID: fmt.Sprint("p", i), Ref: fmt.Sprint("A-", i), Site: rapid.SampledFrom([]string{"", "N", "S"}).Draw(t, "site"),
			Planned: drawTime(t, "planned"), Clauses: "8.5",
			Status: isoaudit.PlanStatus(rapid.SampledFrom([]string{"planned", "completed", "closed", "cancelled"}).Draw(t, "status")),
		})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "findings") {
		w.findings = append(w.findings, drawFinding(t, i))
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "actions") {
		w.actions = append(w.actions, drawAction(t, i))
	}
	return w
}

func TestMoreRecordsNeverHideOthers(t *testing.T) {
	terms := terms2026(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := measure(t, w.source(), terms)
		more := drawAction(t, 100)
		more.Status, more.Finding = isoaudit.CAPAOpen, "f0"
		w.actions = append(w.actions, more)
		after := measure(t, w.source(), terms)
		require.Subset(t, slices.Collect(after.Actions.Overdue.Entries.All()), slices.Collect(before.Actions.Overdue.Entries.All()), "an open action lowers no overdue count")
		require.Subset(t, slices.Collect(after.Actions.DueSoon.Entries.All()), slices.Collect(before.Actions.DueSoon.Entries.All()))
		require.Equal(t, before.Actions.Open.Count()+1, after.Actions.Open.Count())
		require.Subset(t, slices.Collect(after.Findings.Open.Entries.All()), slices.Collect(before.Findings.Open.Entries.All()), "an open action settles no finding")
		require.Equal(t, listed(before.Actions.Closed), listed(after.Actions.Closed))

		w.findings = append(w.findings, drawFinding(t, 100))
		last := measure(t, w.source(), terms)
		require.Subset(t, slices.Collect(last.Findings.Open.Entries.All()), slices.Collect(after.Findings.Open.Entries.All()))
		require.Subset(t, slices.Collect(last.Findings.Repeats.Part.Entries.All()), slices.Collect(after.Findings.Repeats.Part.Entries.All()), "a finding more leaves repeats what they are")
		require.Equal(t, after.Actions, last.Actions)
	})
}

// Each record is counted once or is said to be unknown: none is lost.
func TestNoRecordIsLost(t *testing.T) {
	terms := terms2026(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		m := measure(t, w.source(), terms)
		a := m.Actions
		require.Equal(t, a.Open.Count(), a.Age.Count()+a.Age.Unknown.Len())
		require.Equal(t, a.Open.Count(), groupSum(a.Ageing)+a.Ageing.Unknown.Len())
		require.Equal(t, a.Open.Count(), groupSum(a.ByOwner)+a.ByOwner.Unknown.Len())
		require.Len(t, w.actions, groupSum(a.ByStatus)+a.ByStatus.Unknown.Len())
		require.LessOrEqual(t, a.Overdue.Count()+a.DueSoon.Count()+a.Overdue.Unknown.Len(), a.Open.Count())
		f := m.Findings
		require.Equal(t, f.Raised.Count(), groupSum(f.ByType)+f.ByType.Unknown.Len())
		require.Equal(t, f.Open.Count(), groupSum(f.OpenBySite)+f.OpenBySite.Unknown.Len())
		require.LessOrEqual(t, f.Repeats.Part.Count(), f.Repeats.Of.Count())
		require.Equal(t, m.Audits.Planned.Count(), groupSum(m.Audits.BySite)+m.Audits.BySite.Unknown.Len())
		require.Equal(t, m, measure(t, w.reversed().source(), terms), "the order of the records changes nothing")
		require.True(t, slices.IsSortedFunc(slices.Collect(a.Overdue.Entries.All()), func(x, y quality.Aged) int { return y.Days - x.Days }))
	})
}

// listed are the records of a number, and those that could not be judged.
func listed(n quality.Number) [2][]quality.Entry {
	return [2][]quality.Entry{slices.Collect(n.Entries.All()), slices.Collect(n.Unknown.All())}
}

func groupSum(g quality.Groups) int {
	sum := 0
	for _, one := range g.Groups {
		sum += one.Entries.Len()
	}
	return sum
}
