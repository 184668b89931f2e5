package isoaudit_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"
)

const programFrame = `package program

import (
	"context"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

var _ parse.Code

func run(ctx context.Context, client *isoaudit.Client, admin *isoaudit.Admin) {
	plan, finding, capa := isoaudit.AuditPlanFields, isoaudit.AuditFindingFields, isoaudit.CorrectiveActionFields
	_, _, _ = plan, finding, capa
	%s
}
`

// Programs with a mistake must not compile, each for its own reason.
func TestMistakesDoNotCompile(t *testing.T) {
	imports := exportData(t)
	tests := []struct{ mistake, body, reason string }{
		{"none", `_ = client.AuditPlans.Query().Where(plan.Status.Eq(isoaudit.PlanClosed)).Include(plan.LeadAuditor)
	_, _ = parse.Distinct(ctx, admin, admin.AuditPlans.Query(), plan.SiteCode)`, ""},
		{"field of another class", `_ = client.AuditPlans.Query().Where(finding.Clause.Eq("8.5"))`, "Condition[isoaudit.AuditFinding]"},
		{"order of another class", `_ = client.AuditPlans.Query().OrderBy(capa.DueDate.Asc())`, "Order[isoaudit.CorrectiveAction]"},
		{"change of another class", `_ = client.AuditPlans.Update(ctx, "x", capa.Status.Set(isoaudit.CAPAClosed))`, "Change[isoaudit.CorrectiveAction]"},
		{"selection of another class", `_ = client.AuditPlans.Query().Select(finding.Clause)`, "does not implement parse.Key"},
		{"wrong type of value", `_ = plan.PlannedStartDate.Eq("2026-01-01")`, `cannot use "2026-01-01"`},
		{"status of another class", `_ = plan.Status.Eq(isoaudit.CAPAOpen)`, "CAPAStatus"},
		{"pointer to another class", `_ = finding.AuditPlan.Eq(isoaudit.PointerTo[isoaudit.Auditor]("u"))`, "Pointer[isoaudit.Auditor]"},
		{"sub-query on another class", `_ = finding.AuditPlan.Matches(client.Auditors.Query())`, "Query[isoaudit.Auditor]"},
		{"operator of another kind", `_ = plan.PlannedStartDate.HasPrefix("2026")`, "HasPrefix undefined"},
		{"increment of a text", `_ = plan.Scope.Increment(1)`, "Increment undefined"},
		{"misspelt field", `_ = plan.StandardClaus.Eq("4.1")`, "StandardClaus undefined"},
		{"include of a text", `_ = client.AuditPlans.Query().Include(plan.Scope)`, "does not implement parse.Includable"},
		{"nested include of another class", `_ = finding.AuditPlan.Then(capa.Owner)`, "does not implement parse.Includable"},
		{"a column that the server sets", `_ = plan.CreatedAt.Set`, "Set undefined"},
		{"unset of an ACL", `_ = plan.ACL.Unset`, "Unset undefined"},
		{"query by password", `_ = isoaudit.AuditorFields.Password.Eq("x")`, "Eq undefined"},
		{"master-only call on Client", `_ = client.Purge(ctx, "AuditPlan")`, "client.Purge undefined"},
		{"master-only query on Client", `_, _ = parse.Distinct(ctx, client, client.AuditPlans.Query(), plan.SiteCode)`, "parse.AdminCaller"},
		{"conversion of a condition", `_ = parse.Condition[isoaudit.AuditPlan](finding.Clause.Eq("8.5"))`, "cannot convert"},
		{"conversion of a change", `_ = parse.Change[isoaudit.AuditPlan](finding.Clause.Set("8.5"))`, "cannot convert"},
		{"conditions of two classes joined", `_ = parse.Or(plan.Scope.Eq("x"), finding.Clause.Eq("y"))`, "does not match inferred type"},
		{"keys of two types compared", `_ = parse.MatchesKey(plan.SiteCode, client.AuditPlans.Query(), plan.PlannedStartDate)`, "does not match inferred type parse.Field"},
		{"collection of no object", `_ = parse.NewCollection[struct{ Name string }](client, "X")`, "does not satisfy parse.Entity"},
		{"fields for a struct without the class", `_ = isoaudit.AuditPlanFieldsOf[isoaudit.Auditor]()`, "missing method auditPlan"},
	}
	for _, tt := range tests {
		t.Run(tt.mistake, func(t *testing.T) {
			errs := typeCheck(t, imports, fmt.Sprintf(programFrame, tt.body))
			if tt.reason == "" {
				require.Empty(t, errs)
				return
			}
			require.Len(t, errs, 1, "one mistake, one error")
			require.Contains(t, errs[0], tt.reason)
		})
	}
}

// typeCheck lists what is wrong with one program.
func typeCheck(t *testing.T, imports types.Importer, program string) []string {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "program.go", program, 0)
	require.NoError(t, err)
	var errs []string
	config := types.Config{Importer: imports, Error: func(err error) { errs = append(errs, err.Error()) }}
	_, _ = config.Check("program", files, []*ast.File{file}, nil) // its first error is among errs
	return errs
}
