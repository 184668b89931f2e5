package main

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
	"github.com/isoaudit/isoaudit-go/quality/report"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// The queries of the reports, with the people whose names they show.

func (r reporter) plans() isoaudit.Query[isoaudit.AuditPlan] {
	return r.admin.AuditPlans.Query().Include(isoaudit.AuditPlanFields.LeadAuditor)
}

func (r reporter) findings() isoaudit.Query[isoaudit.AuditFinding] {
	return r.admin.AuditFindings.Query().Include(isoaudit.AuditFindingFields.ReportedBy)
}

func (r reporter) correctiveActions() isoaudit.Query[isoaudit.CorrectiveAction] {
	return r.admin.CorrectiveActions.Query().Include(isoaudit.CorrectiveActionFields.Owner)
}

func (r reporter) reviews() isoaudit.Query[isoaudit.AuditReview] {
	return r.admin.AuditReviews.Query().Include(isoaudit.AuditReviewFields.ReviewedBy)
}

func (r reporter) documents() isoaudit.Query[isoaudit.DocumentControlLog] {
	columns := isoaudit.DocumentControlLogFields
	return r.admin.DocumentControlLogs.Query().Include(columns.Owner, columns.ApprovedBy)
}

func (r reporter) audit(ctx context.Context, ref string, words report.AuditWords) error {
	plan, err := one(r.plans().Where(isoaudit.AuditPlanFields.AuditRef.Eq(ref)).All(ctx), "audit", ref)
	if err != nil {
		return err
	}
	a := report.AuditReport{Audit: quality.AuditOf(plan), Words: words}
	found := r.findings().Where(isoaudit.AuditFindingFields.AuditPlan.Eq(plan.Pointer()))
	if a.Findings, err = all(quality.Read(found.All(ctx), quality.FindingOf)); err != nil {
		return err
	}
	actions := r.correctiveActions().Where(isoaudit.CorrectiveActionFields.Finding.Matches(
		r.admin.AuditFindings.Query().Where(isoaudit.AuditFindingFields.AuditPlan.Eq(plan.Pointer()))))
	if a.Actions, err = all(quality.Read(actions.All(ctx), quality.ActionOf)); err != nil {
		return err
	}
	reviews := r.reviews().Where(isoaudit.AuditReviewFields.AuditPlan.Eq(plan.Pointer()))
	if a.Reviews, err = all(quality.Read(reviews.All(ctx), quality.ReviewOf)); err != nil {
		return err
	}
	return report.Audit(r.out, r.basis, a)
}

func (r reporter) finding(ctx context.Context, ref string) error {
	columns := isoaudit.AuditFindingFields
	found, err := one(r.findings().Include(columns.AuditPlan).Where(columns.FindingRef.Eq(ref)).All(ctx), "finding", ref)
	if err != nil {
		return err
	}
	s := report.NonconformitySheet{Finding: quality.FindingOf(found), Changes: []quality.Change{}}
	if plan, ok := found.AuditPlan.Get(); ok {
		s.Audit = quality.AuditOf(plan)
	}
	actions, err := all(r.correctiveActions().Where(isoaudit.CorrectiveActionFields.Finding.Eq(found.Pointer())).All(ctx))
	if err != nil {
		return err
	}
	for _, action := range actions {
		changes, err := all(quality.ActionChanges(r.admin.History(ctx, action.Pointer())))
		if err != nil {
			return err
		}
		s.Changes = append(s.Changes, changes...)
	}
	records := quality.Read(stream(actions), quality.ActionOf)
	if s.Actions, err = all(quality.WithClosing(records, stream(s.Changes))); err != nil {
		return err
	}
	return report.Nonconformity(r.out, r.basis, s)
}

func (r reporter) actions(ctx context.Context) error {
	m, err := r.measure(ctx)
	if err != nil {
		return err
	}
	log := report.Log{Measures: m}
	closing := quality.WithClosing(quality.Read(r.correctiveActions().All(ctx), quality.ActionOf), quality.ActionChanges(r.events(ctx)))
	if log.Actions, err = all(closing); err != nil {
		return err
	}
	if log.Findings, err = all(quality.Read(r.findings().All(ctx), quality.FindingOf)); err != nil {
		return err
	}
	return report.ActionLog(r.out, r.basis, log)
}

func (r reporter) review(ctx context.Context, words map[report.Input]string) error {
	m, err := r.measure(ctx)
	if err != nil {
		return err
	}
	input := report.ReviewInput{Measures: m, Words: words}
	if input.Reviews, err = all(quality.Read(r.reviews().All(ctx), quality.ReviewOf)); err != nil {
		return err
	}
	return report.ManagementReview(r.out, r.basis, input)
}

func (r reporter) measure(ctx context.Context) (quality.Measures, error) {
	return quality.Measure(quality.Source{
		Audits:        quality.Read(r.plans().All(ctx), quality.AuditOf),
		Findings:      quality.Read(r.findings().All(ctx), quality.FindingOf),
		Actions:       quality.Read(r.correctiveActions().All(ctx), quality.ActionOf),
		Documents:     quality.Read(r.documents().All(ctx), quality.DocumentOf),
		Reviews:       quality.Read(r.reviews().All(ctx), quality.ReviewOf),
		AuditChanges:  quality.AuditChanges(r.events(ctx)),
		ActionChanges: quality.ActionChanges(r.events(ctx)),
	}, r.basis.Terms)
}

func (r reporter) events(ctx context.Context) iter.Seq2[event.Event, error] {
	return r.admin.Trail().Events(ctx, time.Time{})
}

// one gives the only row of a query by reference.
func one[T any](rows iter.Seq2[*T, error], what, ref string) (*T, error) {
	found, err := all(rows)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, fmt.Errorf("there is no %s with the reference %q", what, ref)
	case len(found) > 1:
		return nil, fmt.Errorf("there are %d records for %s %q: references must be unique", len(found), what, ref)
	}
	return found[0], nil
}

func all[T any](rows iter.Seq2[T, error]) ([]T, error) {
	list := []T{}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

func stream[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
}
