package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// finding is an audit finding with one more column, the file that proves it. The
// backend's schema has that column too (see backend.go).
type finding struct {
	isoaudit.AuditFinding
	Evidence parse.File `json:"evidence,omitzero"`
}

// run tells the story of one audit and prints how things stand at its end.
func run(ctx context.Context, b *backend, out io.Writer, now time.Time) error {
	t, err := b.team(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "signed up  a coordinator, two auditors, an approver and a manager\n")
	if err := b.history(ctx, t, now); err != nil {
		return err
	}

	// Lena plans the audits of the quarter; the first one starts today.
	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-101" + b.suffix, StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: t.amal.auditor.Pointer(), PlannedStartDate: now, Status: isoaudit.PlanPlanned,
	}
	for _, p := range []*isoaudit.AuditPlan{plan, {
		AuditRef: "IA-102" + b.suffix, StandardClause: "8.4", Scope: "Purchasing", SiteCode: "PLANT-11",
		LeadAuditor: t.amal.auditor.Pointer(), PlannedStartDate: now.AddDate(0, 0, 14), Status: isoaudit.PlanPlanned,
	}, {
		AuditRef: "IA-103" + b.suffix, StandardClause: "7.1.5", Scope: "Calibration", SiteCode: "LAB-01",
		LeadAuditor: t.lena.auditor.Pointer(), PlannedStartDate: now.AddDate(0, 0, 35), Status: isoaudit.PlanPlanned,
	}} {
		if err := t.lena.AuditPlans.Create(ctx, p); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "planned    %s and two more\n", plan.AuditRef)

	// Amal leads it and records what she finds, with a copy of the evidence.
	audits := isoaudit.AuditPlanFields
	if err := t.amal.AuditPlans.Update(ctx, plan.ObjectID, audits.Status.Set(isoaudit.PlanInProgress)); err != nil {
		return err
	}
	scan, err := t.amal.Upload(ctx, parse.Upload{
		Name: "traveller-70312.txt", Content: strings.NewReader("Pump 70312\nCasing bolts, torque: ______ Nm\n"),
	})
	if err != nil {
		return err
	}
	found := &finding{Evidence: scan, AuditFinding: isoaudit.AuditFinding{
		FindingRef: "F-201" + b.suffix, AuditPlan: plan.Pointer(), FindingType: isoaudit.FindingNonconformity,
		Clause: "8.5.1", Statement: "The torque of the casing bolts is not recorded for every pump.",
		EvidenceNote: "3 of 12 travellers without a torque value, see the copy of one.",
		Severity:     isoaudit.SeverityMajor, ReportedBy: t.amal.auditor.Pointer(),
	}}
	findings := parse.NewCollection[finding](t.amal.Client, "AuditFinding")
	if err := findings.Create(ctx, found); err != nil {
		return err
	}
	fmt.Fprintf(out, "found      %s, %s, clause %s, with %s\n", found.FindingRef, found.Severity, found.Clause, scan.Name)

	// A corrective action for it, to be done by Daniel in 60 days.
	action := &isoaudit.CorrectiveAction{
		CAPARef: "CA-301" + b.suffix, Finding: found.AuditFinding.Pointer(), Owner: t.daniel.auditor.Pointer(),
		ActionDescription: "Make the torque value a mandatory entry of the electronic traveller.",
		DueDate:           now.AddDate(0, 0, 60), Status: isoaudit.CAPAOpen, VerificationNote: "TBD",
	}
	if err := t.amal.CorrectiveActions.Create(ctx, action); err != nil {
		return err
	}
	fmt.Fprintf(out, "raised     %s for %s, due %s\n", action.CAPARef, t.daniel.auditor.Username, day(action.DueDate))

	if err := closeAction(ctx, t, action, out); err != nil {
		return err
	}
	if err := issueDocument(ctx, b, t, out, now); err != nil {
		return err
	}

	// The audit is completed, reviewed, and closed, since its action is.
	if err := t.amal.AuditPlans.Update(ctx, plan.ObjectID, audits.Status.Set(isoaudit.PlanCompleted)); err != nil {
		return err
	}
	if err := t.mary.AuditReviews.Create(ctx, &isoaudit.AuditReview{
		AuditPlan: plan.Pointer(), ReviewedBy: t.mary.auditor.Pointer(), ReviewDate: now,
		Summary: "One major finding, understood and removed.", NextStep: "Look at torque records again in spring.",
	}); err != nil {
		return err
	}
	if err := t.lena.AuditPlans.Update(ctx, plan.ObjectID, audits.Status.Set(isoaudit.PlanClosed)); err != nil {
		return err
	}
	fmt.Fprintf(out, "closed     %s, reviewed by %s\n", plan.AuditRef, t.mary.auditor.Username)

	return errors.Join(
		auditQueue(ctx, t.mary.Client, out),
		overdueActions(ctx, t.mary.Client, out, now),
		documentRegister(ctx, t.mary.Client, out),
		auditTrail(ctx, t, plan, out))
}

// closeAction brings the action to its end: Daniel works on it, Lena verifies
// that it helped. The rules refuse a short cut.
func closeAction(ctx context.Context, t team, action *isoaudit.CorrectiveAction, out io.Writer) error {
	capa := isoaudit.CorrectiveActionFields
	err := t.lena.CorrectiveActions.Update(ctx, action.ObjectID, capa.Status.Set(isoaudit.CAPAClosed))
	if err := wasRefused(err, out); err != nil {
		return err
	}
	if err := t.daniel.CorrectiveActions.Update(ctx, action.ObjectID, capa.Status.Set(isoaudit.CAPAInProgress)); err != nil {
		return err
	}
	if err := t.daniel.CorrectiveActions.Update(ctx, action.ObjectID, capa.Status.Set(isoaudit.CAPAPendingVerification)); err != nil {
		return err
	}
	if err := t.lena.CorrectiveActions.Update(parse.WithReason(ctx, "effective"), action.ObjectID,
		capa.Status.Set(isoaudit.CAPAClosed),
		capa.VerificationNote.Set("20 travellers of two weeks checked on the line: all carry the torque value."),
	); err != nil {
		return err
	}
	fmt.Fprintf(out, "closed     %s, verified by %s\n", action.CAPARef, t.lena.auditor.Username)
	return nil
}

// issueDocument makes revision B of a work instruction effective; revision A
// becomes superseded in the same save.
func issueDocument(ctx context.Context, b *backend, t team, out io.Writer, now time.Time) error {
	revision := func(letter string, effective time.Time) *isoaudit.DocumentControlLog {
		return &isoaudit.DocumentControlLog{
			DocumentNumber: "WI-201" + b.suffix, DocumentTitle: "Assembly of pumps", Revision: letter,
			Owner: t.lena.auditor.Pointer(), ApprovedBy: t.joana.auditor.Pointer(),
			EffectiveDate: effective, Status: isoaudit.DocumentEffective,
		}
	}
	if err := t.joana.DocumentControlLogs.Create(ctx, revision("A", now.AddDate(-1, 0, 0))); err != nil {
		return err
	}
	if err := t.joana.DocumentControlLogs.Create(ctx, revision("B", now)); err != nil {
		return err
	}
	fmt.Fprintf(out, "issued     %s revision B\n", "WI-201"+b.suffix)

	err := t.amal.DocumentControlLogs.Create(ctx, revision("C", now)) // not an approver
	return wasRefused(err, out)
}

// wasRefused says in which way something was refused; it fails if it was not.
func wasRefused(err error, out io.Writer) error {
	var policy *isoaudit.PolicyError
	switch {
	case err == nil:
		return errors.New("the server let a step pass that the rules forbid: deploy cloud/main.js (docs/deploy.md), or start auditserver with -rules")
	case errors.As(err, &policy):
		for _, violation := range policy.Violations {
			fmt.Fprintf(out, "refused    %s: %s\n", violation.Field, violation.Message)
		}
		return nil
	case errors.Is(err, parse.ErrForbidden):
		fmt.Fprintf(out, "refused    this auditor's roles do not allow it\n")
		return nil
	}
	return err
}
