package prompt

import (
	"context"
	"fmt"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
)

// The bodies of these functions are what the playground shows as Go. Names in braces
// are replaced by ids on the page.

var (
	audit = promptschema.AuditFields
	capa  = promptschema.CAPAFields
	me    = parse.PointerTo[promptschema.User]("{me}")
	later = time.Now().AddDate(0, 0, 30)
)

func queue(ctx context.Context, client *promptschema.Client) error {
	audit := promptschema.AuditFields
	audits, err := client.Audits.Query().
		Where(audit.Status.In(promptschema.AuditPlanned, promptschema.AuditInProgress)).
		Include(audit.Auditor).
		OrderBy(audit.ScheduledAt.Asc()).
		Find(ctx)
	for _, a := range audits {
		fmt.Println(a.AuditNumber, a.Site, a.Status)
	}
	return err
}

func planAudit(ctx context.Context, client *promptschema.Client) error {
	return client.Audits.Create(ctx, &promptschema.Audit{
		AuditNumber: "IA-{unique}", Site: "PLANT-07", Status: promptschema.AuditPlanned,
		Auditor: parse.PointerTo[promptschema.User]("{auditor}"), ScheduledAt: later,
	})
}

func startAudit(ctx context.Context, client *promptschema.Client) error {
	return client.Audits.Update(ctx, "{audit}", audit.Status.Set(promptschema.AuditInProgress))
}

func record(ctx context.Context, client *promptschema.Client) error {
	return client.NonConformances.Create(ctx, &promptschema.NonConformance{
		NCNumber: "NC-{unique}", Audit: parse.PointerTo[promptschema.Audit]("{audit}"),
		Source: promptschema.SourceInternalAudit, Severity: promptschema.SeverityMajor, Status: promptschema.NonConformanceOpen,
		EvidenceNotes: "3 of 12 travellers without the torque of the casing bolts.",
	})
}

func raise(ctx context.Context, client *promptschema.Client) error {
	return client.CAPAs.Create(ctx, &promptschema.CAPA{
		CAPANumber: "CA-{unique}", ActionType: promptschema.ActionCorrective, ClosureStatus: promptschema.CAPAOpen,
		NonConformance: parse.PointerTo[promptschema.NonConformance]("{nonconformity}"), Owner: me, DueDate: later,
	})
}

func closeAtOnce(ctx context.Context, client *promptschema.Client) error {
	// The rules refuse it: errors.As(err, &refused) with a *isoaudit.PolicyError.
	return client.CAPAs.Update(ctx, "{capa}",
		capa.ClosureStatus.Set(promptschema.CAPAClosed), capa.VerificationNotes.Set("done"))
}

func workOnIt(ctx context.Context, client *promptschema.Client) error {
	return client.CAPAs.Update(ctx, "{capa}", capa.ClosureStatus.Set(promptschema.CAPAInProgress))
}

func handIn(ctx context.Context, client *promptschema.Client) error {
	return client.CAPAs.Update(ctx, "{capa}", capa.ClosureStatus.Set(promptschema.CAPAPendingVerification))
}

func closeIt(ctx context.Context, client *promptschema.Client) error {
	return client.CAPAs.Update(ctx, "{capa}",
		capa.ClosureStatus.Set(promptschema.CAPAClosed),
		capa.VerificationNotes.Set("20 travellers of two weeks checked: all carry the value."))
}

func overdue(ctx context.Context, client *promptschema.Client) error {
	capas, err := client.CAPAs.Query().
		Where(capa.ClosureStatus.NotIn(promptschema.CAPAClosed, promptschema.CAPACancelled), capa.DueDate.Lt(time.Now())).
		Include(capa.Owner, capa.NonConformance).
		OrderBy(capa.DueDate.Asc()).
		Find(ctx)
	for _, c := range capas {
		fmt.Println(c.CAPANumber, c.DueDate)
	}
	return err
}

func issueDocument(ctx context.Context, client *promptschema.Client) error {
	return client.DocumentControlLogs.Create(ctx, &promptschema.DocumentControlLog{
		DocumentCode: "WI-{unique}", Title: "Assembly of pumps", Revision: "A", ApprovedBy: me, EffectiveDate: time.Now(),
	})
}

func history(ctx context.Context, client *promptschema.Client) error {
	for event, err := range client.History(ctx, parse.PointerTo[promptschema.CAPA]("{capa}")) {
		if err != nil {
			return err
		}
		fmt.Println(event.At, event.Op, event.Actor.ID, event.Reason)
	}
	return nil
}

func graphQL(ctx context.Context, client *promptschema.Client) error {
	var answer struct {
		Audits struct {
			Count int `json:"count"`
		} `json:"audits"`
	}
	err := client.GraphQL(ctx, `{ audits(where: {status: {equalTo: "planned"}}) { count } }`, nil, &answer)
	fmt.Println(answer.Audits.Count)
	return err
}
