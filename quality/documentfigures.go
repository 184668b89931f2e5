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
		entry := d.entry()
		byStatus.add(string(d.Status), entry)
		f.OwnerApproved.judge(entry, d.Owner.ID == d.Approver.ID, d.Owner.ID != "" && d.Approver.ID != "")
		dated = dated || !d.NextReview.IsZero()
		switch d.Status {
		case isoaudit.DocumentDraft:
			if d.Created.IsZero() {
				f.OldDrafts.Unknown = append(f.OldDrafts.Unknown, entry)
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
	none := missing(noDocuments, m.source.Documents)
	noStatus, noOwner := firstOf(none, m.source.lacks(DocumentStatus)), firstOf(none, m.source.lacks(DocumentOwner))
	f.ByStatus = byStatus.groups(noStatus, strings.Compare)
	f.Effective.finish(noStatus)
	f.ManyEffective = effective.groups(noStatus, strings.Compare)
	f.ManyEffective.Groups = slices.DeleteFunc(f.ManyEffective.Groups, func(g Group) bool { return len(g.Entries) < 2 })
	f.EffectiveTooEarly.finish(noStatus)
	f.OldDrafts.finish(noStatus)
	f.OwnerApproved.finish(noOwner)
	f.WithoutOwner.finish(firstOf(noStatus, noOwner))
	f.WithoutApprover.finish(noStatus)
	if noStatus == "" && !dated && m.terms.ReviewMonths == 0 {
		noStatus = "the day of a document's next review"
	}
	f.DueForReview.finish(noStatus)
	f.ReviewSoon.finish(noStatus)
	return nil
}

func (m *meter) reviewDue(d *Document, entry Entry) {
	f := &m.result.Documents
	due, known := m.terms.day(d.NextReview)
	if !known && m.terms.ReviewMonths > 0 {
		due, known = m.terms.day(d.EffectiveFrom)
		due = due.AddMonths(m.terms.ReviewMonths)
	}
	switch days := int(m.terms.today() - due); {
	case !known:
		f.DueForReview.Unknown = append(f.DueForReview.Unknown, entry)
		f.ReviewSoon.Unknown = append(f.ReviewSoon.Unknown, entry)
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
		entry := r.entry()
		if audit, ok := m.audits[r.Audit]; ok {
			entry.Ref = "review of " + audit.entry.Ref
		} else {
			f.UnknownAudits.add(entry)
		}
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
	none := missing(noReviews, m.source.Reviews)
	noAudit := firstOf(none, missing(noAudits, m.source.Audits))
	f.Held.finish(none)
	f.WithNextStep.finish(none)
	f.ByReviewer = byReviewer.groups(none, strings.Compare)
	f.NotReviewed.finish(firstOf(noAudit, m.source.lacks(AuditPlanned)))
	f.UnknownAudits.finish(noAudit)
	return nil
}
