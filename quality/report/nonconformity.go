package report

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

// NonconformitySheet is one finding with what was done about it.
type NonconformitySheet struct {
	Finding quality.Finding
	Audit   quality.Audit
	Actions []quality.Action // of the finding
	Changes []quality.Change // what the trail says of the actions; nil if it was not read
}

// Nonconformity writes the sheet of a nonconformity and its corrective actions, with
// what ISO 9001:2015 10.2.2 wants to be kept: what it was, what was done, and what came
// of it.
func Nonconformity(w io.Writer, b Basis, s NonconformitySheet) error {
	zone, f := b.Terms.Zone, &s.Finding
	p, err := newPage("Nonconformity "+f.Ref, b,
		fact{"Finding", f.Ref + " (" + f.ID + ")"},
		fact{"Kind", kindOf(f)},
		fact{"Audit", cmp.Or(strings.TrimSpace(s.Audit.Ref+" "+s.Audit.Site), notRecorded)},
		fact{"Clause", said(clauseText(f.Clause, b.Terms.Edition))},
		fact{"Reported by", said(f.Reporter.String())},
		fact{"Recorded on", moment(f.Created, zone)})
	if err != nil {
		return err
	}
	if nonconformity, known := f.Nonconformity(); known && !nonconformity {
		p.Title = "Finding " + f.Ref
	}
	if len(s.Actions) == 0 {
		p.Notice = "No corrective action is recorded for this finding."
	}
	p.add(section{Heading: "What was found", Facts: []fact{
		{"Statement", said(f.Statement)}, {"Evidence", said(f.Evidence)}, {"Cause", said(f.RootCause)},
	}})
	actions := sortedActions(s.Actions)
	var rows [][]string
	for _, a := range actions {
		rows = append(rows, []string{
			a.Ref + " (" + a.ID + ")", said(a.Description), said(a.Owner.String()), day(a.Due, zone), said(string(a.Status)),
			closedOn(&a, b), said(a.Verification),
		})
	}
	p.add(section{
		Heading: "Corrective actions",
		Tables:  []table{{"Corrective actions", []string{"Action", "What is done", "Owner", "Due", "Status", "Closed on", "Verification"}, rows}},
	})
	course := section{Heading: "Course of the actions", Tables: []table{courseTable(actions, s.Changes, b)}}
	if s.Changes == nil {
		course = section{Heading: course.Heading, Lacking: []string{"When statuses and due dates changed: the audit trail was not read."}}
	}
	p.add(course)
	return p.write(w)
}

// courseTable shows what the trail says of the actions, oldest first.
func courseTable(actions []quality.Action, changes []quality.Change, b Basis) table {
	refs := map[string]string{}
	for _, a := range actions {
		refs[a.ID] = a.Ref
	}
	ordered := slices.Clone(changes)
	slices.SortStableFunc(ordered, func(x, y quality.Change) int { return x.At.Compare(y.At) })
	var rows [][]string
	for _, c := range ordered {
		ref, ours := refs[c.ID]
		if !ours || c.Status == "" && c.Day.IsZero() {
			continue
		}
		var what []string
		if c.Created {
			what = append(what, "created")
		}
		if c.Status != "" {
			what = append(what, "status "+c.Status)
		}
		if !c.Day.IsZero() {
			what = append(what, "due "+day(c.Day, b.Terms.Zone))
		}
		rows = append(rows, []string{moment(c.At, b.Terms.Zone), ref, strings.Join(what, ", ")})
	}
	return table{"Changes in the audit trail", []string{"Day", "Action", "Change"}, rows}
}

func sortedActions(actions []quality.Action) []quality.Action {
	sorted := slices.Clone(actions)
	slices.SortFunc(sorted, func(x, y quality.Action) int {
		return cmp.Or(strings.Compare(x.Ref, y.Ref), strings.Compare(x.ID, y.ID))
	})
	return sorted
}

func closedOn(a *quality.Action, b Basis) string {
	switch {
	case a.Status != isoaudit.CAPAClosed:
		return "not closed"
	case a.Closed.IsZero():
		return "not known"
	}
	return moment(a.Closed, b.Terms.Zone)
}
