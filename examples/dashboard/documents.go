package main

import (
	"context"
	"slices"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/policy"
)

// document is a controlled document with its revisions, the newest first.
type document struct {
	Number    string
	Current   *isoaudit.DocumentControlLog // the effective revision, or the newest
	Revisions []*isoaudit.DocumentControlLog
}

func documentRegister(ctx context.Context, v *visit) error {
	fields := isoaudit.DocumentControlLogFields
	var register []*document
	for revision, err := range v.DocumentControlLogs.Query().Include(fields.Owner, fields.ApprovedBy).OrderBy(fields.DocumentNumber.Asc()).All(ctx) {
		if err != nil {
			return err
		}
		if last := len(register) - 1; last < 0 || register[last].Number != revision.DocumentNumber {
			register = append(register, &document{Number: revision.DocumentNumber})
		}
		of := register[len(register)-1]
		of.Revisions = append(of.Revisions, revision)
	}
	for _, d := range register {
		slices.SortFunc(d.Revisions, func(a, b *isoaudit.DocumentControlLog) int { return policy.CompareRevisions(b.Revision, a.Revision) })
		d.Current = d.Revisions[0]
		for _, revision := range d.Revisions {
			if revision.Status == isoaudit.DocumentEffective {
				d.Current = revision
			}
		}
	}
	return v.show("documents", "Document register", register)
}

func (v *visit) revision(ctx context.Context) (*isoaudit.DocumentControlLog, error) {
	fields := isoaudit.DocumentControlLogFields
	return v.DocumentControlLogs.Query().Where(fields.ObjectID.Eq(v.r.PathValue("id"))).Include(fields.Owner, fields.ApprovedBy).First(ctx)
}

func documentPage(ctx context.Context, v *visit) error {
	step := stepForm("DocumentControlLog")
	done, err := v.save(ctx, step, func(ctx context.Context) (string, error) {
		status := isoaudit.DocumentControlLogFields.Status.Set(isoaudit.DocumentStatus(step.text("status")))
		return v.r.URL.Path, v.DocumentControlLogs.Update(ctx, v.r.PathValue("id"), status)
	})
	if done || err != nil {
		return err
	}
	d, err := v.revision(ctx)
	if err != nil {
		return err
	}
	return v.showRecord(ctx, d.DocumentNumber+" revision "+d.Revision, d.Pointer(), record{
		Text: d.DocumentTitle, Form: step,
		Facts: []fact{
			{Name: "Status", Text: words(d.Status)}, {Name: "Owner", Text: who(d.Owner)},
			{Name: "Approved by", Text: who(d.ApprovedBy)}, {Name: "Effective from", Text: day(d.EffectiveDate)},
		},
		Next: []link{{Text: "Write a new revision", Link: v.r.URL.Path + "/revision"}},
	})
}

// newRevision begins the next revision of a document.
func newRevision(ctx context.Context, v *visit) error {
	last, err := v.revision(ctx)
	if err != nil {
		return err
	}
	people, err := v.auditors(ctx)
	if err != nil {
		return err
	}
	f := &form{Button: "Save the revision", Fields: []*field{
		{Name: "documentTitle", Label: "Title", Kind: line, Value: last.DocumentTitle},
		{Name: "revision", Label: "Revision", Kind: line, Hint: "The last one is " + last.Revision + "."},
		{Name: "owner", Label: "Owner", Kind: list, Choices: people, Value: last.Owner.ID},
		{Name: "approvedBy", Label: "Approver", Kind: list, Choices: people, Value: last.ApprovedBy.ID},
		{Name: "effectiveDate", Label: "Effective from", Kind: date},
		{Name: "status", Label: "Status", Kind: list, Choices: vocabulary("DocumentControlLog", "status"), Value: string(isoaudit.DocumentDraft)},
	}}
	done, err := v.save(ctx, f, func(ctx context.Context) (string, error) {
		next := &isoaudit.DocumentControlLog{
			DocumentNumber: last.DocumentNumber, DocumentTitle: f.text("documentTitle"), Revision: f.text("revision"),
			Owner:         isoaudit.PointerTo[isoaudit.Auditor](f.text("owner")),
			ApprovedBy:    isoaudit.PointerTo[isoaudit.Auditor](f.text("approvedBy")),
			EffectiveDate: f.day("effectiveDate"), Status: isoaudit.DocumentStatus(f.text("status")),
		}
		err := v.DocumentControlLogs.Create(ctx, next)
		return "/documents/" + next.ObjectID, err
	})
	if done || err != nil {
		return err
	}
	return v.fill("New revision of "+last.DocumentNumber, f)
}
