package quality

import (
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go"
)

// DocumentFigures are the controlled documents.
type DocumentFigures struct {
	ByStatus          Groups // revisions
	Effective         Number // revisions
	ManyEffective     Groups // document numbers that have more than one effective revision
	EffectiveTooEarly Number // effective though their day is still to come
	OldDrafts         Ages   // drafts older than Terms.DraftDays
	OwnerApproved     Number // whose owner approved them
	WithoutOwner      Number // effective ones
	WithoutApprover   Number // effective ones
	DueForReview      Ages   // effective ones whose review is due, with the days since; by their own date or Terms.ReviewMonths
	ReviewSoon        Ages   // effective ones whose review is due within Terms.DueSoonDays, with the days left
}

func (m *meter) measureDocuments() error {
	f := &m.result.Documents
	var byStatus, effective tally
	dated := false
	err := each("Documents", m.source.Documents, func(d *Document) {
		entry := m.rolls.documents.add(d.ID, d.Number+" rev. "+d.Revision)
		byStatus.add(string(d.Status), entry)
		f.OwnerApproved.judge(entry, d.Owner.ID == d.Approver.ID, d.Owner.ID != "" && d.Approver.ID != "")
		dated = dated || !d.NextReview.IsZero()
		switch d.Status {
		case isoaudit.DocumentDraft:
			if d.Created.IsZero() {
				f.OldDrafts.notKnown(entry)
			} else if days := m.terms.daysSince(d.Created); days > m.terms.DraftDays {
				f.OldDrafts.add(entry, days)
			}
		case isoaudit.DocumentEffective:
			f.Effective.add(entry)
			effective.add(d.Number, entry)
			from, known := m.terms.day(d.EffectiveFrom)
			f.EffectiveTooEarly.judge(entry, from > m.terms.today(), known)
			f.WithoutOwner.judge(entry, d.Owner.ID == "", true)
			f.WithoutApprover.judge(entry, d.Approver.ID == "", true)
			m.reviewDue(d, entry)
		}
	})
	if err != nil {
		return err
	}
	all := &m.rolls.documents
	all.order()
	none := missing(noDocuments, m.source.Documents)
	noStatus, noOwner := firstOf(none, m.source.lacks(DocumentStatus)), firstOf(none, m.source.lacks(DocumentOwner))
	f.ByStatus = byStatus.groups(all, noStatus, strings.Compare)
	f.Effective.finish(all, noStatus)
	f.ManyEffective = effective.groups(all, noStatus, strings.Compare)
	f.ManyEffective.Groups = slices.DeleteFunc(f.ManyEffective.Groups, func(g Group) bool { return g.Entries.Len() < 2 })
	f.EffectiveTooEarly.finish(all, noStatus)
	f.OldDrafts.finish(all, noStatus)
	f.OwnerApproved.finish(all, noOwner)
	f.WithoutOwner.finish(all, firstOf(noStatus, noOwner))
	f.WithoutApprover.finish(all, noStatus)
	if noStatus == "" && !dated && m.terms.ReviewMonths == 0 {
		noStatus = "the day of a document's next review"
	}
	f.DueForReview.finish(all, noStatus)
	f.ReviewSoon.finish(all, noStatus)
	return nil
}

func (m *meter) reviewDue(d *Document, entry place) {
	f := &m.result.Documents
	due, known := m.terms.day(d.NextReview)
	if !known && m.terms.ReviewMonths > 0 {
		due, known = m.terms.day(d.EffectiveFrom)
		due = due.AddMonths(m.terms.ReviewMonths)
	}
	switch days := int(m.terms.today() - due); {
	case !known:
		f.DueForReview.notKnown(entry)
		f.ReviewSoon.notKnown(entry)
	case days >= 0:
		f.DueForReview.add(entry, days)
	case -days <= m.terms.DueSoonDays:
		f.ReviewSoon.add(entry, -days)
	}
}

// ReviewFigures are the reviews of audits.
type ReviewFigures struct {
	Held          Number // in the period
	WithNextStep  Number // of Held
	NotReviewed   Number // audits that were done in the period and have no review
	ByReviewer    Groups // those of Held
	UnknownAudits Number // whose audit is not among the audits
}

func (m *meter) measureReviews() error {
	f := &m.result.Reviews
	var byReviewer tally
	reviewed := map[string]bool{}
	err := each("Reviews", m.source.Reviews, func(r *Review) {
		ref := ""
		audit, ok := m.audits[r.Audit]
		if ok {
			ref = "review of " + m.rolls.audits.entry(audit.entry).Ref
		}
		entry := m.rolls.reviews.add(r.ID, ref)
		f.UnknownAudits.judge(entry, !ok, true)
		reviewed[r.Audit] = true
		day, known := m.terms.day(r.Date)
		f.Held.judge(entry, m.terms.Period.Has(day), known)
		if !known || !m.terms.Period.Has(day) {
			return
		}
		f.WithNextStep.judge(entry, strings.TrimSpace(r.NextStep) != "", true)
		byReviewer.add(r.Reviewer.String(), entry)
	})
	if err != nil {
		return err
	}
	for id, audit := range m.audits {
		if audit.doneInPeriod && !reviewed[id] {
			f.NotReviewed.add(audit.entry)
		}
	}
	all := &m.rolls.reviews
	all.order()
	none := missing(noReviews, m.source.Reviews)
	noAudit := firstOf(none, missing(noAudits, m.source.Audits))
	f.Held.finish(all, none)
	f.WithNextStep.finish(all, none)
	f.ByReviewer = byReviewer.groups(all, none, strings.Compare)
	f.NotReviewed.finish(&m.rolls.audits, firstOf(noAudit, m.source.lacks(AuditPlanned)))
	f.UnknownAudits.finish(all, noAudit)
	return nil
}
