package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/quality"
)

// AuditReport is the report of one audit.
type AuditReport struct {
	Audit    quality.Audit
	Findings []quality.Finding // of the audit
	Actions  []quality.Action  // of the findings
	Reviews  []quality.Review  // of the audit
	Words    AuditWords
}

// AuditWords is what ISO 19011 wants in the report of an audit and the records do not
// hold. What is left empty is listed in the report as lacking.
type AuditWords struct {
	Objectives    string `json:"objectives"`
	Client        string `json:"client"`
	Team          string `json:"team"`         // besides the lead auditor
	Participants  string `json:"participants"` // of the audited side
	DatesPlaces   string `json:"datesPlaces"`
	Criteria      string `json:"criteria"` // besides the clauses
	Conclusions   string `json:"conclusions"`
	Fulfilment    string `json:"fulfilment"`    // how far the criteria are fulfilled
	Disagreements string `json:"disagreements"` // that were not resolved; write "none" if there are none

	// These may be left out.
	Obstacles       string `json:"obstacles"`
	NotCovered      string `json:"notCovered"`
	FollowUp        string `json:"followUp"`
	Confidentiality string `json:"confidentiality"`
	Distribution    string `json:"distribution"`
}

// sampling stands in every report of an audit.
const sampling = "An audit looks at samples. What it did not look at may hold nonconformities that this report does not name."

// Audit writes the report of an audit, with the minimum that ISO 19011:2018 6.5.1 asks.
// (That edition is withdrawn; where the edition of 2026 has it is not known yet.)
func Audit(w io.Writer, b Basis, a AuditReport) error {
	zone := b.Terms.Zone
	p, err := newPage("Audit report "+a.Audit.Ref, b,
		fact{"Audit", a.Audit.Ref + " (" + a.Audit.ID + ")"},
		fact{"Site", said(a.Audit.Site)},
		fact{"Lead auditor", said(a.Audit.Lead.String())},
		fact{"Planned to begin", day(a.Audit.Planned, zone)},
		fact{"Status", said(string(a.Audit.Status))})
	if err != nil {
		return err
	}
	if len(a.Findings) == 0 {
		p.Notice = "No findings are recorded for this audit."
	}
	words := a.Words
	required := []fact{
		{"Objectives", words.Objectives},
		{"Scope", a.Audit.Scope},
		{"Client", words.Client},
		{"Team besides the lead auditor", words.Team},
		{"Participants", words.Participants},
		{"Dates and places", words.DatesPlaces},
		{"Criteria", joinedLines(clauseText(a.Audit.Clauses, b.Terms.Edition), words.Criteria)},
	}
	p.add(section{Heading: "Audit", Facts: saidFacts(required)})
	p.add(findingsSection(a, zone))
	conclusions := []fact{
		{"Conclusions", words.Conclusions},
		{"How far the criteria are fulfilled", words.Fulfilment},
		{"Disagreements that were not resolved", words.Disagreements},
	}
	p.add(section{Heading: "Conclusions", Facts: saidFacts(conclusions), Text: []string{sampling}})
	p.add(section{Heading: "Further", Facts: saidFacts([]fact{
		{"Obstacles", words.Obstacles}, {"What was not covered", words.NotCovered}, {"Follow-up", words.FollowUp},
		{"Confidentiality", words.Confidentiality}, {"Distribution", words.Distribution},
	}), Tables: []table{reviewTable(a.Reviews, zone)}})
	var lacking []string
	for _, one := range append(required, conclusions...) {
		if strings.TrimSpace(one.Value) == "" {
			lacking = append(lacking, one.Name)
		}
	}
	p.add(section{
		Heading: "What this report was measured against",
		Text:    []string{"ISO 19011:2018 6.5.1, a withdrawn edition: the number of this requirement in ISO 19011:2026 is not known yet."},
		Lacking: lacking,
	})
	return p.write(w)
}

func findingsSection(a AuditReport, zone *time.Location) section {
	actions := map[string][]string{}
	taken := &figure{Name: "Corrective actions", Value: fmt.Sprint(len(a.Actions))}
	for _, action := range a.Actions {
		actions[action.Finding] = append(actions[action.Finding], action.Ref+" "+string(action.Status))
		taken.Records = append(taken.Records, quality.Entry{ID: action.ID, Ref: action.Ref})
	}
	findings := slices.Clone(a.Findings)
	slices.SortFunc(findings, func(x, y quality.Finding) int {
		return cmp.Or(rank(&x)-rank(&y), strings.Compare(x.Ref, y.Ref), strings.Compare(x.ID, y.ID))
	})
	var rows [][]string
	counted := map[string]*figure{}
	var figures []*figure
	for _, f := range findings {
		kind := kindOf(&f)
		if counted[kind] == nil {
			counted[kind] = &figure{Name: kind}
			figures = append(figures, counted[kind])
		}
		counted[kind].Records = append(counted[kind].Records, quality.Entry{ID: f.ID, Ref: f.Ref})
		counted[kind].Value = fmt.Sprint(len(counted[kind].Records))
		slices.Sort(actions[f.ID])
		rows = append(rows, []string{
			f.Ref, kind, said(f.Clause), said(f.Statement), said(f.Evidence), cmp.Or(strings.Join(actions[f.ID], "\n"), "none"), moment(f.Created, zone),
		})
	}
	return section{
		Heading: "Findings", Figures: append(figures, taken),
		Tables: []table{{"Findings, nonconformities first", []string{"Finding", "Kind", "Clause", "Statement", "Evidence", "Corrective actions", "Recorded on"}, rows}},
	}
}

// kindOf is the type of a finding with its grade.
func kindOf(f *quality.Finding) string {
	kind := said(string(f.Type))
	if f.Grade != "" && f.Grade != "none" {
		kind += ", " + string(f.Grade)
	}
	return kind
}

// rank orders findings: nonconformities by grade, then the others.
func rank(f *quality.Finding) int {
	nonconformity, known := f.Nonconformity()
	if !nonconformity {
		return map[bool]int{false: 4, true: 5}[known]
	}
	at := slices.Index([]string{"critical", "major", "minor"}, string(f.Grade))
	return map[bool]int{false: at, true: 3}[at < 0]
}

func reviewTable(reviews []quality.Review, zone *time.Location) table {
	var rows [][]string
	for _, r := range reviews {
		rows = append(rows, []string{day(r.Date, zone), said(r.Reviewer.String()), said(r.Summary), said(r.NextStep), r.ID})
	}
	slices.SortFunc(rows, slices.Compare)
	return table{"Reviews of this audit", []string{"Day", "Reviewer", "Summary", "Next step", "Id"}, rows}
}

func saidFacts(facts []fact) []fact {
	shown := slices.Clone(facts)
	for i := range shown {
		shown[i].Value = said(shown[i].Value)
	}
	return shown
}

func joinedLines(a, b string) string { return strings.Trim(a+"\n"+b, "\n") }

// clauseText writes the clauses that a text means with their names.
func clauseText(typed string, edition quality.Edition) string {
	if strings.TrimSpace(typed) == "" {
		return ""
	}
	catalogue, err := quality.ClausesOf(cmp.Or(edition, quality.Edition2015))
	if err != nil {
		return typed
	}
	clauses, rest := catalogue.Read(typed)
	lines := []string{string(catalogue.Edition())}
	for _, c := range clauses {
		lines = append(lines, c.String()+" "+catalogue.Name(c))
	}
	for _, text := range rest {
		lines = append(lines, text+" (no clause of this edition)")
	}
	return strings.Join(lines, "\n")
}
