package promptschema

import (
	"cmp"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// Fill is what [ToSix] puts into columns that the six classes require and the four do
// not have.
type Fill struct {
	Now           time.Time                       // decides which revision of a document is in force
	Text          string                          // "": "not recorded"
	DocumentOwner parse.Pointer[isoaudit.Auditor] // zero: who approved the revision
}

// notVerified is the note of an action that has none yet; the rules take it for a
// placeholder.
const notVerified = "TBD"

// ToSix converts records of the four classes to the six. Ids, times and ACLs stay, so
// that pointers hold. The report has every value that the six classes cannot hold, and
// every one that they need and that had to be assumed. kept is the report of an earlier
// [FromSix], from which what was lost then is taken; it may be empty.
//
// Columns of an application's own, in structs that embed the four, are not converted.
func ToSix(four Records, fill Fill, kept Report) (SixRecords, Report) {
	fill.Text = cmp.Or(fill.Text, "not recorded")
	c := newConversion(kept)
	var six SixRecords
	for _, u := range four.Users {
		six.Auditors = append(six.Auditors, c.sixAuditor(u, fill))
	}
	auditors := map[string]string{}
	for _, a := range four.Audits {
		auditors[a.ObjectID] = a.Auditor.ID
		six.AuditPlans = append(six.AuditPlans, c.sixPlan(a, fill))
	}
	for _, n := range four.NonConformances {
		six.AuditFindings = append(six.AuditFindings, c.sixFinding(n, auditors[n.Audit.ID], fill))
	}
	for _, a := range four.CAPAs {
		six.CorrectiveActions = append(six.CorrectiveActions, c.sixAction(a, fill))
	}
	inForce := statesOf(four.DocumentControlLogs, fill.Now)
	for _, d := range four.DocumentControlLogs {
		six.DocumentControlLogs = append(six.DocumentControlLogs, c.sixDocument(d, inForce[d], fill))
	}
	six.AuditFindings = append(six.AuditFindings, kept.Unheld.AuditFindings...)
	six.CorrectiveActions = append(six.CorrectiveActions, kept.Unheld.CorrectiveActions...)
	six.AuditReviews = kept.Unheld.AuditReviews
	return six, c.report
}

func (c *conversion) sixAuditor(u *User, fill Fill) *isoaudit.Auditor {
	return &isoaudit.Auditor{
		Object: u.Object, Username: u.Username, Email: u.Email, Password: u.Password,
		Role:     isoaudit.AuditorRole(c.needs(sixUser, u.ObjectID, "role", string(isoaudit.RoleAuditor), "a label; it grants nothing")),
		SiteCode: c.needs(sixUser, u.ObjectID, "siteCode", fill.Text, noColumn),
	}
}

func (c *conversion) sixPlan(a *Audit, fill Fill) *isoaudit.AuditPlan {
	c.loses(auditClass.Name(), a.ObjectID, "notes", a.Notes, noColumn)
	planned := a.ScheduledAt
	if planned.IsZero() {
		planned = a.CreatedAt
		if planned.IsZero() {
			planned = fill.Now
		}
		c.assumes(sixPlan, a.ObjectID, "plannedStartDate", timeText(planned), "the audit had no date: when it was recorded")
	}
	return &isoaudit.AuditPlan{
		Object: a.Object, AuditRef: a.AuditNumber, SiteCode: a.Site, Status: isoaudit.PlanStatus(a.Status),
		LeadAuditor: parse.PointerTo[isoaudit.Auditor](a.Auditor.ID), PlannedStartDate: planned,
		StandardClause: c.needs(sixPlan, a.ObjectID, "standardClause", fill.Text, noColumn),
		Scope:          c.needs(sixPlan, a.ObjectID, "scope", fill.Text, noColumn),
	}
}

func (c *conversion) sixFinding(n *NonConformance, auditor string, fill Fill) *isoaudit.AuditFinding {
	class := nonConformanceClass.Name()
	c.loses(class, n.ObjectID, "source", string(n.Source), noColumn)
	c.loses(class, n.ObjectID, "status", string(n.Status), noColumn)
	c.loses(class, n.ObjectID, "rootCause", n.RootCause, noColumn)
	kind := isoaudit.FindingNonconformity
	if held := c.wants(sixFinding, n.ObjectID, "findingType"); held != "" {
		kind = isoaudit.FindingType(held)
	}
	evidence := n.EvidenceNotes
	if evidence == "" {
		evidence = c.assumes(sixFinding, n.ObjectID, "evidenceNote", fill.Text, "the nonconformity had none")
	}
	return &isoaudit.AuditFinding{
		Object: n.Object, FindingRef: n.NCNumber, AuditPlan: parse.PointerTo[isoaudit.AuditPlan](n.Audit.ID),
		FindingType: kind, Severity: isoaudit.Severity(n.Severity), EvidenceNote: evidence,
		Clause:     c.needs(sixFinding, n.ObjectID, "clause", fill.Text, noColumn),
		Statement:  c.needs(sixFinding, n.ObjectID, "statement", fill.Text, noColumn),
		ReportedBy: parse.PointerTo[isoaudit.Auditor](c.needs(sixFinding, n.ObjectID, "reportedBy", auditor, "the auditor of the audit")),
	}
}

func (c *conversion) sixAction(a *CAPA, fill Fill) *isoaudit.CorrectiveAction {
	c.loses(capaClass.Name(), a.ObjectID, "actionType", string(a.ActionType), noColumn)
	note := a.VerificationNotes
	if note == "" {
		note = c.assumes(sixAction, a.ObjectID, "verificationNote", notVerified, "the CAPA had none")
	}
	return &isoaudit.CorrectiveAction{
		Object: a.Object, CAPARef: a.CAPANumber, Status: isoaudit.CAPAStatus(a.ClosureStatus), DueDate: a.DueDate, VerificationNote: note,
		Finding: parse.PointerTo[isoaudit.AuditFinding](a.NonConformance.ID), Owner: parse.PointerTo[isoaudit.Auditor](a.Owner.ID),
		ActionDescription: c.needs(sixAction, a.ObjectID, "actionDescription", fill.Text, noColumn),
	}
}

func (c *conversion) sixDocument(d *DocumentControlLog, state isoaudit.DocumentStatus, fill Fill) *isoaudit.DocumentControlLog {
	c.loses(documentClass.Name(), d.ObjectID, "notes", d.Notes, noColumn)
	owner, why := fill.DocumentOwner.ID, "given for all documents"
	if owner == "" {
		owner, why = d.ApprovedBy.ID, "who approved it; the rules of the six classes want somebody else"
	}
	return &isoaudit.DocumentControlLog{
		Object: d.Object, DocumentNumber: d.DocumentCode, DocumentTitle: d.Title, Revision: d.Revision,
		EffectiveDate: d.EffectiveDate, ApprovedBy: parse.PointerTo[isoaudit.Auditor](d.ApprovedBy.ID),
		Owner:  parse.PointerTo[isoaudit.Auditor](c.needs(sixDocument, d.ObjectID, "owner", owner, why)),
		Status: isoaudit.DocumentStatus(c.needs(sixDocument, d.ObjectID, "status", string(state), "from the dates of the revisions")),
	}
}

// statesOf tells which revisions were in force at now, were replaced, or are to come.
func statesOf(documents []*DocumentControlLog, now time.Time) map[*DocumentControlLog]isoaudit.DocumentStatus {
	states, newest := map[*DocumentControlLog]isoaudit.DocumentStatus{}, map[string]*DocumentControlLog{}
	for _, d := range documents {
		if d.EffectiveDate.After(now) {
			states[d] = isoaudit.DocumentApproved
			continue
		}
		states[d] = isoaudit.DocumentEffective
		if other := newest[d.DocumentCode]; other != nil {
			if later(other, d) {
				d, other = other, d
			}
			states[other] = isoaudit.DocumentSuperseded
		}
		newest[d.DocumentCode] = d
		states[d] = isoaudit.DocumentEffective
	}
	return states
}

// later tells whether a took effect after b, or at the same time as the newer revision.
func later(a, b *DocumentControlLog) bool {
	if order := a.EffectiveDate.Compare(b.EffectiveDate); order != 0 {
		return order > 0
	}
	return policy.CompareRevisions(a.Revision, b.Revision) > 0
}
