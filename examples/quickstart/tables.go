package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// auditQueue lists the audits that are not finished, the next one first.
func auditQueue(ctx context.Context, as *isoaudit.Client, out io.Writer) error {
	plan := isoaudit.AuditPlanFields
	plans, err := as.AuditPlans.Query().
		Where(plan.Status.In(isoaudit.PlanPlanned, isoaudit.PlanInProgress)).
		Include(plan.LeadAuditor).
		OrderBy(plan.PlannedStartDate.Asc()).
		Find(ctx)
	if err != nil {
		return err
	}
	return table(out, "Audit queue", "AUDIT\tSITE\tCLAUSE\tSCOPE\tLEAD AUDITOR\tSTART\tSTATUS", func(row func(...any)) {
		for _, p := range plans {
			row(p.AuditRef, p.SiteCode, p.StandardClause, p.Scope, name(p.LeadAuditor), day(p.PlannedStartDate), p.Status)
		}
	})
}

// overdueActions lists the corrective actions that should be done by now, the
// longest overdue first.
func overdueActions(ctx context.Context, as *isoaudit.Client, out io.Writer, now time.Time) error {
	capa, finding := isoaudit.CorrectiveActionFields, isoaudit.AuditFindingFields
	actions, err := as.CorrectiveActions.Query().
		Where(capa.Status.NotIn(isoaudit.CAPAClosed, isoaudit.CAPACancelled), capa.DueDate.Lt(now)).
		Include(capa.Owner, capa.Finding.Then(finding.AuditPlan)).
		OrderBy(capa.DueDate.Asc()).
		Find(ctx)
	if err != nil {
		return err
	}
	return table(out, "Overdue actions", "ACTION\tFINDING\tSEVERITY\tSITE\tOWNER\tDUE\tDAYS OVERDUE\tSTATUS", func(row func(...any)) {
		for _, a := range actions {
			var found isoaudit.AuditFinding
			var audit isoaudit.AuditPlan
			if f, ok := a.Finding.Get(); ok {
				found = *f
			}
			if p, ok := found.AuditPlan.Get(); ok {
				audit = *p
			}
			row(a.CAPARef, found.FindingRef, found.Severity, audit.SiteCode, name(a.Owner), day(a.DueDate),
				int(now.Sub(a.DueDate).Hours()/24), a.Status)
		}
	})
}

// documentRegister lists every revision of the controlled documents.
func documentRegister(ctx context.Context, as *isoaudit.Client, out io.Writer) error {
	document := isoaudit.DocumentControlLogFields
	revisions, err := as.DocumentControlLogs.Query().
		Include(document.Owner, document.ApprovedBy).
		OrderBy(document.DocumentNumber.Asc(), document.EffectiveDate.Desc()).
		Find(ctx)
	if err != nil {
		return err
	}
	return table(out, "Document register", "NUMBER\tTITLE\tREV\tOWNER\tAPPROVED BY\tEFFECTIVE\tSTATUS", func(row func(...any)) {
		for _, d := range revisions {
			row(d.DocumentNumber, d.DocumentTitle, d.Revision, name(d.Owner), name(d.ApprovedBy), day(d.EffectiveDate), d.Status)
		}
	})
}

// auditTrail lists who did what to an audit and what belongs to it, the oldest first.
func auditTrail(ctx context.Context, t team, plan *isoaudit.AuditPlan, out io.Writer) error {
	names := map[string]string{}
	for _, m := range []member{t.lena, t.amal, t.daniel, t.joana, t.mary} {
		names[m.auditor.ObjectID] = m.auditor.Username
	}
	status := isoaudit.CorrectiveActionFields.Status
	var failed error
	err := table(out, "Audit trail of "+plan.AuditRef, "WHO\tDID\tTO\tSTATUS\tWHY", func(row func(...any)) {
		for event, err := range t.mary.Timeline(ctx, plan.Pointer(), isoaudit.OldestFirst) {
			if err != nil {
				failed = err
				return
			}
			step, _, err := isoaudit.ChangeOf(t.mary.Client, event, status) // every class has it as text
			if err != nil {
				failed = err
				return
			}
			row(names[event.Actor.ID], event.Op, event.Class, cmp.Or(string(step.After), "-"), cmp.Or(event.Reason, "-"))
		}
	})
	return errors.Join(err, failed)
}

// table writes a title, a head and rows in aligned columns.
func table(out io.Writer, title, head string, rows func(row func(cells ...any))) error {
	columns := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(columns, "\n%s\n%s\n", title, head)
	rows(func(cells ...any) {
		for i, cell := range cells {
			if i > 0 {
				fmt.Fprint(columns, "\t")
			}
			fmt.Fprint(columns, cell)
		}
		fmt.Fprintln(columns)
	})
	return columns.Flush()
}

// name is the user name of the auditor whom an included pointer points to.
func name(p isoaudit.Pointer[isoaudit.Auditor]) string {
	if auditor, ok := p.Get(); ok {
		return auditor.Username
	}
	return "(" + p.ID + ")"
}

func day(t time.Time) string { return t.Format(time.DateOnly) }
