package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// columns are the first line of a register of findings.
var columns = []string{"finding", "audit", "kind", "clause", "statement", "evidence", "severity", "reporter"}

// bring makes the server have the findings of a register, and writes what became of them:
// each row that was refused, and how many were created, updated and unchanged. Run again
// after an interruption, it goes on.
func bring(ctx context.Context, client *isoaudit.Client, register io.Reader, report io.Writer) error {
	rows, err := read(ctx, client, register)
	if err != nil {
		return err
	}
	counts := map[parse.UpsertKind]int{}
	for done, err := range client.AuditFindings.Upsert(ctx, rows, isoaudit.AuditFindingFields.FindingRef) {
		if err != nil {
			return err
		}
		counts[done.Kind]++
		if done.Err != nil {
			fmt.Fprintf(report, "row %d, %s, %s: %v\n", done.Index+1, done.Row.FindingRef, done.Kind, done.Err)
		}
		if (done.Index+1)%1000 == 0 || done.Index+1 == done.Total {
			fmt.Fprintf(report, "%d of %d rows: %v\n", done.Index+1, done.Total, counts)
		}
	}
	return nil
}

// read turns the lines of a register into findings. It looks up what they refer to, and
// names every line that refers to nothing.
func read(ctx context.Context, client *isoaudit.Client, register io.Reader) (rows []*isoaudit.AuditFinding, err error) {
	plans, auditors := map[string]isoaudit.Pointer[isoaudit.AuditPlan]{}, map[string]isoaudit.Pointer[isoaudit.Auditor]{}
	for plan, err := range client.AuditPlans.Query().Select(isoaudit.AuditPlanFields.AuditRef).All(ctx) {
		if err != nil {
			return nil, err
		}
		plans[plan.AuditRef] = plan.Pointer()
	}
	for auditor, err := range client.Auditors.Query().Select(isoaudit.AuditorFields.Username).All(ctx) {
		if err != nil {
			return nil, err
		}
		auditors[auditor.Username] = auditor.Pointer()
	}
	lines, err := csv.NewReader(register).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !slices.Equal(lines[0], columns) {
		return nil, fmt.Errorf("the first line of a register is %s", strings.Join(columns, ","))
	}
	var missing []string
	for i, l := range lines[1:] {
		plan, reporter := plans[l[1]], auditors[l[7]]
		if plan.IsZero() || reporter.IsZero() {
			missing = append(missing, fmt.Sprintf("row %d, %s: there is no audit %q or no auditor %q", i+1, l[0], l[1], l[7]))
		}
		rows = append(rows, &isoaudit.AuditFinding{
			FindingRef: l[0], AuditPlan: plan, FindingType: isoaudit.FindingType(l[2]), Clause: l[3],
			Statement: l[4], EvidenceNote: l[5], Severity: isoaudit.Severity(l[6]), ReportedBy: reporter,
		})
	}
	if missing != nil {
		return nil, fmt.Errorf("nothing was written:\n%s", strings.Join(missing, "\n"))
	}
	return rows, nil
}
