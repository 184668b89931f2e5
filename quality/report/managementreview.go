package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/quality"
)

// ReviewInput is the input of a review by management.
type ReviewInput struct {
	Measures quality.Measures
	Reviews  []quality.Review // reviews of audits, whose next steps are followed up
	Words    map[Input]string // what people have to say; data hold little of it
}

// Input is an item of the list in ISO 9001:2015 9.3.2, by its letter and number.
type Input string

// The inputs.
const (
	InputEarlierActions    Input = "a"
	InputChanges           Input = "b"
	InputCustomers         Input = "c1"
	InputObjectives        Input = "c2"
	InputConformity        Input = "c3"
	InputNonconformities   Input = "c4"
	InputMeasurements      Input = "c5"
	InputAuditResults      Input = "c6"
	InputExternalProviders Input = "c7"
	InputResources         Input = "d"
	InputRisksAndChances   Input = "e"
	InputImprovements      Input = "f"
)

// inputName is an input with a short name of our own.
type inputName struct {
	Input Input
	Name  string
}

// inputs lists the inputs in the order of the standard.
func inputs() []inputName {
	return []inputName{
		{InputEarlierActions, "What became of earlier decisions"},
		{InputChanges, "Changes around the organization and within"},
		{InputCustomers, "Customers and others who expect something"},
		{InputObjectives, "Quality objectives"},
		{InputConformity, "How processes run and products turn out"},
		{InputNonconformities, "Nonconformities and corrective actions"},
		{InputMeasurements, "Results of measuring"},
		{InputAuditResults, "Results of audits"},
		{InputExternalProviders, "Suppliers"},
		{InputResources, "Whether there are enough means"},
		{InputRisksAndChances, "Whether what was done about risks and chances works"},
		{InputImprovements, "Chances to improve"},
	}
}

// ManagementReview writes the input of a management review in the order of ISO
// 9001:2015 9.3.2: what the records show, what people said in Words, and what the data
// do not say.
func ManagementReview(w io.Writer, b Basis, r ReviewInput) error {
	b.Terms = r.Measures.Terms
	if len(b.Terms.Edition) == 0 {
		return errors.New("report: the input has no measures: use quality.Measure")
	}
	p, err := newPage("Input of the management review", b, fact{"Period", b.Terms.Period.String()})
	if err != nil {
		return err
	}
	if emptyPeriod(&r.Measures) {
		p.Notice = fmt.Sprintf("The records of the period %s are empty: no audit was planned, no finding was recorded and no corrective action was opened or closed in it.", b.Terms.Period)
	}
	words, known := map[Input]string{}, []string{}
	for input, text := range r.Words {
		words[input] = text
	}
	for _, one := range inputs() {
		s := inputSection(one.Input, &r, b)
		s.Heading = fmt.Sprintf("9.3.2 %s) %s", one.Input, one.Name)
		if text := strings.TrimSpace(words[one.Input]); text != "" {
			s.Text = append([]string{text}, s.Text...)
		} else if len(s.Figures)+len(s.Tables) == 0 {
			s.Lacking = append(s.Lacking, "The records hold nothing about this, and nobody has written about it here.")
		}
		delete(words, one.Input)
		known = append(known, string(one.Input))
		p.add(s)
	}
	for input := range words {
		return fmt.Errorf("report: Words has input %q: use one of %s", input, strings.Join(known, ", "))
	}
	p.add(termsSection(&b.Terms))
	return p.write(w)
}

// emptyPeriod tells whether nothing that is known happened in the period.
func emptyPeriod(m *quality.Measures) bool {
	return m.Audits.Planned.Count()+m.Findings.Raised.Count()+m.Actions.Opened.Count()+m.Actions.Closed.Count() == 0
}

func inputSection(input Input, r *ReviewInput, b Basis) section {
	m := &r.Measures
	switch input {
	case InputEarlierActions:
		return section{
			Tables:  []table{nextSteps(r.Reviews, b)},
			Lacking: []string{"Who does a next step, by when, and whether it is done: a review holds it as text only."},
		}
	case InputConformity:
		return section{
			Figures: operation(m),
			Lacking: []string{"How well processes run: only nonconformities against clause 8 are counted here."},
		}
	case InputNonconformities:
		return nonconformities(m)
	case InputAuditResults:
		return auditResults(m)
	case InputImprovements:
		return section{Figures: []*figure{number("Opportunities for improvement recorded by audits", m.Findings.Improvements)}}
	}
	return section{}
}

func nextSteps(reviews []quality.Review, b Basis) table {
	var rows [][]string
	for _, r := range reviews {
		if strings.TrimSpace(r.NextStep) != "" {
			rows = append(rows, []string{day(r.Date, b.Terms.Zone), said(r.Reviewer.String()), r.NextStep, r.ID})
		}
	}
	slices.SortFunc(rows, slices.Compare)
	return table{"Next steps of reviews of audits", []string{"Day of the review", "Reviewer", "Next step", "Review"}, rows}
}

// operation are the nonconformities against clause 8.
func operation(m *quality.Measures) []*figure {
	eight, _ := quality.ParseClause("8")
	g := m.Findings.ByClause
	g.Groups = slices.DeleteFunc(slices.Clone(g.Groups), func(one quality.Group) bool {
		c, ok := quality.ParseClause(one.Key)
		return !ok || !c.Within(eight)
	})
	g.Unknown = quality.Entries{}
	return groups("Nonconformities against", g)
}

func nonconformities(m *quality.Measures) section {
	f := &m.Findings
	figures := []*figure{number("Nonconformities recorded", f.Nonconformities)}
	figures = append(figures, groups("By grade", f.ByGrade)...)
	figures = append(figures, groups("By clause", f.ByClause)...)
	figures = append(figures,
		number("Open findings now", f.Open), ages("Major ones without an action for too long", f.MajorWithoutAction),
		part("Nonconformities that repeat an earlier one", f.Repeats), number("Repeats though the earlier one was settled", f.RepeatsAfterClosing))
	figures = append(figures, groups("No clause of the edition", f.NotAClause)...)
	figures = append(figures, dueFigures(m)...)
	figures = append(figures, closingFigures(m)...)
	charts := append(groupChart("Nonconformities of the period by clause", f.ByClause), backlogChart(m)...)
	return section{Figures: figures, Charts: charts, Tables: []table{repeatTable(f.RepeatsOf)}}
}

func repeatTable(repeats []quality.Repeat) table {
	var rows [][]string
	for _, one := range repeats {
		rows = append(rows, []string{shown(one.Finding), shown(one.Of), one.Clause.String(), one.Site})
	}
	return table{"Nonconformities that repeat an earlier one", []string{"Nonconformity", "Repeats", "Clause", "Site"}, rows}
}

func auditResults(m *quality.Measures) section {
	a := &m.Audits
	figures := []*figure{
		number("Audits planned", a.Planned), number("Cancelled", a.Cancelled), part("Done, of those planned", a.Programme),
		ages("Not begun though their day is over", a.Late), number("Moved to a later day", a.Moved),
		part("Begun on time, of those begun", a.StartedOnTime), each("Findings for each audit done", m.Findings.PerAudit),
		number("Done and not reviewed", m.Reviews.NotReviewed),
	}
	figures = append(figures, groups("Audits at site", a.BySite)...)
	figures = append(figures, groups("Nonconformities at site", m.Findings.BySite)...)
	s := section{Figures: figures}
	if a.Coverage.Missing != "" {
		s.Lacking = []string{"Which clauses the audits looked at: it needs " + a.Coverage.Missing + "."}
		return s
	}
	planned, of := a.Coverage.Planned()
	done, _ := a.Coverage.Done()
	s.Text = []string{fmt.Sprintf("The audits planned in the period look at %d of the %d clauses of %s, those done looked at %d.", planned, of, m.Terms.Edition, done)}
	s.Tables = []table{coverageTable(a.Coverage)}
	return s
}

func coverageTable(c quality.Coverage) table {
	var rows [][]string
	refs := func(entries quality.Entries) string {
		var list []string
		for e := range entries.All() {
			list = append(list, shown(e))
		}
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(list, ", ")
	}
	for _, one := range c.Clauses {
		rows = append(rows, []string{one.Clause.String() + " " + one.Name, refs(one.Planned), refs(one.Done)})
	}
	for _, one := range c.NotAClause.Groups {
		rows = append(rows, []string{one.Key + " (no clause of the edition)", refs(one.Entries), ""})
	}
	return table{"Clauses and audits of the period", []string{"Clause", "Planned", "Done"}, rows}
}

// termsSection prints what the figures were made by.
func termsSection(t *quality.Terms) section {
	review := "not judged"
	if t.ReviewMonths > 0 {
		review = fmt.Sprintf("%d months", t.ReviewMonths)
	}
	return section{Heading: "What the figures were made by", Facts: []fact{
		{"Edition of the clauses", string(t.Edition)},
		{"Due soon", fmt.Sprintf("within %d days", t.DueSoonDays)},
		{"A major nonconformity needs an action", fmt.Sprintf("within %d days", t.MajorDays)},
		{"A repeat is looked for", fmt.Sprintf("%d months back, at the same site and the same clause of level %d", t.RepeatMonths, t.RepeatLevel)},
		{"A draft is old", fmt.Sprintf("after %d days", t.DraftDays)},
		{"A document is due for review", review},
	}}
}
