package quality

import (
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// FindingFigures are the findings. A finding belongs to the period in which it was
// created, and to the site of its audit.
type FindingFigures struct {
	Raised          Number // in the period
	ByType          Groups // those of Raised
	Improvements    Number // opportunities for improvement, of Raised
	Nonconformities Number // of Raised
	ByGrade         Groups // those of Nonconformities, and so are the next four
	BySite          Groups
	ByClause        Groups // clauses of level 2
	ByReporter      Groups
	ByLead          Groups // lead auditors of their audits
	PerAudit        Ratio  // findings of the audits of the period that were done, of these audits

	Open         Number // see FindingState; in any period
	OpenByType   Groups
	OpenByGrade  Groups
	OpenBySite   Groups
	OpenByClause Groups // clauses of level 2

	MajorWithoutAction Ages // major and critical nonconformities without an action for more than Terms.MajorDays, with the days since they were raised

	Repeats             Ratio    // of Nonconformities, those that repeat an earlier one
	RepeatsOf           []Repeat // what they repeat
	RepeatsAfterClosing Number   // of Repeats, those raised when the earlier one was closed already

	NotAClause   Groups // findings by the text that is no clause of the edition; in any period
	NoClause     Number // without any text
	WithoutAudit Number // whose audit is not among the audits
}

// findingTallies are the groups of findings while they are collected.
type findingTallies struct {
	byType, byGrade, bySite, byClause                 tally
	byReporter, byLead                                tally
	openByType, openByGrade, openBySite, openByClause tally
	notAClause                                        tally
}

func (m *meter) measureFindings() error {
	f := &m.result.Findings
	var t findingTallies
	repeats := newRepeats(m)
	err := each("Findings", m.source.Findings, func(one *Finding) {
		entry := m.rolls.findings.add(one.ID, one.Ref)
		audit, hasAudit := m.audits[one.Audit]
		clauses, rest := m.read(one.Clause)
		for _, text := range rest {
			t.notAClause.add(text, entry)
		}
		f.NoClause.judge(entry, len(clauses)+len(rest) == 0, true)
		f.WithoutAudit.judge(entry, !hasAudit, true)
		if audit.doneInPeriod {
			f.PerAudit.Part.add(entry)
		}
		open, known := m.open(one)
		f.Open.judge(entry, open, known)
		if open && known {
			t.openByType.add(string(one.Type), entry)
			t.openByGrade.add(string(one.Grade), entry)
			t.openBySite.add(audit.site, entry)
			addClauses(&t.openByClause, clauses, entry)
		}
		m.majorWithoutAction(one, entry)
		m.raised(one, entry, clauses, audit, &t)
		repeats.add(one, entry, clauses, audit)
	})
	if err != nil {
		return err
	}
	for _, audit := range m.audits {
		if audit.doneInPeriod {
			f.PerAudit.Of.add(audit.entry)
		}
	}
	m.rolls.findings.order()
	repeats.finish()
	m.finishFindings(&t)
	return nil
}

// raised counts a finding in the period in which it was created.
func (m *meter) raised(one *Finding, entry place, clauses []Clause, audit auditFacts, t *findingTallies) {
	f := &m.result.Findings
	created, known := m.terms.moment(one.Created)
	f.Raised.judge(entry, m.terms.Period.Has(created), known)
	if !known || !m.terms.Period.Has(created) {
		return
	}
	t.byType.add(string(one.Type), entry)
	nonconformity, typeKnown := one.Nonconformity()
	f.Improvements.judge(entry, one.Type == isoaudit.FindingOFI, typeKnown)
	f.Nonconformities.judge(entry, nonconformity, typeKnown)
	if !nonconformity {
		return
	}
	t.byGrade.add(string(one.Grade), entry)
	t.bySite.add(audit.site, entry)
	t.byReporter.add(one.Reporter.String(), entry)
	t.byLead.add(audit.lead, entry)
	addClauses(&t.byClause, clauses, entry)
}

// addClauses puts an entry into the groups of its clauses of level 2, each once.
func addClauses(t *tally, clauses []Clause, entry place) {
	if len(clauses) == 0 {
		t.add("", entry)
	}
	last := ""
	for _, c := range clauses { // they are sorted
		if key := c.Up(coverageLevel).numberOnly().String(); key != last {
			t.add(key, entry)
			last = key
		}
	}
}

// open tells whether a finding is not settled yet; see FindingState.
func (m *meter) open(f *Finding) (open, known bool) {
	if f.State != "" {
		return f.State == FindingOpen, f.State == FindingOpen || f.State == FindingClosed
	}
	follow := m.followUps[f.ID]
	if follow == nil {
		follow = &followUp{}
	}
	if follow.unfinished > 0 {
		return true, true
	}
	nonconformity, known := f.Nonconformity()
	return nonconformity && follow.closed == 0, known && follow.unknown == 0
}

// settled is when a finding's last action was closed; false if it is not settled or
// that time is not known.
func (m *meter) settled(f *Finding) (at time.Time, settled, known bool) {
	follow := m.followUps[f.ID]
	open, known := m.open(f)
	if open || follow == nil {
		return time.Time{}, false, known
	}
	return follow.lastClosed, true, known && !follow.closingUnknown && !follow.lastClosed.IsZero()
}

func (m *meter) majorWithoutAction(one *Finding, entry place) {
	f := &m.result.Findings
	if one.Grade != isoaudit.SeverityMajor && one.Grade != isoaudit.SeverityCritical || m.followUps[one.ID] != nil || one.State == FindingClosed {
		return
	}
	nonconformity, known := one.Nonconformity()
	switch {
	case !known || nonconformity && one.Created.IsZero():
		f.MajorWithoutAction.notKnown(entry)
	case nonconformity && m.terms.daysSince(one.Created) > m.terms.MajorDays:
		f.MajorWithoutAction.add(entry, m.terms.daysSince(one.Created))
	}
}

func (m *meter) finishFindings(t *findingTallies) {
	f, all := &m.result.Findings, &m.rolls.findings
	none := missing(noFindings, m.source.Findings)
	noAudit := firstOf(none, missing(noAudits, m.source.Audits))
	noAction := firstOf(none, missing(noActions, m.source.Actions))
	noClause := firstOf(none, m.source.lacks(FindingClause))
	noType := firstOf(none, m.source.lacks(FindingType))

	f.Raised.finish(all, none)
	f.ByType = t.byType.groups(all, noType, strings.Compare)
	f.Improvements.finish(all, noType)
	f.Nonconformities.finish(all, none)
	f.ByGrade = t.byGrade.groups(all, none, strings.Compare)
	f.BySite = t.bySite.groups(all, noAudit, strings.Compare)
	f.ByClause = m.named(t.byClause.groups(all, noClause, byClause))
	f.ByReporter = t.byReporter.groups(all, none, strings.Compare)
	f.ByLead = t.byLead.groups(all, noAudit, strings.Compare)
	noDay := firstOf(noAudit, m.source.lacks(AuditPlanned))
	f.PerAudit.Part.finish(all, noDay)
	f.PerAudit.Of.finish(&m.rolls.audits, noDay)

	f.Open.finish(all, noAction)
	f.OpenByType = t.openByType.groups(all, firstOf(noAction, noType), strings.Compare)
	f.OpenByGrade = t.openByGrade.groups(all, noAction, strings.Compare)
	f.OpenBySite = t.openBySite.groups(all, firstOf(noAction, noAudit), strings.Compare)
	f.OpenByClause = m.named(t.openByClause.groups(all, firstOf(noAction, noClause), byClause))
	f.MajorWithoutAction.finish(all, noAction)
	f.Repeats.finish(all, firstOf(noAudit, noClause))
	f.RepeatsAfterClosing.finish(all, firstOf(noAudit, noClause, noAction, missing(noActionTrail, m.source.ActionChanges)))
	f.NotAClause = t.notAClause.groups(all, noClause, strings.Compare)
	f.NoClause.finish(all, noClause)
	f.WithoutAudit.finish(all, noAudit)
}

// named gives groups of clauses the names of the clauses.
func (m *meter) named(g Groups) Groups {
	for i := range g.Groups {
		if c, ok := clauseNumber(g.Groups[i].Key); ok {
			g.Groups[i].Name = m.catalogue.Name(c)
		}
	}
	return g
}
