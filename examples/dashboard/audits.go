package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/isoaudit/isoaudit-go"
)

type queue struct {
	Audits []*isoaudit.AuditPlan
	All    bool
}

// auditQueue lists the audits that are not closed, or all by their day.
func auditQueue(ctx context.Context, v *visit) error {
	plan := isoaudit.AuditPlanFields
	all := v.r.FormValue("show") == "all"
	query := v.AuditPlans.Query().Include(plan.LeadAuditor).OrderBy(plan.PlannedStartDate.Asc()).Limit(500)
	if !all {
		query = query.Where(plan.Status.In(isoaudit.PlanPlanned, isoaudit.PlanInProgress, isoaudit.PlanCompleted))
	}
	audits, err := query.Find(ctx)
	if err != nil {
		return err
	}
	if !all { // what goes on comes first, then what is to come
		order := []isoaudit.PlanStatus{isoaudit.PlanInProgress, isoaudit.PlanPlanned, isoaudit.PlanCompleted}
		slices.SortStableFunc(audits, func(a, b *isoaudit.AuditPlan) int {
			return cmp.Compare(slices.Index(order, a.Status), slices.Index(order, b.Status))
		})
	}
	return v.show("queue", "Audit queue", queue{audits, all})
}

func auditPage(ctx context.Context, v *visit) error {
	plan, finding := isoaudit.AuditPlanFields, findingFields
	id := v.r.PathValue("id")
	step := stepForm("AuditPlan")
	done, err := v.save(ctx, step, func(ctx context.Context) (string, error) {
		return v.r.URL.Path, v.AuditPlans.Update(ctx, id, plan.Status.Set(isoaudit.PlanStatus(step.text("status"))))
	})
	if done || err != nil {
		return err
	}
	audit, err := v.AuditPlans.Query().Where(plan.ObjectID.Eq(id)).Include(plan.LeadAuditor).First(ctx)
	if err != nil {
		return err
	}
	found, err := v.findings().Query().Where(finding.AuditPlan.Eq(audit.Pointer())).OrderBy(finding.FindingRef.Asc()).Limit(500).Find(ctx)
	if err != nil {
		return err
	}
	page := record{
		Text: audit.Scope, Form: step, Related: "Findings",
		Facts: []fact{
			{Name: "Status", Text: words(audit.Status)}, {Name: "Clause", Text: audit.StandardClause},
			{Name: "Site", Text: audit.SiteCode}, {Name: "Lead auditor", Text: who(audit.LeadAuditor)},
			{Name: "Planned start", Text: day(audit.PlannedStartDate)},
		},
		Next: []link{{Text: "Record a finding", Link: v.r.URL.Path + "/finding"}},
	}
	for _, f := range found {
		page.Links = append(page.Links, link{f.FindingRef, "/findings/" + f.ObjectID, words(f.FindingType) + ", clause " + f.Clause + ": " + f.Statement})
	}
	return v.showRecord(ctx, "Audit "+audit.AuditRef, audit.Pointer(), page)
}
