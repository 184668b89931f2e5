package main

import (
	"context"
	"io"
	"mime"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// finding is an audit finding with one more column, the file that proves it.
type finding struct {
	isoaudit.AuditFinding
	Evidence parse.File `json:"evidence,omitzero"`
}

var findingFields = isoaudit.AuditFindingFieldsOf[finding]()

func (v *visit) findings() *isoaudit.Collection[finding] {
	return parse.NewCollection[finding](v.Client, "AuditFinding")
}

type findings struct {
	Findings []*finding
	Of       int
}

// findingList lists the newest findings.
func findingList(ctx context.Context, v *visit) error {
	newest := v.findings().Query().Include(findingFields.AuditPlan, findingFields.ReportedBy).
		OrderBy(findingFields.CreatedAt.Desc(), findingFields.FindingRef.Desc()).Limit(100)
	found, of, err := newest.FindAndCount(ctx)
	if err != nil {
		return err
	}
	return v.show("findings", "Findings", findings{found, of})
}

func (v *visit) finding(ctx context.Context) (*finding, error) {
	return v.findings().Query().Where(findingFields.ObjectID.Eq(v.r.PathValue("id"))).
		Include(findingFields.AuditPlan, findingFields.ReportedBy).First(ctx)
}

func findingPage(ctx context.Context, v *visit) error {
	f, err := v.finding(ctx)
	if err != nil {
		return err
	}
	capa := isoaudit.CorrectiveActionFields
	actions, err := v.CorrectiveActions.Query().Where(capa.Finding.Eq(f.Pointer())).OrderBy(capa.CAPARef.Asc()).Find(ctx)
	if err != nil {
		return err
	}
	page := record{
		Text: f.Statement, Related: "Corrective actions",
		Facts: []fact{
			{Name: "Audit", Text: auditRef(f.AuditPlan), Link: "/audits/" + f.AuditPlan.ID}, {Name: "Type", Text: words(f.FindingType)},
			{Name: "Severity", Text: words(f.Severity)}, {Name: "Clause", Text: f.Clause},
			{Name: "Evidence", Text: f.EvidenceNote}, {Name: "Reported by", Text: who(f.ReportedBy)},
		},
		Next: []link{{Text: "Raise a corrective action", Link: v.r.URL.Path + "/action"}},
	}
	if f.Evidence.Name != "" {
		page.Facts = append(page.Facts, fact{"File", plainName(f.Evidence), v.r.URL.Path + "/file"})
	}
	for _, a := range actions {
		page.Links = append(page.Links, link{a.CAPARef, "/actions/" + a.ObjectID, words(a.Status) + ", due " + day(a.DueDate) + ": " + a.ActionDescription})
	}
	return v.showRecord(ctx, "Finding "+f.FindingRef, f.Pointer(), page)
}

func auditRef(p isoaudit.Pointer[isoaudit.AuditPlan]) string {
	if audit, ok := p.Get(); ok {
		return audit.AuditRef
	}
	return "an audit that is gone"
}

func newFinding(ctx context.Context, v *visit) error {
	audit, err := v.AuditPlans.Get(ctx, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f := &form{Button: "Record the finding", Fields: []*field{
		{Name: "findingRef", Label: "Reference", Kind: line, Hint: "It is unique, such as F-2026-031."},
		{Name: "findingType", Label: "Type", Kind: list, Choices: vocabulary("AuditFinding", "findingType")},
		{Name: "severity", Label: "Severity", Kind: list, Choices: vocabulary("AuditFinding", "severity")},
		{Name: "clause", Label: "Clause", Kind: line, Value: audit.StandardClause, Hint: "Of ISO 9001, such as 8.5.1."},
		{Name: "statement", Label: "Statement", Kind: area, Hint: "What is not as it should be, in one sentence."},
		{Name: "evidenceNote", Label: "Evidence", Kind: area, Hint: "What was seen, where and how often."},
		{Name: "file", Label: "File", Kind: file, Optional: true, Hint: "A photo or a copy, at most 12 MB. Choose it again if the form comes back."},
	}}
	done, err := v.save(ctx, f, func(ctx context.Context) (string, error) {
		found := &finding{AuditFinding: isoaudit.AuditFinding{
			FindingRef: f.text("findingRef"), AuditPlan: audit.Pointer(), ReportedBy: v.me.Pointer(),
			FindingType: isoaudit.FindingType(f.text("findingType")), Severity: isoaudit.Severity(f.text("severity")),
			Clause: f.text("clause"), Statement: f.text("statement"), EvidenceNote: f.text("evidenceNote"),
		}}
		// Nothing is uploaded for a finding that would be refused.
		if _, err := v.Check(ctx, found); err != nil {
			return "", err
		}
		if found.Evidence, err = v.upload(ctx, "file"); err != nil {
			return "", err
		}
		err := v.findings().Create(ctx, found)
		return "/findings/" + found.ObjectID, err
	})
	if done || err != nil {
		return err
	}
	return v.fill("Finding of audit "+audit.AuditRef, f)
}

// upload passes a file of a form on to the audit server; a zero File if none was
// chosen.
func (v *visit) upload(ctx context.Context, name string) (parse.File, error) {
	if v.r.MultipartForm == nil || len(v.r.MultipartForm.File[name]) == 0 {
		return parse.File{}, nil
	}
	header := v.r.MultipartForm.File[name][0]
	content, err := header.Open()
	if err != nil {
		return parse.File{}, err
	}
	defer content.Close()
	return v.Upload(ctx, parse.Upload{Name: fileName(header.Filename), Content: content, Size: header.Size})
}

// fileName makes a name that servers take of any that a file may have.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-.", r) {
			return r
		}
		return '_'
	}, name)
	return "e" + name[max(0, len(name)-100):]
}

// plainName is the name of a stored file without the prefix that the server gave it.
func plainName(f parse.File) string {
	if _, name, found := strings.Cut(f.Name, "_"); found {
		return name
	}
	return f.Name
}

// evidenceFile passes a file on to the browser, which saves it: it comes from
// somebody else and is never shown as a page of this site.
func evidenceFile(ctx context.Context, v *visit) error {
	f, err := v.finding(ctx)
	if err != nil {
		return err
	}
	content, err := v.Open(ctx, f.Evidence)
	if err != nil {
		return err
	}
	defer content.Close()
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": plainName(f.Evidence)}))
	_, err = io.Copy(v.w, content)
	return err
}
