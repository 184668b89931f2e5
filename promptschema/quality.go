package promptschema

import (
	"iter"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/quality"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// QualityLacks are the columns of package quality that the four classes do not have, for
// quality.Source.Lacks.
func QualityLacks() []quality.Column {
	return []quality.Column{quality.AuditClauses, quality.FindingClause, quality.FindingType, quality.DocumentStatus, quality.DocumentOwner}
}

// AuditOf makes the record of an audit for package quality. Include the auditor for the
// name.
func AuditOf(a *Audit) quality.Audit {
	return quality.Audit{
		ID: a.ObjectID, Ref: a.AuditNumber, Site: a.Site, Lead: personOf(a.Auditor), Planned: a.ScheduledAt,
		Status: isoaudit.PlanStatus(a.Status), Notes: a.Notes,
	}
}

// FindingOf makes the record of a nonconformity for package quality. One that was
// cancelled was none, and counts as an observation that is settled.
func FindingOf(n *NonConformance) quality.Finding {
	f := quality.Finding{
		ID: n.ObjectID, Ref: n.NCNumber, Audit: n.Audit.ID, Type: isoaudit.FindingNonconformity, Grade: isoaudit.Severity(n.Severity),
		Evidence: n.EvidenceNotes, RootCause: n.RootCause, Created: n.CreatedAt,
	}
	switch n.Status {
	case NonConformanceOpen, NonConformanceInProgress:
		f.State = quality.FindingOpen
	case NonConformanceClosed:
		f.State = quality.FindingClosed
	case NonConformanceCancelled:
		f.Type, f.State = isoaudit.FindingObservation, quality.FindingClosed
	default:
		f.State = quality.FindingState(n.Status) // not known, and told as such
	}
	return f
}

// ActionOf makes the record of a CAPA for package quality. Include the owner for the name.
func ActionOf(c *CAPA) quality.Action {
	return quality.Action{
		ID: c.ObjectID, Ref: c.CAPANumber, Finding: c.NonConformance.ID, Kind: string(c.ActionType), Owner: personOf(c.Owner),
		Due: c.DueDate, Status: isoaudit.CAPAStatus(c.ClosureStatus), Verification: c.VerificationNotes, Created: c.CreatedAt,
	}
}

// DocumentOf makes the record of a document's revision for package quality. Include the
// approver for the name.
func DocumentOf(d *DocumentControlLog) quality.Document {
	return quality.Document{
		ID: d.ObjectID, Number: d.DocumentCode, Title: d.Title, Revision: d.Revision, Approver: personOf(d.ApprovedBy),
		Created: d.CreatedAt, EffectiveFrom: d.EffectiveDate,
	}
}

func personOf(p parse.Pointer[User]) quality.Person {
	if user, ok := p.Get(); ok {
		return quality.Person{ID: p.ID, Name: user.Username}
	}
	return quality.Person{ID: p.ID}
}

// AuditChanges makes the changes of audits of events, for package quality.
func AuditChanges(events iter.Seq2[event.Event, error]) iter.Seq2[quality.Change, error] {
	return quality.ChangesOf(events, auditClass.Name(), AuditFields.Status.Name(), AuditFields.ScheduledAt.Name())
}

// ActionChanges makes the changes of CAPAs of events, for package quality.
func ActionChanges(events iter.Seq2[event.Event, error]) iter.Seq2[quality.Change, error] {
	return quality.ChangesOf(events, capaClass.Name(), CAPAFields.ClosureStatus.Name(), CAPAFields.DueDate.Name())
}
