package workflow

import (
	"context"
	"fmt"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// The bodies of these functions are what the playground shows as Go. Names in braces
// are replaced by ids on the page.

var (
	plan   = isoaudit.AuditPlanFields
	action = isoaudit.CorrectiveActionFields
	me     = isoaudit.PointerTo[isoaudit.Auditor]("{me}")
	later  = time.Now().AddDate(0, 0, 30)
)

func queue(ctx context.Context, client *isoaudit.Client) error {
	plan := isoaudit.AuditPlanFields
	plans, err := client.AuditPlans.Query().
		Where(plan.Status.In(isoaudit.PlanPlanned, isoaudit.PlanInProgress)).
		Include(plan.LeadAuditor).
		OrderBy(plan.PlannedStartDate.Asc()).
		Find(ctx)
	for _, p := range plans {
		fmt.Println(p.AuditRef, p.SiteCode, p.Status)
	}
	return err
}

func planAudit(ctx context.Context, client *isoaudit.Client) error {
	return client.AuditPlans.Create(ctx, &isoaudit.AuditPlan{
		AuditRef: "IA-{unique}", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor]("{auditor}"), PlannedStartDate: later, Status: isoaudit.PlanPlanned,
	})
}

func startAudit(ctx context.Context, client *isoaudit.Client) error {
	return client.AuditPlans.Update(ctx, "{plan}", plan.Status.Set(isoaudit.PlanInProgress))
}

func recordFinding(ctx context.Context, client *isoaudit.Client) error {
	return client.AuditFindings.Create(ctx, &isoaudit.AuditFinding{
		FindingRef: "F-{unique}", AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("{plan}"), ReportedBy: me,
		FindingType: isoaudit.FindingNonconformity, Severity: isoaudit.SeverityMajor, Clause: "8.5.1",
		Statement: "The torque of the casing bolts is not recorded.", EvidenceNote: "3 of 12 travellers without a value.",
	})
}

func raiseAction(ctx context.Context, client *isoaudit.Client) error {
	return client.CorrectiveActions.Create(ctx, &isoaudit.CorrectiveAction{
		CAPARef: "CA-{unique}", Finding: isoaudit.PointerTo[isoaudit.AuditFinding]("{finding}"), Owner: me,
		ActionDescription: "Make the torque a mandatory entry.", DueDate: later,
		Status: isoaudit.CAPAOpen, VerificationNote: "TBD",
	})
}

func closeAtOnce(ctx context.Context, client *isoaudit.Client) error {
	// The rules refuse it: errors.As(err, &refused) with a *isoaudit.PolicyError.
	return client.CorrectiveActions.Update(ctx, "{action}",
		action.Status.Set(isoaudit.CAPAClosed), action.VerificationNote.Set("done"))
}

func workOnIt(ctx context.Context, client *isoaudit.Client) error {
	return client.CorrectiveActions.Update(ctx, "{action}", action.Status.Set(isoaudit.CAPAInProgress))
}

func handIn(ctx context.Context, client *isoaudit.Client) error {
	return client.CorrectiveActions.Update(ctx, "{action}", action.Status.Set(isoaudit.CAPAPendingVerification))
}

func closeIt(ctx context.Context, client *isoaudit.Client) error {
	return client.CorrectiveActions.Update(ctx, "{action}",
		action.Status.Set(isoaudit.CAPAClosed),
		action.VerificationNote.Set("20 travellers of two weeks checked: all carry the value."))
}

func overdue(ctx context.Context, client *isoaudit.Client) error {
	actions, err := client.CorrectiveActions.Query().
		Where(action.Status.NotIn(isoaudit.CAPAClosed, isoaudit.CAPACancelled), action.DueDate.Lt(time.Now())).
		Include(action.Owner, action.Finding).
		OrderBy(action.DueDate.Asc()).
		Find(ctx)
	for _, a := range actions {
		fmt.Println(a.CAPARef, a.DueDate)
	}
	return err
}

func issueDocument(ctx context.Context, client *isoaudit.Client) error {
	return client.DocumentControlLogs.Create(ctx, &isoaudit.DocumentControlLog{
		DocumentNumber: "WI-{unique}", DocumentTitle: "Assembly of pumps", Revision: "A",
		Owner: isoaudit.PointerTo[isoaudit.Auditor]("{auditor}"), ApprovedBy: me,
		EffectiveDate: time.Now(), Status: isoaudit.DocumentEffective,
	})
}

func reviewAudit(ctx context.Context, client *isoaudit.Client) error {
	return client.AuditReviews.Create(ctx, &isoaudit.AuditReview{
		AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("{plan}"), ReviewedBy: me, ReviewDate: time.Now(),
		Summary: "The findings are understood.", NextStep: "Look at torque records again in spring.",
	})
}

func history(ctx context.Context, client *isoaudit.Client) error {
	for event, err := range client.History(ctx, isoaudit.PointerTo[isoaudit.CorrectiveAction]("{action}")) {
		if err != nil {
			return err
		}
		fmt.Println(event.At, event.Op, event.Actor.ID, event.Reason)
	}
	return nil
}

func graphQL(ctx context.Context, client *isoaudit.Client) error {
	var answer struct {
		AuditPlans struct {
			Count int `json:"count"`
		} `json:"auditPlans"`
	}
	err := client.GraphQL(ctx, `{ auditPlans(where: {status: {equalTo: "planned"}}) { count } }`, nil, &answer)
	fmt.Println(answer.AuditPlans.Count)
	return err
}
