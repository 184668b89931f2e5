package report_test

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/quality"
	"github.com/isoaudit/isoaudit-go/quality/report"
)

func at(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
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

var basis = report.Basis{
	Organization: "Pumps & Sons",
	Terms:        quality.Terms{Now: at("2026-11-28").Add(9 * time.Hour), Period: quality.Year(2026)},
	Checkpoint:   report.Checkpoint{Origin: "audit.example.com/trail", Size: 412, Root: "3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
}

// records are an audit with its findings and actions.
func records() (quality.Audit, []quality.Finding, []quality.Action, []quality.Change, []quality.Review) {
	lena, omar := quality.Person{ID: "u1", Name: "lena"}, quality.Person{ID: "u2", Name: "omar"}
	audit := quality.Audit{
		ID: "p1", Ref: "IA-2026-007", Site: "PLANT-07", Clauses: "8.5.1, 8.4; house rules", Scope: "Assembly of pump series A", Lead: lena,
		Planned: at("2026-03-02"), Status: "completed",
	}
	findings := []quality.Finding{
		{ID: "f2", Ref: "F-002", Audit: "p1", Type: "ofi", Grade: "none", Clause: "8.4", Statement: "Suppliers could see their figures.", Evidence: "Talk with buying.", Created: at("2026-03-03")},
		{
			ID: "f1", Ref: "F-001", Audit: "p1", Type: "nonconformity", Grade: "major", Clause: "8.5.1 c)", Reporter: lena, Created: at("2026-03-02"),
			Statement: `Torque is not recorded <script>alert("1")</script>.`, Evidence: "Travellers of 20 pumps, 6 without a value.",
		},
	}
	actions := []quality.Action{
		{ID: "c1", Ref: "CAPA-001", Finding: "f1", Description: "Record torque in the traveller.", Owner: omar, Created: at("2026-03-05"), Due: at("2026-04-05"), Closed: at("2026-04-01"), Status: "closed", Verification: "20 travellers seen, all with a value."},
		{ID: "c2", Ref: "CAPA-002", Finding: "f1", Description: "Train the night shift.", Owner: omar, Created: at("2026-03-05"), Due: at("2026-11-20"), Status: "in_progress"},
	}
	changes := []quality.Change{
		{ID: "c1", At: at("2026-03-05"), Created: true, Status: "open", Day: at("2026-03-20")},
		{ID: "c1", At: at("2026-03-15"), Day: at("2026-04-05")},
		{ID: "c1", At: at("2026-04-01"), Status: "closed"},
		{ID: "c2", At: at("2026-03-05"), Created: true, Status: "in_progress", Day: at("2026-11-20")},
	}
	reviews := []quality.Review{{ID: "r1", Audit: "p1", Reviewer: omar, Date: at("2026-05-01"), Summary: "A useful audit.", NextStep: "Show suppliers their figures."}}
	return audit, findings, actions, changes, reviews
}

func measures(t *testing.T) quality.Measures {
	t.Helper()
	audit, findings, actions, changes, reviews := records()
	m, err := quality.Measure(quality.Source{
		Audits: stream([]quality.Audit{audit}), Findings: stream(findings), Actions: stream(actions), Reviews: stream(reviews),
		ActionChanges: stream(changes),
	}, basis.Terms)
	require.NoError(t, err)
	return m
}

// written writes a report twice and gives what both agree on. REPORT_DIR keeps the
// files for looking at them.
func written(t *testing.T, name string, write func(*bytes.Buffer) error) *document {
	t.Helper()
	var first, second bytes.Buffer
	require.NoError(t, write(&first))
	require.NoError(t, write(&second))
	require.Equal(t, first.String(), second.String(), "the same input gives the same bytes")
	if dir := os.Getenv("REPORT_DIR"); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".html"), first.Bytes(), 0o600))
	}
	d := parse(t, first.String())
	require.Contains(t, d.text, "Pumps & Sons")
	require.Contains(t, d.row(t, "Checkpoint of the audit trail")[0], "audit.example.com/trail, 412 events, root 3q2+7w")
	require.Contains(t, d.row(t, "State of the records")[0], "2026-11-28 09:00:00")
	checkContrast(t, first.String())
	return d
}

func auditReport() report.AuditReport {
	audit, findings, actions, _, reviews := records()
	return report.AuditReport{Audit: audit, Findings: findings, Actions: actions, Reviews: reviews}
}

func TestAuditReport(t *testing.T) {
	a := auditReport()
	a.Words = report.AuditWords{Objectives: "Whether torque is under control.", Conclusions: "It is not yet.", Disagreements: "None."}
	d := written(t, "audit", func(w *bytes.Buffer) error { return report.Audit(w, basis, a) })
	require.Equal(t, "1 Audit report IA-2026-007", d.headings[0])
	require.Equal(t, "Assembly of pump series A", d.row(t, "Scope")[0])
	require.Equal(t, "ISO 9001:2015+A1:2024\n8.4 Suppliers\n8.5.1 Controlled conditions\nhouse rules (no clause of this edition)", d.row(t, "Criteria")[0])
	require.Equal(t, []string{
		"nonconformity, major", "8.5.1 c)", `Torque is not recorded <script>alert("1")</script>.`, "Travellers of 20 pumps, 6 without a value.",
		"CAPA-001 closed\nCAPA-002 in_progress", "2026-03-02",
	}, d.row(t, "F-001"))
	require.NotContains(t, d.html, "<script")
	require.Less(t, strings.Index(d.text, "F-001"), strings.Index(d.text, "F-002"), "nonconformities first")
	require.Contains(t, d.behind(t, "nonconformity, major"), "Counted: F-001 (f1)")
	require.Contains(t, d.text, "An audit looks at samples.")
	_, lacking, found := strings.Cut(d.text, "What the data do not say")
	require.True(t, found)
	for _, one := range []string{"Client", "Team besides", "Participants", "Dates and places", "How far the criteria are fulfilled"} {
		require.Contains(t, lacking, one)
	}
	for _, one := range []string{"Objectives", "Conclusions\n", "Disagreements"} {
		require.NotContains(t, lacking, one)
	}
	require.Equal(t, "Not recorded.", d.row(t, "Client")[0])
}

func TestNonconformitySheet(t *testing.T) {
	audit, findings, actions, changes, _ := records()
	d := written(t, "nonconformity", func(w *bytes.Buffer) error {
		return report.Nonconformity(w, basis, report.NonconformitySheet{Finding: findings[1], Audit: audit, Actions: actions, Changes: changes})
	})
	require.Equal(t, "1 Nonconformity F-001", d.headings[0])
	require.Equal(t, []string{"Record torque in the traveller.", "omar", "2026-04-05", "closed", "2026-04-01", "20 travellers seen, all with a value."}, d.row(t, "CAPA-001 (c1)"))
	require.Equal(t, []string{"CAPA-001", "due 2026-04-05"}, d.row(t, "2026-03-15"), "an extension shows")
	require.Equal(t, "Not recorded.", d.row(t, "Cause")[0])

	d = written(t, "finding", func(w *bytes.Buffer) error {
		return report.Nonconformity(w, basis, report.NonconformitySheet{Finding: findings[0], Audit: audit})
	})
	require.Equal(t, "1 Finding F-002", d.headings[0])
	require.Contains(t, d.text, "No corrective action is recorded for this finding.")
	require.Contains(t, d.text, "the audit trail was not read")
}

func TestActionLog(t *testing.T) {
	_, findings, actions, _, _ := records()
	m := measures(t)
	d := written(t, "actions", func(w *bytes.Buffer) error {
		return report.ActionLog(w, basis, report.Log{Measures: m, Actions: actions, Findings: findings})
	})
	require.Equal(t, []string{"F-001", "8.5.1 c)", "Train the night shift.", "omar", "2026-03-05", "2026-11-20", "in_progress", "8 days overdue", "not closed", "Not recorded."}, d.row(t, "CAPA-002 (c2)"))
	require.Equal(t, []string{"1", ""}, d.row(t, "Overdue"))
	require.Contains(t, d.behind(t, "Overdue"), "Counted: CAPA-002 (c2)")
	require.Equal(t, []string{"100 %", "1 of 1"}, d.row(t, "Closed on time"))
	require.Equal(t, []string{"0 %", "0 of 1"}, d.row(t, "Closed by the first due date"))
	require.Contains(t, d.behind(t, "Closed by the first due date"), "Of these: CAPA-001 (c1)")
	require.Equal(t, []string{"not known", "needs whether actions were effective"}, d.row(t, "Effective, of those checked"))
}

func TestManagementReview(t *testing.T) {
	_, _, _, _, reviews := records()
	input := report.ReviewInput{Measures: measures(t), Reviews: reviews, Words: map[report.Input]string{report.InputResources: "Two auditors left."}}
	d := written(t, "review", func(w *bytes.Buffer) error { return report.ManagementReview(w, basis, input) })
	require.Equal(t, "2 9.3.2 a) What became of earlier decisions", d.headings[1])
	require.Equal(t, "2 9.3.2 f) Chances to improve", d.headings[12])
	require.Equal(t, []string{"omar", "Show suppliers their figures.", "r1"}, d.row(t, "2026-05-01"))
	require.Contains(t, d.text, "Two auditors left.")
	require.Equal(t, []string{"1", ""}, d.row(t, "Nonconformities against: 8.5 Production and service"))
	require.Equal(t, []string{"IA-2026-007 (p1)", "IA-2026-007 (p1)"}, d.row(t, "8.4 Suppliers"))
	require.Contains(t, d.text, "look at 2 of the 28 clauses of ISO 9001:2015+A1:2024, those done looked at 2.")
	require.Equal(t, []string{"not known", "needs the trail of audits"}, d.row(t, "Moved to a later day"))
	require.Equal(t, 6, strings.Count(d.text, "nobody has written about it here"), "b, c1, c2, c5, c7 and e lack, d does not")
	require.Equal(t, "24 months back, at the same site and the same clause of level 3", d.row(t, "A repeat is looked for")[0])
	require.NotContains(t, d.text, "are empty")

	input.Words = map[report.Input]string{"z": "?"}
	require.ErrorContains(t, report.ManagementReview(&bytes.Buffer{}, basis, input), `Words has input "z": use one of a, b, c1`)
}

func TestAnEmptyPeriodSaysSo(t *testing.T) {
	terms := basis.Terms
	terms.Period = quality.Year(2020)
	audit, findings, actions, changes, _ := records()
	m, err := quality.Measure(quality.Source{Audits: stream([]quality.Audit{audit}), Findings: stream(findings), Actions: stream(actions), ActionChanges: stream(changes)}, terms)
	require.NoError(t, err)
	d := written(t, "empty", func(w *bytes.Buffer) error { return report.ManagementReview(w, basis, report.ReviewInput{Measures: m}) })
	require.Contains(t, d.text, "The records of the period 2020-01-01 to 2020-12-31 are empty")
	require.Equal(t, []string{"no answer", "there are none to judge"}, d.row(t, "Done, of those planned"))

	d = written(t, "empty-log", func(w *bytes.Buffer) error { return report.ActionLog(w, basis, report.Log{Measures: m}) })
	require.Contains(t, d.text, "There are no corrective actions.")
	d = written(t, "empty-audit", func(w *bytes.Buffer) error { return report.Audit(w, basis, report.AuditReport{Audit: audit}) })
	require.Contains(t, d.text, "No findings are recorded for this audit.")
}

func TestAReportIsWholeOrNothing(t *testing.T) {
	a := auditReport()
	for i := range 9000 {
		a.Findings = append(a.Findings, quality.Finding{ID: fmt.Sprint("f", i), Ref: fmt.Sprint("F-", i), Statement: "The gauge has no label, and neither has the other."})
	}
	var out bytes.Buffer
	err := report.Audit(&out, basis, a)
	require.ErrorIs(t, err, report.ErrTooLarge)
	require.ErrorContains(t, err, "at most 1048576: choose a shorter period or fewer records")
	require.Empty(t, out.Bytes())

	require.ErrorContains(t, report.Audit(&out, report.Basis{}, auditReport()), "Basis.Terms.Now is not set")
	require.ErrorContains(t, report.ManagementReview(&out, basis, report.ReviewInput{}), "no measures")
	unsealed := basis
	unsealed.Checkpoint = report.Checkpoint{}
	require.NoError(t, report.Audit(&out, unsealed, auditReport()))
	require.Contains(t, out.String(), "none: the records were read without a sealed trail")
}
