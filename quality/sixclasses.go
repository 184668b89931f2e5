package quality

import (
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// AuditOf makes the record of an audit. Include the lead auditor for the name.
func AuditOf(p *isoaudit.AuditPlan) Audit {
	return Audit{
		ID: p.ObjectID, Ref: p.AuditRef, Site: p.SiteCode, Clauses: p.StandardClause, Scope: p.Scope,
		Lead: personOf(p.LeadAuditor), Planned: p.PlannedStartDate, Status: p.Status,
	}
}

// FindingOf makes the record of a finding. Include who reported it for the name.
func FindingOf(f *isoaudit.AuditFinding) Finding {
	return Finding{
		ID: f.ObjectID, Ref: f.FindingRef, Audit: f.AuditPlan.ID, Type: f.FindingType, Grade: f.Severity, Clause: f.Clause,
		Statement: f.Statement, Evidence: f.EvidenceNote, Reporter: personOf(f.ReportedBy), Created: f.CreatedAt,
	}
}

// ActionOf makes the record of a corrective action. Include the owner for the name.
func ActionOf(a *isoaudit.CorrectiveAction) Action {
	return Action{
		ID: a.ObjectID, Ref: a.CAPARef, Finding: a.Finding.ID, Description: a.ActionDescription, Owner: personOf(a.Owner),
		Due: a.DueDate, Status: a.Status, Verification: a.VerificationNote, Created: a.CreatedAt,
	}
}

// DocumentOf makes the record of a document's revision. Include the owner and the
// approver for their names.
func DocumentOf(d *isoaudit.DocumentControlLog) Document {
	return Document{
		ID: d.ObjectID, Number: d.DocumentNumber, Title: d.DocumentTitle, Revision: d.Revision, Status: d.Status,
		Owner: personOf(d.Owner), Approver: personOf(d.ApprovedBy), Created: d.CreatedAt, EffectiveFrom: d.EffectiveDate,
	}
}

// ReviewOf makes the record of a review. Include the reviewer for the name.
func ReviewOf(r *isoaudit.AuditReview) Review {
	return Review{ID: r.ObjectID, Audit: r.AuditPlan.ID, Reviewer: personOf(r.ReviewedBy), Date: r.ReviewDate, Summary: r.Summary, NextStep: r.NextStep}
}

func personOf(p isoaudit.Pointer[isoaudit.Auditor]) Person {
	if auditor, ok := p.Get(); ok {
		return Person{p.ID, auditor.Username}
	}
	return Person{ID: p.ID}
}

// Events makes events of the rows of the audit trail, for those who may read it:
//
//	quality.ActionChanges(quality.Events(manager.AuditTrail.Query().All(ctx)))
func Events(rows iter.Seq2[*isoaudit.TrailEvent, error]) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for row, err := range rows {
			var e event.Event
			if err == nil {
				e, err = row.Decode()
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// AuditChanges makes the changes of audits of events; events of other classes are
// passed over.
func AuditChanges(events iter.Seq2[event.Event, error]) iter.Seq2[Change, error] {
	columns := isoaudit.AuditPlanFields
	return ChangesOf(events, (*isoaudit.AuditPlan)(nil).ParseClass().Name(), columns.Status.Name(), columns.PlannedStartDate.Name())
}

// ActionChanges makes the changes of corrective actions of events; events of other
// classes are passed over.
func ActionChanges(events iter.Seq2[event.Event, error]) iter.Seq2[Change, error] {
	columns := isoaudit.CorrectiveActionFields
	return ChangesOf(events, (*isoaudit.CorrectiveAction)(nil).ParseClass().Name(), columns.Status.Name(), columns.DueDate.Name())
}

// ChangesOf makes changes of the events of a class, given the columns that hold the
// status and the day. Events that were not confirmed are passed over, because their
// write may not have happened.
func ChangesOf(events iter.Seq2[event.Event, error], class, status, day string) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for e, err := range events {
			if err == nil && (e.Class != class || !e.Confirmed) {
				continue
			}
			var change Change
			if err == nil {
				change, err = changeOf(e, status, day)
			}
			if !yield(change, err) || err != nil {
				return
			}
		}
	}
}

func changeOf(e event.Event, status, day string) (Change, error) {
	change := Change{ID: e.Object(), At: e.At, Created: e.Op == event.Create}
	_, toStatus := e.Columns[status]
	_, toDay := e.Columns[day]
	if !toStatus && !toDay {
		return change, nil
	}
	values, err := e.Values()
	if err != nil {
		return Change{}, err
	}
	if v := values[status]; v != nil && v.After != nil {
		if err := json.Unmarshal(v.After, &change.Status); err != nil {
			return Change{}, fmt.Errorf("quality: event %s: column %s is no text", e.ID, status)
		}
	}
	if v := values[day]; v != nil && v.After != nil {
		var date struct {
			ISO time.Time `json:"iso"`
		}
		if err := json.Unmarshal(v.After, &date); err != nil {
			return Change{}, fmt.Errorf("quality: event %s: column %s is no date", e.ID, day)
		}
		change.Day = date.ISO
	}
	return change, nil
}
