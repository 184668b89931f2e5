package conformance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// rules are the workflow rules, broken and kept over REST.
func rules() []behaviour {
	plan, finding, action, document := isoaudit.AuditPlanFields, isoaudit.AuditFindingFields, isoaudit.CorrectiveActionFields, isoaudit.DocumentControlLogFields
	type breach struct {
		rule string
		save func(t *testing.T, b *backend) error
	}
	breaches := []breach{
		{"plan-status-known", func(t *testing.T, b *backend) error {
			p := b.openPlan()
			p.Status = "nonsense"
			return b.as(cora).AuditPlans.Create(t.Context(), p)
		}},
		{"plan-status-step", func(t *testing.T, b *backend) error {
			p := save(t, b.admin.AuditPlans, b.openPlan())
			return b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanPlanned))
		}},
		{"finding-type-known", func(t *testing.T, b *backend) error {
			f := b.findingOf(save(t, b.admin.AuditPlans, b.openPlan()))
			f.FindingType = "nonsense"
			return b.as(anna).AuditFindings.Create(t.Context(), f)
		}},
		{"finding-severity-known", func(t *testing.T, b *backend) error {
			f := b.findingOf(save(t, b.admin.AuditPlans, b.openPlan()))
			f.Severity = "nonsense"
			return b.as(anna).AuditFindings.Create(t.Context(), f)
		}},
		{"action-status-known", func(t *testing.T, b *backend) error {
			a := b.newAction(t)
			a.Status = "nonsense"
			return b.as(anna).CorrectiveActions.Create(t.Context(), a)
		}},
		{"action-status-step", func(t *testing.T, b *backend) error {
			a := save(t, b.admin.CorrectiveActions, b.newAction(t))
			return b.as(anna).CorrectiveActions.Update(t.Context(), a.ObjectID, action.Status.Set(isoaudit.CAPAClosed), action.VerificationNote.Set("Checked ten orders of May."))
		}},
		{"action-closing-note", func(t *testing.T, b *backend) error {
			a := b.actionInVerification(t)
			return b.as(cora).CorrectiveActions.Update(t.Context(), a.ObjectID, action.Status.Set(isoaudit.CAPAClosed), action.VerificationNote.Set("  TBD. "))
		}},
		{"action-due-date", func(t *testing.T, b *backend) error {
			a := b.newAction(t)
			a.DueDate = time.Now().Add(-72 * time.Hour)
			return b.as(anna).CorrectiveActions.Create(t.Context(), a)
		}},
		{"audit-open-for-findings", func(t *testing.T, b *backend) error {
			p := b.openPlan()
			p.Status = isoaudit.PlanPlanned
			save(t, b.admin.AuditPlans, p)
			require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanCancelled)))
			return b.as(anna).AuditFindings.Create(t.Context(), b.findingOf(p))
		}},
		{"audit-open-for-findings", func(t *testing.T, b *backend) error {
			f := save(t, b.admin.AuditFindings, b.findingOf(b.closedPlan(t)))
			return b.as(anna).AuditFindings.Update(t.Context(), f.ObjectID, finding.Severity.Set(isoaudit.SeverityMinor))
		}},
		{"audit-open-for-findings", func(t *testing.T, b *backend) error {
			f := save(t, b.admin.AuditFindings, b.findingOf(b.closedPlan(t)))
			return b.as(cora).AuditFindings.Update(t.Context(), f.ObjectID, finding.Statement.Set("clearer"), finding.Clause.Set("8.4.2"))
		}},
		{"audit-closed-frozen", func(t *testing.T, b *backend) error {
			return b.as(anna).AuditPlans.Update(t.Context(), b.closedPlan(t).ObjectID, plan.Scope.Set("wider"))
		}},
		{"action-finished-frozen", func(t *testing.T, b *backend) error {
			return b.as(anna).CorrectiveActions.Update(t.Context(), b.closedAction(t).ObjectID, action.VerificationNote.Set("Another story."))
		}},
		{"action-finished-frozen", func(t *testing.T, b *backend) error {
			other := save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan())))
			return b.as(cora).CorrectiveActions.Update(t.Context(), b.closedAction(t).ObjectID, action.Finding.Set(other.Pointer()))
		}},
		{"action-finding-fixed", func(t *testing.T, b *backend) error {
			a := save(t, b.admin.CorrectiveActions, b.newAction(t))
			other := save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan())))
			return b.as(anna).CorrectiveActions.Update(t.Context(), a.ObjectID, action.Finding.Set(other.Pointer()))
		}},
		{"finding-audit-fixed", func(t *testing.T, b *backend) error {
			f := save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan())))
			other := save(t, b.admin.AuditPlans, b.openPlan())
			return b.as(anna).AuditFindings.Update(t.Context(), f.ObjectID, finding.AuditPlan.Set(other.Pointer()))
		}},
		{"review-audit-fixed", func(t *testing.T, b *backend) error {
			r := save(t, b.admin.AuditReviews, b.review(save(t, b.admin.AuditPlans, b.openPlan()), mark))
			other := save(t, b.admin.AuditPlans, b.openPlan())
			return b.as(mark).AuditReviews.Update(t.Context(), r.ObjectID, isoaudit.AuditReviewFields.AuditPlan.Set(other.Pointer()))
		}},
		{"audit-closes-clean", func(t *testing.T, b *backend) error {
			p := save(t, b.admin.AuditPlans, b.openPlan())
			save(t, b.admin.AuditFindings, b.findingOf(p))
			require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanCompleted)))
			return b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanClosed))
		}},
		{"document-status-step", func(t *testing.T, b *backend) error {
			d := save(t, b.admin.DocumentControlLogs, b.document(otto, aaron))
			return b.as(ada).DocumentControlLogs.Update(t.Context(), d.ObjectID, document.Status.Set(isoaudit.DocumentEffective))
		}},
		{"document-status-known", func(t *testing.T, b *backend) error {
			d := b.document(otto, aaron)
			d.Status = "nonsense"
			return b.as(ada).DocumentControlLogs.Create(t.Context(), d)
		}},
		{"document-approver-differs", func(t *testing.T, b *backend) error {
			d := b.document(ada, ada)
			return b.as(ada).DocumentControlLogs.Create(t.Context(), d)
		}},
		{"document-approver-role", func(t *testing.T, b *backend) error {
			d := b.document(otto, aaron)
			d.ApprovedBy, d.Status = b.pointer(mark), isoaudit.DocumentApproved
			return b.as(ada).DocumentControlLogs.Create(t.Context(), d)
		}},
		{"document-issued-frozen", func(t *testing.T, b *backend) error {
			d := b.document(otto, aaron)
			d.Status = isoaudit.DocumentEffective
			save(t, b.admin.DocumentControlLogs, d)
			return b.as(ada).DocumentControlLogs.Update(t.Context(), d.ObjectID, document.DocumentTitle.Set("Another title"))
		}},
		{"audit-ref-unique", func(t *testing.T, b *backend) error {
			p := save(t, b.admin.AuditPlans, b.openPlan())
			again := b.openPlan()
			again.AuditRef = p.AuditRef
			return b.as(cora).AuditPlans.Create(t.Context(), again)
		}},
		{"finding-ref-unique", func(t *testing.T, b *backend) error {
			f := save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan())))
			again := b.findingOf(save(t, b.admin.AuditPlans, b.openPlan()))
			again.FindingRef = f.FindingRef
			return b.as(anna).AuditFindings.Create(t.Context(), again)
		}},
		{"action-ref-unique", func(t *testing.T, b *backend) error {
			a := save(t, b.admin.CorrectiveActions, b.newAction(t))
			again := b.newAction(t)
			again.CAPARef = a.CAPARef
			return b.as(anna).CorrectiveActions.Create(t.Context(), again)
		}},
		{"document-revision-unique", func(t *testing.T, b *backend) error {
			d := save(t, b.admin.DocumentControlLogs, b.document(otto, aaron))
			again := b.document(otto, aaron)
			again.DocumentNumber = d.DocumentNumber
			return b.as(ada).DocumentControlLogs.Create(t.Context(), again)
		}},
		{"acl-fixed", func(t *testing.T, b *backend) error {
			p := save(t, b.admin.AuditPlans, b.openPlan())
			return b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.ACL.Set(parse.ACL{}.Grant(parse.Everyone, parse.Access{Read: true, Write: true})))
		}},
		{"plan-lead-fixed", func(t *testing.T, b *backend) error {
			p := save(t, b.admin.AuditPlans, b.openPlan())
			return b.as(anna).AuditPlans.Update(t.Context(), p.ObjectID, plan.LeadAuditor.Set(b.pointer(otto)))
		}},
		{"finding-reporter-fixed", func(t *testing.T, b *backend) error {
			f := save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan())))
			return b.as(anna).AuditFindings.Update(t.Context(), f.ObjectID, finding.ReportedBy.Set(b.pointer(otto)))
		}},
		{"review-author-fixed", func(t *testing.T, b *backend) error {
			r := save(t, b.admin.AuditReviews, b.review(save(t, b.admin.AuditPlans, b.openPlan()), mark))
			return b.as(mark).AuditReviews.Update(t.Context(), r.ObjectID, isoaudit.AuditReviewFields.ReviewedBy.Set(b.pointer(anna)))
		}},
		{"auditor-role-label", func(t *testing.T, b *backend) error {
			return b.as(anna).Auditors.Update(t.Context(), b.people[anna].id, isoaudit.AuditorFields.Role.Set(isoaudit.RoleManager))
		}},
	}
	var all []behaviour
	for _, broken := range breaches {
		all = append(all, behaviour{"rule: " + broken.rule, func(t *testing.T, w *world) {
			err := broken.save(t, w.rulesBackend(t))
			require.ErrorIs(t, err, parse.ErrValidation)
			var policy *isoaudit.PolicyError
			require.ErrorAs(t, err, &policy, "the violations cannot be read from the error")
			require.Len(t, policy.Violations, 1)
			require.Equal(t, broken.rule, policy.Violations[0].Rule)
			require.NotEmpty(t, policy.Violations[0].Message)
		}})
	}
	return append(all,
		behaviour{"rule: all violations of a save come together", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p := b.openPlan()
			p.AuditRef, p.Status = save(t, b.admin.AuditPlans, b.openPlan()).AuditRef, "nonsense"
			var broken *isoaudit.PolicyError
			require.ErrorAs(t, b.as(cora).AuditPlans.Create(t.Context(), p), &broken)
			require.Len(t, broken.Violations, 2)
		}},
		behaviour{"rule: the whole way of a corrective action is open", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			a := b.actionInVerification(t)
			require.NoError(t, b.as(cora).CorrectiveActions.Update(t.Context(), a.ObjectID,
				action.Status.Set(isoaudit.CAPAClosed), action.VerificationNote.Set("Ten orders of May checked; all suppliers evaluated.")))
		}},
		behaviour{"rule: the coordinator puts records where they belong while they are open", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p, cora := save(t, b.admin.AuditPlans, b.openPlan()), b.as(cora)
			f := save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan())))
			a := save(t, b.admin.CorrectiveActions, b.newAction(t))
			r := save(t, b.admin.AuditReviews, b.review(b.closedPlan(t), mark))
			require.NoError(t, cora.AuditFindings.Update(t.Context(), f.ObjectID, finding.AuditPlan.Set(p.Pointer())))
			require.NoError(t, cora.CorrectiveActions.Update(t.Context(), a.ObjectID, action.Finding.Set(f.Pointer())))
			require.NoError(t, cora.AuditReviews.Update(t.Context(), r.ObjectID, isoaudit.AuditReviewFields.AuditPlan.Set(p.Pointer())))
		}},
		behaviour{"rule: a reopened audit takes findings again", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p, lead := b.closedPlan(t), b.as(anna)
			f := save(t, b.admin.AuditFindings, b.findingOf(p))
			require.NoError(t, lead.AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanCompleted)))
			require.NoError(t, lead.AuditFindings.Update(t.Context(), f.ObjectID, finding.Severity.Set(isoaudit.SeverityMinor)))
			require.NoError(t, lead.AuditFindings.Create(t.Context(), b.findingOf(p)))
		}},
		behaviour{"rule: a clean audit closes", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p := save(t, b.admin.AuditPlans, b.openPlan())
			f := b.findingOf(p)
			f.FindingType, f.Severity = isoaudit.FindingConformity, isoaudit.SeverityNone
			save(t, b.admin.AuditFindings, f)
			lead := b.as(anna)
			require.NoError(t, lead.AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanCompleted)))
			require.NoError(t, lead.AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanClosed)))
		}},
		behaviour{"rule: a new effective revision supersedes the one before", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			approver := b.as(ada)
			first := b.document(otto, aaron)
			first.Status = isoaudit.DocumentEffective
			require.NoError(t, approver.DocumentControlLogs.Create(t.Context(), first))
			second := b.document(otto, aaron)
			second.DocumentNumber, second.Revision, second.Status = first.DocumentNumber, "B", isoaudit.DocumentEffective
			require.NoError(t, approver.DocumentControlLogs.Create(t.Context(), second))
			old, err := approver.DocumentControlLogs.Get(t.Context(), first.ObjectID)
			require.NoError(t, err)
			require.Equal(t, isoaudit.DocumentSuperseded, old.Status)
		}},
		behaviour{"rule: the client's own check finds the same before sending", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p := b.openPlan()
			p.AuditRef, p.Status = save(t, b.admin.AuditPlans, b.openPlan()).AuditRef, "nonsense"
			_, checked := b.as(cora).Check(t.Context(), p)
			refused := b.as(cora).AuditPlans.Create(t.Context(), p)
			var here, there *isoaudit.PolicyError
			require.ErrorAs(t, checked, &here)
			require.ErrorAs(t, refused, &there)
			require.ElementsMatch(t, here.Violations, there.Violations)
		}},
	)
}

// rulesBackend is one backend for all behaviours of a suite.
func (w *world) rulesBackend(t *testing.T) *backend {
	t.Helper()
	w.backendOnce.Do(func() { w.backend = newBackend(w.t, w.target) })
	require.NotNil(t, w.backend, "the backend could not be set up")
	return w.backend
}

// openPlan is an audit under way, led by anna.
func (b *backend) openPlan() *isoaudit.AuditPlan {
	plan := b.plan(anna)
	plan.Status = isoaudit.PlanInProgress
	return plan
}

// findingOf is a finding that anna reports.
func (b *backend) findingOf(plan *isoaudit.AuditPlan) *isoaudit.AuditFinding {
	return b.finding(plan, anna)
}

func (b *backend) newAction(t *testing.T) *isoaudit.CorrectiveAction {
	t.Helper()
	return b.action(save(t, b.admin.AuditFindings, b.findingOf(save(t, b.admin.AuditPlans, b.openPlan()))), anna)
}

// closedPlan is the administrator's record of an audit that is over.
func (b *backend) closedPlan(t *testing.T) *isoaudit.AuditPlan {
	t.Helper()
	p := b.openPlan()
	p.Status = isoaudit.PlanClosed
	return save(t, b.admin.AuditPlans, p)
}

// closedAction is a corrective action of anna's that is verified.
func (b *backend) closedAction(t *testing.T) *isoaudit.CorrectiveAction {
	t.Helper()
	a := b.newAction(t)
	a.Status, a.VerificationNote = isoaudit.CAPAClosed, "Ten orders of May checked."
	return save(t, b.admin.CorrectiveActions, a)
}

// actionInVerification is a corrective action that its owner reports as done.
func (b *backend) actionInVerification(t *testing.T) *isoaudit.CorrectiveAction {
	t.Helper()
	a := save(t, b.admin.CorrectiveActions, b.newAction(t))
	owner, status := b.as(anna).CorrectiveActions, isoaudit.CorrectiveActionFields.Status
	require.NoError(t, owner.Update(t.Context(), a.ObjectID, status.Set(isoaudit.CAPAInProgress)))
	require.NoError(t, owner.Update(t.Context(), a.ObjectID, status.Set(isoaudit.CAPAPendingVerification)))
	return a
}
