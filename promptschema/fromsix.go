package promptschema

import (
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// The class names of the six.
var (
	sixUser     = (*isoaudit.Auditor)(nil).ParseClass().Name()
	sixPlan     = (*isoaudit.AuditPlan)(nil).ParseClass().Name()
	sixFinding  = (*isoaudit.AuditFinding)(nil).ParseClass().Name()
	sixAction   = (*isoaudit.CorrectiveAction)(nil).ParseClass().Name()
	sixDocument = (*isoaudit.DocumentControlLog)(nil).ParseClass().Name()
	sixReview   = (*isoaudit.AuditReview)(nil).ParseClass().Name()
)

// FromSix converts records of the six classes to the four. Ids, times and ACLs stay, so
// that pointers hold. The report has every value that the four classes cannot hold.
//
// A finding that is no nonconformity has no place there, nor have its actions and the
// reviews. The state of a nonconformity is assumed from its actions. kept is the report of
// an earlier [ToSix], from which what was lost then is taken; it may be empty.
//
// Columns of an application's own, in structs that embed the six, are not converted.
func FromSix(six SixRecords, kept Report) (Records, Report) {
	c := newConversion(kept)
	var four Records
	for _, a := range six.Auditors {
		four.Users = append(four.Users, c.user(a))
	}
	for _, p := range six.AuditPlans {
		four.Audits = append(four.Audits, c.audit(p))
	}
	actions := map[string][]*isoaudit.CorrectiveAction{}
	for _, a := range six.CorrectiveActions {
		actions[a.Finding.ID] = append(actions[a.Finding.ID], a)
	}
	unheld := map[string]bool{}
	for _, f := range six.AuditFindings {
		if !isNonConformance(f) {
			unheld[f.ObjectID] = true
			c.report.Unheld.AuditFindings = append(c.report.Unheld.AuditFindings, f)
			c.loses(sixFinding, f.ObjectID, "", f.FindingRef, "only nonconformities have a class")
			continue
		}
		four.NonConformances = append(four.NonConformances, c.nonConformance(f, actions[f.ObjectID]))
	}
	for _, a := range six.CorrectiveActions {
		if unheld[a.Finding.ID] {
			c.report.Unheld.CorrectiveActions = append(c.report.Unheld.CorrectiveActions, a)
			c.loses(sixAction, a.ObjectID, "", a.CAPARef, "its finding is no nonconformity")
			continue
		}
		four.CAPAs = append(four.CAPAs, c.capa(a))
	}
	for _, d := range six.DocumentControlLogs {
		four.DocumentControlLogs = append(four.DocumentControlLogs, c.document(d))
	}
	for _, r := range six.AuditReviews {
		c.report.Unheld.AuditReviews = append(c.report.Unheld.AuditReviews, r)
		c.loses(sixReview, r.ObjectID, "", r.AuditPlan.ID, "reviews have no class")
	}
	return four, c.report
}

// isNonConformance also takes a finding whose type is no word of the rules for one, if
// it is graded as one.
func isNonConformance(f *isoaudit.AuditFinding) bool {
	switch f.FindingType {
	case isoaudit.FindingNonconformity:
		return true
	case isoaudit.FindingObservation, isoaudit.FindingOFI, isoaudit.FindingConformity, isoaudit.FindingGoodPractice:
		return false
	}
	return Severity(f.Severity).Valid()
}

func (c *conversion) user(a *isoaudit.Auditor) *User {
	c.loses(sixUser, a.ObjectID, "role", string(a.Role), noColumn)
	c.loses(sixUser, a.ObjectID, "siteCode", a.SiteCode, noColumn)
	return &User{Object: a.Object, Username: a.Username, Email: a.Email, Password: a.Password}
}

func (c *conversion) audit(p *isoaudit.AuditPlan) *Audit {
	c.loses(sixPlan, p.ObjectID, "standardClause", p.StandardClause, noColumn)
	c.loses(sixPlan, p.ObjectID, "scope", p.Scope, noColumn)
	scheduled := p.PlannedStartDate
	if c.unlessAssumed(sixPlan, p.ObjectID, "plannedStartDate", timeText(scheduled)) == "" {
		scheduled = time.Time{}
	}
	return &Audit{
		Object: p.Object, AuditNumber: p.AuditRef, Site: p.SiteCode, Status: AuditStatus(p.Status),
		Auditor: parse.PointerTo[User](p.LeadAuditor.ID), ScheduledAt: scheduled,
		Notes: c.wants(auditClass.Name(), p.ObjectID, "notes"),
	}
}

func (c *conversion) nonConformance(f *isoaudit.AuditFinding, actions []*isoaudit.CorrectiveAction) *NonConformance {
	if f.FindingType != isoaudit.FindingNonconformity {
		c.loses(sixFinding, f.ObjectID, "findingType", string(f.FindingType), noColumn)
	}
	c.loses(sixFinding, f.ObjectID, "clause", f.Clause, noColumn)
	c.loses(sixFinding, f.ObjectID, "statement", f.Statement, noColumn)
	c.loses(sixFinding, f.ObjectID, "reportedBy", f.ReportedBy.ID, noColumn)
	class := nonConformanceClass.Name()
	return &NonConformance{
		Object: f.Object, NCNumber: f.FindingRef, Severity: Severity(f.Severity), Audit: parse.PointerTo[Audit](f.AuditPlan.ID),
		Source:        Source(c.needs(class, f.ObjectID, "source", string(SourceInternalAudit), "a finding comes from an audit")),
		Status:        NonConformanceStatus(c.needs(class, f.ObjectID, "status", string(statusOf(actions)), "the state of its actions")),
		RootCause:     c.wants(class, f.ObjectID, "rootCause"),
		EvidenceNotes: c.unlessAssumed(sixFinding, f.ObjectID, "evidenceNote", f.EvidenceNote),
	}
}

// statusOf is the state of a nonconformity with these actions: closed when one is closed
// and none is open, in progress when one is open.
func statusOf(actions []*isoaudit.CorrectiveAction) NonConformanceStatus {
	status := NonConformanceOpen
	for _, a := range actions {
		switch a.Status {
		case isoaudit.CAPACancelled:
		case isoaudit.CAPAClosed:
			status = NonConformanceClosed
		default:
			return NonConformanceInProgress
		}
	}
	return status
}

func (c *conversion) capa(a *isoaudit.CorrectiveAction) *CAPA {
	c.loses(sixAction, a.ObjectID, "actionDescription", a.ActionDescription, noColumn)
	return &CAPA{
		Object: a.Object, CAPANumber: a.CAPARef, ClosureStatus: ClosureStatus(a.Status), DueDate: a.DueDate,
		NonConformance: parse.PointerTo[NonConformance](a.Finding.ID), Owner: parse.PointerTo[User](a.Owner.ID),
		ActionType:        ActionType(c.needs(capaClass.Name(), a.ObjectID, "actionType", string(ActionCorrective), "the six classes know corrective actions only")),
		VerificationNotes: c.unlessAssumed(sixAction, a.ObjectID, "verificationNote", a.VerificationNote),
	}
}

func (c *conversion) document(d *isoaudit.DocumentControlLog) *DocumentControlLog {
	c.loses(sixDocument, d.ObjectID, "owner", d.Owner.ID, noColumn)
	c.loses(sixDocument, d.ObjectID, "status", string(d.Status), noColumn)
	return &DocumentControlLog{
		Object: d.Object, DocumentCode: d.DocumentNumber, Title: d.DocumentTitle, Revision: d.Revision,
		EffectiveDate: d.EffectiveDate, ApprovedBy: parse.PointerTo[User](d.ApprovedBy.ID),
		Notes: c.wants(documentClass.Name(), d.ObjectID, "notes"),
	}
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
