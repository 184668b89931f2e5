package audittest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
)

var now = time.Date(2026, time.November, 22, 15, 4, 5, 0, time.UTC)

func TestSampleIsDeterministic(t *testing.T) {
	first, again := audittest.NewSample(now, 1), audittest.NewSample(now, 1)
	require.Equal(t, first, again)
	require.NotEqual(t, first, audittest.NewSample(now, 2))

	// The time zone of now does not matter, the moment does.
	zone := time.FixedZone("far west", -11*3600)
	require.Equal(t, first, audittest.NewSample(now.In(zone), 1))
}

func TestSampleMovesWithNow(t *testing.T) {
	early, late := audittest.NewSample(now, 1), audittest.NewSample(now.AddDate(0, 0, 28), 1)
	for i, plan := range early.Plans {
		require.Equal(t, plan.PlannedStartDate.AddDate(0, 0, 28), late.Plans[i].PlannedStartDate)
	}
}

// Any seed gives a year that has everything in it.
func TestSampleHasEverything(t *testing.T) {
	for seed := range uint64(20) {
		now := now.AddDate(0, 0, int(seed)) // any day of the week
		s := audittest.NewSample(now, seed)
		require.Len(t, s.Plans, 53)
		require.Greater(t, len(s.Findings), 80)
		require.Greater(t, len(s.Actions), 40)
		require.Greater(t, len(s.Documents), 30)
		require.Greater(t, len(s.Reviews), 20)

		statuses := map[any]int{}
		sites := map[string]int{}
		for _, plan := range s.Plans {
			statuses[plan.Status]++
			sites[plan.SiteCode]++
		}
		overdue := 0
		for _, action := range s.Actions {
			statuses[action.Status]++
			if action.Status != isoaudit.CAPAClosed && action.Status != isoaudit.CAPACancelled && action.DueDate.Before(now) {
				overdue++
			}
		}
		for _, document := range s.Documents {
			statuses[document.Status]++
		}
		for _, finding := range s.Findings {
			statuses[finding.Severity]++
			statuses[finding.FindingType]++
		}
		for _, status := range []any{
			isoaudit.PlanPlanned, isoaudit.PlanInProgress, isoaudit.PlanCompleted, isoaudit.PlanClosed, isoaudit.PlanCancelled,
			isoaudit.CAPAOpen, isoaudit.CAPAInProgress, isoaudit.CAPAPendingVerification, isoaudit.CAPAClosed, isoaudit.CAPACancelled,
			isoaudit.DocumentDraft, isoaudit.DocumentInReview, isoaudit.DocumentApproved, isoaudit.DocumentEffective,
			isoaudit.DocumentSuperseded, isoaudit.DocumentObsolete,
			isoaudit.SeverityCritical, isoaudit.SeverityMajor, isoaudit.SeverityMinor, isoaudit.SeverityNone,
			isoaudit.FindingNonconformity, isoaudit.FindingObservation, isoaudit.FindingOFI,
			isoaudit.FindingConformity, isoaudit.FindingGoodPractice,
		} {
			require.Positive(t, statuses[status], "seed %d has no %T %v", seed, status, status)
		}
		require.Len(t, sites, 4)
		require.Positive(t, overdue, "seed %d has no overdue action", seed)
	}
}

// What the rules of package policy ask of one object beside another.
func TestSampleIsConsistent(t *testing.T) {
	for seed := range uint64(20) {
		s := audittest.NewSample(now, seed)
		roles := map[string]isoaudit.AuditorRole{}
		for _, auditor := range s.Auditors {
			roles[auditor.Username] = auditor.Role
		}
		plans := map[string]*isoaudit.AuditPlan{}
		for _, plan := range s.Plans {
			require.NotContains(t, plans, plan.AuditRef)
			plans[plan.AuditRef] = plan
			require.Equal(t, isoaudit.RoleAuditor, roles[plan.LeadAuditor.ID])
			require.NotContains(t, []time.Weekday{time.Saturday, time.Sunday}, plan.PlannedStartDate.Weekday())
			if plan.Status == isoaudit.PlanPlanned {
				require.True(t, plan.PlannedStartDate.After(now))
			}
		}
		findings := map[string]*isoaudit.AuditFinding{}
		closed, open := map[string]bool{}, map[string]bool{}
		for _, finding := range s.Findings {
			require.NotContains(t, findings, finding.FindingRef)
			findings[finding.FindingRef] = finding
			plan := plans[finding.AuditPlan.ID]
			require.NotNil(t, plan)
			require.NotContains(t, []isoaudit.PlanStatus{isoaudit.PlanPlanned, isoaudit.PlanCancelled}, plan.Status)
			require.Equal(t, finding.FindingType == isoaudit.FindingNonconformity, finding.Severity != isoaudit.SeverityNone)
		}
		references := map[string]bool{}
		for _, action := range s.Actions {
			require.NotContains(t, references, action.CAPARef)
			references[action.CAPARef] = true
			finding := findings[action.Finding.ID]
			require.NotNil(t, finding)
			plan := plans[finding.AuditPlan.ID]
			require.NotEqual(t, plan.LeadAuditor.ID, action.Owner.ID, "nobody audits his own work")
			require.True(t, action.DueDate.After(plan.PlannedStartDate))
			switch action.Status {
			case isoaudit.CAPAClosed:
				closed[finding.FindingRef] = true
				require.Greater(t, len(action.VerificationNote), 20)
			case isoaudit.CAPACancelled:
			default:
				open[finding.FindingRef] = true
			}
		}
		for ref, finding := range findings {
			if finding.FindingType == isoaudit.FindingNonconformity && plans[finding.AuditPlan.ID].Status == isoaudit.PlanClosed {
				require.True(t, closed[ref] && !open[ref], "an audit is closed when its nonconformities are")
			}
		}
		effective := map[string]bool{}
		for _, document := range s.Documents {
			require.NotEqual(t, document.Owner.ID, document.ApprovedBy.ID)
			require.Equal(t, isoaudit.RoleApprover, roles[document.ApprovedBy.ID])
			require.False(t, references[document.DocumentNumber+document.Revision])
			references[document.DocumentNumber+document.Revision] = true
			if document.Status == isoaudit.DocumentEffective {
				require.False(t, effective[document.DocumentNumber], "one effective revision of a document")
				effective[document.DocumentNumber] = true
				require.True(t, document.EffectiveDate.Before(now))
			}
		}
		for _, review := range s.Reviews {
			require.False(t, review.ReviewDate.After(now))
			require.True(t, review.ReviewDate.After(plans[review.AuditPlan.ID].PlannedStartDate))
			require.Equal(t, isoaudit.RoleManager, roles[review.ReviewedBy.ID])
		}
	}
}
