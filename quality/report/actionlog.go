package report

import (
	"fmt"
	"io"

	"github.com/isoaudit/isoaudit-go/quality"
)

// Log is a log of corrective actions with their figures.
type Log struct {
	Measures quality.Measures
	Actions  []quality.Action  // see quality.WithClosing for the days of closing
	Findings []quality.Finding // of the actions
}

// ActionLog writes the log of corrective actions.
func ActionLog(w io.Writer, b Basis, l Log) error {
	b.Terms = l.Measures.Terms
	p, err := newPage("Corrective actions", b, fact{"Period", b.Terms.Period.String()})
	if err != nil {
		return err
	}
	if len(l.Actions) == 0 {
		p.Notice = "There are no corrective actions."
	}
	p.add(section{Heading: "What is due", Figures: dueFigures(&l.Measures), Text: []string{
		fmt.Sprintf("An action is overdue from the day after its due date. Soon means within %d days.", b.Terms.DueSoonDays),
	}, Charts: groupChart("Unfinished actions by age in days", l.Measures.Actions.Ageing)})
	p.add(section{Heading: "In the period", Figures: closingFigures(&l.Measures), Charts: backlogChart(&l.Measures)})

	findings := map[string]*quality.Finding{}
	for i := range l.Findings {
		findings[l.Findings[i].ID] = &l.Findings[i]
	}
	var rows [][]string
	for _, a := range sortedActions(l.Actions) {
		finding, clause := said(a.Finding), notRecorded
		if f := findings[a.Finding]; f != nil {
			finding, clause = f.Ref, said(f.Clause)
		}
		rows = append(rows, []string{
			a.Ref + " (" + a.ID + ")", finding, clause, said(a.Description), said(a.Owner.String()), moment(a.Created, b.Terms.Zone),
			day(a.Due, b.Terms.Zone), said(string(a.Status)), dueIn(&a, &b), closedOn(&a, b), said(a.Verification),
		})
	}
	p.add(section{Heading: "Log", Tables: []table{{
		"Corrective actions by reference",
		[]string{"Action", "Finding", "Clause", "What is done", "Owner", "Opened", "Due", "Status", "Due in", "Closed on", "Verification"}, rows,
	}}})
	return p.write(w)
}

// dueIn tells how many days an unfinished action has left.
func dueIn(a *quality.Action, b *Basis) string {
	unfinished, known := a.Unfinished()
	if !known || unfinished && a.Due.IsZero() {
		return "not known"
	}
	if !unfinished {
		return ""
	}
	left := int(quality.DateOf(a.Due, b.Terms.Zone) - quality.Today(b.Terms.Now, b.Terms.Zone))
	if left < 0 {
		return fmt.Sprintf("%d days overdue", -left)
	}
	return fmt.Sprintf("%d days", left)
}

func dueFigures(m *quality.Measures) []*figure {
	a := &m.Actions
	return append([]*figure{
		number("Unfinished", a.Open), ages("Overdue", a.Overdue), ages("Due soon", a.DueSoon),
		number("Without an owner", a.WithoutOwner), ages("Waiting for verification", a.WaitingForVerification),
		days("Age of the unfinished", a.Age),
	}, groups("Age in days", a.Ageing)...)
}

func closingFigures(m *quality.Measures) []*figure {
	a := &m.Actions
	return []*figure{
		number("Opened", a.Opened), number("Closed", a.Closed), part("Closed, of the number opened", a.ClosureRate),
		part("Closed on time", a.OnTime), part("Closed by the first due date", a.OnTimeAtFirst),
		days("Days to close", a.DaysToClose), number("Given a later due date, at any time", a.Extended),
		part("Sent back from verification", a.SentBack), part("Effective, of those checked", a.Effective),
	}
}

func backlogChart(m *quality.Measures) []chart {
	var bars []bar
	for _, p := range m.Actions.OverdueAtMonths {
		bars = append(bars, bar{Label: p.Day.String(), Value: p.Count(), Known: p.Known()})
	}
	if len(bars) == 0 {
		return nil
	}
	return []chart{newChart("Overdue actions at the end of each month", bars)}
}
