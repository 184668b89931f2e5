package audittest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// The records that New... makes are complete and saved with the master key, so that they
// may be in any state. What they refer to is made too, unless change names it. References
// are new for each: IA-2026-901, F-2026-902 and so on.
//
//	plan := server.NewPlan(func(p *isoaudit.AuditPlan) { p.Status = isoaudit.PlanClosed })
//	finding := server.NewFinding(func(f *isoaudit.AuditFinding) { f.AuditPlan = plan.Pointer() })

// NewPlan makes a planned audit in a fortnight, led by an auditor.
func (s *Server) NewPlan(change ...func(*isoaudit.AuditPlan)) *isoaudit.AuditPlan {
	s.tb.Helper()
	now := time.Now()
	plan := &isoaudit.AuditPlan{
		AuditRef: s.reference("IA", now), StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: sites[0],
		PlannedStartDate: now.AddDate(0, 0, 14), Status: isoaudit.PlanPlanned,
	}
	apply(plan, change)
	fill(&plan.LeadAuditor, s.somebody(isoaudit.RoleAuditor).Pointer)
	return keep(s, s.Admin.AuditPlans, plan)
}

// NewFinding makes a minor nonconformity of an audit in progress.
func (s *Server) NewFinding(change ...func(*isoaudit.AuditFinding)) *isoaudit.AuditFinding {
	s.tb.Helper()
	finding := &isoaudit.AuditFinding{
		FindingRef: s.reference("F", time.Now()), FindingType: isoaudit.FindingNonconformity, Clause: "8.5.1", Severity: isoaudit.SeverityMinor,
		Statement: "Two of five torque wrenches were past their calibration date.", EvidenceNote: "Labels of wrenches 3 and 4, line 2.",
	}
	apply(finding, change)
	fill(&finding.ReportedBy, s.somebody(isoaudit.RoleAuditor).Pointer)
	fill(&finding.AuditPlan, func() isoaudit.Pointer[isoaudit.AuditPlan] {
		return s.NewPlan(func(p *isoaudit.AuditPlan) { p.Status = isoaudit.PlanInProgress }).Pointer()
	})
	return keep(s, s.Admin.AuditFindings, finding)
}

// NewAction makes an open corrective action, due in sixty days.
func (s *Server) NewAction(change ...func(*isoaudit.CorrectiveAction)) *isoaudit.CorrectiveAction {
	s.tb.Helper()
	now := time.Now()
	action := &isoaudit.CorrectiveAction{
		CAPARef: s.reference("CA", now), ActionDescription: "Put all torque wrenches on the calibration plan.",
		DueDate: now.AddDate(0, 0, 60), Status: isoaudit.CAPAOpen, VerificationNote: notVerified,
	}
	apply(action, change)
	fill(&action.Owner, s.somebody(isoaudit.RoleAuditor).Pointer)
	fill(&action.Finding, func() isoaudit.Pointer[isoaudit.AuditFinding] { return s.NewFinding().Pointer() })
	return keep(s, s.Admin.CorrectiveActions, action)
}

// NewDocument makes a revision in force, owned by an auditor and approved by an approver.
func (s *Server) NewDocument(change ...func(*isoaudit.DocumentControlLog)) *isoaudit.DocumentControlLog {
	s.tb.Helper()
	now := time.Now()
	document := &isoaudit.DocumentControlLog{
		DocumentNumber: s.reference("WI", now), DocumentTitle: "Calibration of torque wrenches", Revision: "1",
		EffectiveDate: now, Status: isoaudit.DocumentEffective,
	}
	apply(document, change)
	fill(&document.Owner, s.somebody(isoaudit.RoleAuditor).Pointer)
	fill(&document.ApprovedBy, s.somebody(isoaudit.RoleApprover).Pointer)
	return keep(s, s.Admin.DocumentControlLogs, document)
}

// NewReview makes the review of a completed audit by a manager.
func (s *Server) NewReview(change ...func(*isoaudit.AuditReview)) *isoaudit.AuditReview {
	s.tb.Helper()
	review := &isoaudit.AuditReview{ReviewDate: time.Now(), Summary: "The process is under control.", NextStep: "Audit again in a year."}
	apply(review, change)
	fill(&review.ReviewedBy, s.somebody(isoaudit.RoleManager).Pointer)
	fill(&review.AuditPlan, func() isoaudit.Pointer[isoaudit.AuditPlan] {
		return s.NewPlan(func(p *isoaudit.AuditPlan) { p.Status = isoaudit.PlanCompleted }).Pointer()
	})
	return keep(s, s.Admin.AuditReviews, review)
}

func apply[T any](obj *T, change []func(*T)) {
	for _, c := range change {
		c(obj)
	}
}

// fill makes what a pointer refers to, where nothing is named.
func fill[T any](pointer *isoaudit.Pointer[T], made func() isoaudit.Pointer[T]) {
	if pointer.IsZero() {
		*pointer = made()
	}
}

func keep[T any](s *Server, collection *isoaudit.Collection[T], obj *T) *T {
	s.tb.Helper()
	s.must("making a "+collection.Class(), func(ctx context.Context) error { return collection.Create(ctx, obj) })
	return obj
}

func (s *Server) reference(kind string, at time.Time) string {
	return fmt.Sprintf("%s-%d-%d", kind, at.Year(), 900+s.records.Add(1))
}

// cast are the auditors that records refer to, one for each role.
type cast struct {
	mu   sync.Mutex
	with map[isoaudit.AuditorRole]*isoaudit.Auditor
}

func (s *Server) somebody(role isoaudit.AuditorRole) *isoaudit.Auditor {
	s.tb.Helper()
	s.cast.mu.Lock()
	defer s.cast.mu.Unlock()
	if s.cast.with[role] == nil {
		if s.cast.with == nil {
			s.cast.with = map[isoaudit.AuditorRole]*isoaudit.Auditor{}
		}
		s.cast.with[role] = s.As(role).Auditor
	}
	return s.cast.with[role]
}
