package quality_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

// world is a small company whose figures were computed by hand.
type world struct {
	audits        []quality.Audit
	findings      []quality.Finding
	actions       []quality.Action
	documents     []quality.Document
	reviews       []quality.Review
	auditChanges  []quality.Change
	actionChanges []quality.Change
}

func (w *world) source() quality.Source {
	return quality.Source{
		Audits: stream(w.audits), Findings: stream(w.findings), Actions: stream(w.actions), Documents: stream(w.documents), Reviews: stream(w.reviews),
		AuditChanges: stream(w.auditChanges), ActionChanges: stream(w.actionChanges),
	}
}

func stream[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range list {
			if !yield(one, nil) {
				return
			}
		}
	}
}

func measure(t require.TestingT, s quality.Source, terms quality.Terms) quality.Measures {
	m, err := quality.Measure(s, terms)
	require.NoError(t, err)
	return m
}

// at is noon UTC of a day.
func at(day string) time.Time { return date(day).Add(12 * time.Hour) }

// date is a day as Parse stores one: midnight UTC.
func date(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

// terms2026 look at the year 2026 from 28 November, in Berlin.
func terms2026(t require.TestingT) quality.Terms {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	return quality.Terms{Now: at("2026-11-28"), Zone: berlin, Period: quality.Year(2026)}
}

func refs(entries quality.Entries) []string {
	list := []string{}
	for e := range entries.All() {
		list = append(list, e.Ref)
	}
	return list
}

// aged gives references and days.
func aged(ages quality.Ages) map[string]int {
	days := map[string]int{}
	for e := range ages.Entries.All() {
		days[e.Ref] = e.Days
	}
	return days
}

func keys(g quality.Groups) map[string][]string {
	groups := map[string][]string{}
	for _, one := range g.Groups {
		groups[one.Key] = refs(one.Entries)
	}
	return groups
}

func newWorld() *world {
	lena, omar := quality.Person{ID: "u1", Name: "lena"}, quality.Person{ID: "u2", Name: "omar"}
	w := &world{
		audits: []quality.Audit{
			{ID: "p0", Ref: "A-2025-1", Site: "NORTH", Clauses: "8.5", Lead: lena, Planned: date("2025-06-10"), Status: isoaudit.PlanClosed},
			{ID: "p1", Ref: "A-2026-1", Site: "NORTH", Clauses: "8.5.1 c), 9.2", Lead: lena, Planned: date("2026-01-01"), Status: isoaudit.PlanClosed},
			{ID: "p2", Ref: "A-2026-2", Site: "SOUTH", Clauses: "8.4 - 8.6", Lead: omar, Planned: date("2026-05-05"), Status: isoaudit.PlanCompleted},
			{ID: "p3", Ref: "A-2026-3", Site: "SOUTH", Clauses: "internal rules", Lead: omar, Planned: date("2026-11-20"), Status: isoaudit.PlanPlanned},
			{ID: "p4", Ref: "A-2026-4", Site: "NORTH", Clauses: "", Lead: lena, Planned: date("2026-12-31"), Status: isoaudit.PlanPlanned},
			{ID: "p5", Ref: "A-2026-5", Site: "NORTH", Clauses: "7", Lead: lena, Planned: date("2026-08-01"), Status: isoaudit.PlanCancelled},
			{ID: "p6", Ref: "A-2026-6", Site: "NORTH", Clauses: "5", Lead: lena, Status: isoaudit.PlanPlanned},
		},
		findings: []quality.Finding{
			{ID: "f0", Ref: "F-0", Audit: "p0", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMinor, Clause: "8.5.1", Reporter: lena, Created: at("2025-06-11")},
			{ID: "f1", Ref: "F-1", Audit: "p1", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMajor, Clause: "8.5.1 c)", Reporter: lena, Created: at("2026-01-02")},
			{ID: "f2", Ref: "F-2", Audit: "p2", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMajor, Clause: "8.5.10", Reporter: omar, Created: at("2026-05-06")},
			{ID: "f3", Ref: "F-3", Audit: "p2", Type: isoaudit.FindingOFI, Grade: isoaudit.SeverityNone, Clause: "8.4", Reporter: omar, Created: at("2026-05-06")},
			{ID: "f4", Ref: "F-4", Audit: "p2", Type: "remark", Grade: isoaudit.SeverityMinor, Clause: "8.4", Reporter: omar, Created: at("2026-05-06")},
			{ID: "f5", Ref: "F-5", Audit: "p2", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMinor, Clause: "8.4.2", Reporter: omar, Created: at("2026-05-07")},
			{ID: "f6", Ref: "F-6", Audit: "gone", Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMinor, Clause: "", Reporter: omar, Created: at("2026-05-07")},
		},
		documents: []quality.Document{
			{ID: "d1", Number: "QP-1", Revision: "1", Status: isoaudit.DocumentEffective, Owner: lena, Approver: omar, EffectiveFrom: date("2025-01-15")},
			{ID: "d2", Number: "QP-1", Revision: "2", Status: isoaudit.DocumentEffective, Owner: lena, Approver: lena, EffectiveFrom: date("2026-12-01")},
			{ID: "d3", Number: "QP-2", Revision: "A", Status: isoaudit.DocumentDraft, Owner: lena, Created: at("2026-08-01")},
			{ID: "d4", Number: "QP-3", Revision: "A", Status: isoaudit.DocumentEffective, NextReview: date("2026-11-28")},
		},
		reviews: []quality.Review{
			{ID: "r1", Audit: "p1", Reviewer: omar, Date: date("2026-02-01"), NextStep: "Train the shift."},
			{ID: "r2", Audit: "p0", Reviewer: omar, Date: date("2025-07-01")},
		},
	}
	for _, c := range []struct {
		id, ref, finding, owner, due string
		created                      string
		status                       isoaudit.CAPAStatus
		trail                        []quality.Change
	}{
		{"c0", "C-0", "f0", "u1", "2025-09-01", "2025-07-01", isoaudit.CAPAClosed, []quality.Change{
			{At: at("2025-07-01"), Created: true, Status: "open", Day: date("2025-09-01")},
			{At: at("2025-08-30"), Status: "closed"},
		}},
		// Extended from 31 January, sent back once, closed after 49 days: late at first, on time now.
		{"c1", "C-1", "f1", "u1", "2026-03-01", "2026-01-10", isoaudit.CAPAClosed, []quality.Change{
			{At: at("2026-01-10"), Created: true, Status: "open", Day: date("2026-01-31")},
			{At: at("2026-01-31"), Day: date("2026-03-01")},
			{At: at("2026-02-10"), Status: "pending_verification"},
			{At: at("2026-02-11"), Status: "in_progress"},
			{At: at("2026-02-20"), Status: "pending_verification"},
			{At: at("2026-02-28"), Status: "closed"},
		}},
		// Closed one day late, after 30 days.
		{"c2", "C-2", "f1", "u2", "2026-03-11", "2026-02-10", isoaudit.CAPAClosed, []quality.Change{
			{At: at("2026-02-10"), Created: true, Status: "open", Day: date("2026-03-11")},
			{At: at("2026-03-12"), Status: "closed"},
		}},
		{"c3", "C-3", "f5", "u2", "2026-11-27", "2026-10-29", isoaudit.CAPAOpen, []quality.Change{
			{At: at("2026-10-29"), Created: true, Status: "open", Day: date("2026-11-27")},
		}},
		{"c4", "C-4", "f5", "", "2026-11-28", "2026-10-28", isoaudit.CAPAInProgress, []quality.Change{
			{At: at("2026-10-28"), Created: true, Status: "in_progress", Day: date("2026-10-30")},
			{At: at("2026-11-02"), Day: date("2026-11-28")},
		}},
		{"c5", "C-5", "f3", "u1", "2026-12-12", "2026-08-01", isoaudit.CAPAPendingVerification, []quality.Change{
			{At: at("2026-11-20"), Status: "pending_verification"},
		}},
		{"c6", "C-6", "f3", "u1", "2026-12-13", "2026-08-31", "on hold", nil},
		{"c7", "C-7", "f3", "u1", "", "2026-09-01", isoaudit.CAPAOpen, nil},
		// Closed, but nobody knows when.
		{"c8", "C-8", "f3", "u1", "2026-05-01", "2026-04-01", isoaudit.CAPAClosed, nil},
		{"c9", "C-9", "f3", "u1", "2026-05-01", "2026-04-01", isoaudit.CAPACancelled, nil},
	} {
		action := quality.Action{ID: c.id, Ref: c.ref, Finding: c.finding, Owner: quality.Person{ID: c.owner}, Status: c.status, Created: at(c.created)}
		if c.due != "" {
			action.Due = date(c.due)
		}
		w.actions = append(w.actions, action)
		for _, change := range c.trail {
			change.ID = c.id
			w.actionChanges = append(w.actionChanges, change)
		}
	}
	w.auditChanges = []quality.Change{
		{ID: "p1", At: at("2025-12-01"), Created: true, Status: "planned", Day: date("2026-01-01")},
		{ID: "p1", At: at("2026-01-01"), Status: "in_progress"},
		{ID: "p2", At: at("2025-12-01"), Created: true, Status: "planned", Day: date("2026-04-05")},
		{ID: "p2", At: at("2026-04-01"), Day: date("2026-05-05")},
		{ID: "p2", At: at("2026-05-05"), Status: "in_progress"},
		{ID: "p2", At: at("2026-05-08"), Status: "completed"},
		{ID: "p3", At: at("2025-12-01"), Created: true, Status: "planned", Day: date("2026-11-20")},
	}
	return w
}

// reversed gives the same records in the other order.
func (w *world) reversed() *world {
	turned := &world{
		slices.Clone(w.audits), slices.Clone(w.findings), slices.Clone(w.actions), slices.Clone(w.documents), slices.Clone(w.reviews),
		slices.Clone(w.auditChanges), slices.Clone(w.actionChanges),
	}
	slices.Reverse(turned.audits)
	slices.Reverse(turned.findings)
	slices.Reverse(turned.actions)
	slices.Reverse(turned.documents)
	slices.Reverse(turned.reviews)
	slices.Reverse(turned.auditChanges)
	slices.Reverse(turned.actionChanges)
	return turned
}

func TestMeasureDoesNotDependOnTheOrder(t *testing.T) {
	w := newWorld()
	require.Equal(t, measure(t, w.source(), terms2026(t)), measure(t, w.reversed().source(), terms2026(t)))
}
