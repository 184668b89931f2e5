package main

import (
	"context"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// history brings an audit of last spring into the system, as a migration would:
// with the master key, which may write what the rules would refuse to anyone
// else, such as an action that is overdue from the start.
func (b *backend) history(ctx context.Context, t team, now time.Time) error {
	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-097" + b.suffix, StandardClause: "9.1", Scope: "Customer complaints", SiteCode: "DC-02",
		LeadAuditor: t.amal.auditor.Pointer(), PlannedStartDate: now.AddDate(0, -3, 0), Status: isoaudit.PlanCompleted,
	}
	if err := b.admin.AuditPlans.Create(ctx, plan); err != nil {
		return err
	}
	found := &isoaudit.AuditFinding{
		FindingRef: "F-188" + b.suffix, AuditPlan: plan.Pointer(), FindingType: isoaudit.FindingNonconformity,
		Clause: "8.2.1", Statement: "Complaints by telephone are not recorded.",
		EvidenceNote: "Two complaints known to the service desk are missing in the log.",
		Severity:     isoaudit.SeverityMinor, ReportedBy: t.amal.auditor.Pointer(),
	}
	if err := b.admin.AuditFindings.Create(ctx, found); err != nil {
		return err
	}
	return b.admin.CorrectiveActions.Create(ctx, &isoaudit.CorrectiveAction{
		CAPARef: "CA-288" + b.suffix, Finding: found.Pointer(), Owner: t.daniel.auditor.Pointer(),
		ActionDescription: "Give the service desk the complaint form and check weekly.",
		DueDate:           now.AddDate(0, 0, -12), Status: isoaudit.CAPAInProgress, VerificationNote: "TBD",
	})
}
