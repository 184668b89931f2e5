package quality

import (
	"strings"

	"github.com/isoaudit/isoaudit-go"
)

// AuditFigures are the audit programme against its plan. Audits belong to the period
// in which they are planned to begin.
type AuditFigures struct {
	ByStatus  Groups // all audits, whatever their day
	Planned   Number // in the period, without those that were cancelled
	Cancelled Number // in the period
	BySite    Groups // those of Planned
	ByLead    Groups // those of Planned
	Programme Ratio  // completed or closed, of those of Planned
	Late      Ages   // still planned though their day is over, with the days since; in any period

	// What the trail tells; of the audits of Planned.
	Moved         Number // to a later day than they were created with
	StartedOnTime Ratio  // begun no later than the day they were created with, of those that were begun

	Coverage Coverage
}

func (m *meter) measureAudits() error {
	var byStatus, bySite, byLead tally
	figures := &m.result.Audits
	coverage := newCoverage(m)
	err := each("Audits", m.source.Audits, func(a *Audit) {
		entry := m.rolls.audits.add(a.ID, a.Ref)
		byStatus.add(string(a.Status), entry)
		day, known := m.terms.day(a.Planned)
		inPeriod := known && m.terms.Period.Has(day)
		m.audits[a.ID] = auditFacts{entry, a.Site, a.Lead.String(), a.done(), a.done() && inPeriod}
		if a.Status == isoaudit.PlanPlanned && known && day < m.terms.today() {
			figures.Late.add(entry, int(m.terms.today()-day))
		}
		if a.Status == isoaudit.PlanPlanned && !known {
			figures.Late.notKnown(entry)
		}
		if a.Status == isoaudit.PlanCancelled {
			figures.Cancelled.judge(entry, inPeriod, known)
			return
		}
		figures.Planned.judge(entry, inPeriod, known)
		figures.Programme.Of.judge(entry, inPeriod, known)
		if !inPeriod {
			return
		}
		bySite.add(a.Site, entry)
		byLead.add(a.Lead.String(), entry)
		figures.Programme.Part.judge(entry, a.done(), knownPlanStatus(a.Status))
		m.againstTrail(a, entry)
		coverage.add(a, entry)
	})
	if err != nil {
		return err
	}
	all := &m.rolls.audits
	all.order()
	none, noDay := missing(noAudits, m.source.Audits), m.source.lacks(AuditPlanned)
	lacking := firstOf(none, noDay)
	figures.ByStatus = byStatus.groups(all, none, strings.Compare)
	figures.BySite = bySite.groups(all, lacking, strings.Compare)
	figures.ByLead = byLead.groups(all, lacking, strings.Compare)
	figures.Planned.finish(all, lacking)
	figures.Cancelled.finish(all, lacking)
	figures.Programme.finish(all, lacking)
	figures.Late.finish(all, lacking)
	trail := firstOf(lacking, missing(noAuditChanges, m.source.AuditChanges))
	figures.Moved.finish(all, trail)
	figures.StartedOnTime.finish(all, trail)
	figures.Coverage = coverage.finish(firstOf(lacking, m.source.lacks(AuditClauses)))
	return nil
}

// againstTrail compares an audit with the day that it was created with, so that moving
// the day hides nothing.
func (m *meter) againstTrail(a *Audit, entry place) {
	figures := &m.result.Audits
	trail := m.auditTrail.of(a.ID)
	planned, known := trail.firstDay()
	first, _ := m.terms.day(planned)
	now, _ := m.terms.day(a.Planned)
	figures.Moved.judge(entry, now > first, known)

	began, begun := trail.first(string(isoaudit.PlanInProgress))
	if !begun && a.Status == isoaudit.PlanPlanned {
		return
	}
	figures.StartedOnTime.Of.judge(entry, begun, begun && known)
	if begun && known {
		started, _ := m.terms.moment(began)
		figures.StartedOnTime.Part.judge(entry, started <= first, true)
	}
}

func knownPlanStatus(s isoaudit.PlanStatus) bool {
	switch s {
	case isoaudit.PlanPlanned, isoaudit.PlanInProgress, isoaudit.PlanCompleted, isoaudit.PlanClosed, isoaudit.PlanCancelled:
		return true
	}
	return false
}

func firstOf(missing ...string) string {
	for _, one := range missing {
		if one != "" {
			return one
		}
	}
	return ""
}
