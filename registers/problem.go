package registers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is what is wrong with a cell, a row or a table of an import.
type Problem struct {
	Sheet  string // of the workbook, or the name of the CSV file
	Row    int    // as a spreadsheet counts; of a CSV file the line; 0 where it is the table
	Cell   string // such as "C7"; "" where it is the row
	Column string // its header; "" where it is the row
	Rule   string // one of the rules of this package, or the id of a rule of package policy
	Text   string // what is wrong and what to do
}

// The rules of this package, in Problem.Rule.
const (
	RuleSheet     = "sheet"     // the table has other columns than the register
	RuleRequired  = "required"  // the cell is empty and may not be
	RuleDate      = "date"      // no day, or one of two
	RulePerson    = "person"    // nobody, or several, have the name or address
	RuleReference = "reference" // no record, or several, have the reference
	RuleRepeated  = "repeated"  // the reference stands in two rows
	RuleFormula   = "formula"   // the cell holds a formula or the error of one, or what a spreadsheet would take for a formula
	RuleMerged    = "merged"    // the cell is part of a merged one
	RuleNumber    = "number"    // a number stands where a text belongs, and is shown as another
	RuleLong      = "long"      // the row has too much text
	RuleCut       = "cut"       // the cell holds a text that a spreadsheet cut off
	RuleRefused   = "refused"   // the server refused the row
	RuleUnknown   = "unknown"   // whether the server saved the row is not known
)

// String writes the problem on one line.
func (p Problem) String() string {
	var where strings.Builder
	where.WriteString(p.Sheet)
	switch {
	case p.Cell != "":
		fmt.Fprintf(&where, ", %s", p.Cell)
	case p.Row > 0:
		fmt.Fprintf(&where, ", row %d", p.Row)
	}
	if p.Column != "" {
		fmt.Fprintf(&where, " (%s)", p.Column)
	}
	return fmt.Sprintf("%s: %s [%s]", where.String(), p.Text, p.Rule)
}

// Problems are what is wrong with an import. It is the error of [Contract.Import].
type Problems struct {
	List []Problem // in the order of the tables, at most MaxProblems
	More int       // how many there are besides
	Sent bool      // false: nothing was sent; true: the server refused these rows and took the others
}

// MaxProblems is how many problems are told one by one.
const MaxProblems = 1000

// Error tells the first problems and how many there are.
func (p *Problems) Error() string {
	const shown = 10
	var text strings.Builder
	count := len(p.List) + p.More
	fmt.Fprintf(&text, "registers: %d problems, nothing was sent", count)
	if p.Sent {
		text.Reset()
		fmt.Fprintf(&text, "registers: %d problems, the other rows were sent", count)
	}
	for i, one := range p.List {
		if i == shown {
			fmt.Fprintf(&text, "\n  and %d more", count-shown)
			break
		}
		text.WriteString("\n  " + one.String())
	}
	return text.String()
}

func (p *Problems) add(one Problem) {
	if len(p.List) == MaxProblems {
		p.More++
		return
	}
	p.List = append(p.List, one)
}

// err is the problems as an error; nil if there are none.
func (p *Problems) err() error {
	if len(p.List) == 0 {
		return nil
	}
	return p
}

// sortProblems puts the problems of a table in the order of its cells.
func sortProblems(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(len(a.Cell), len(b.Cell)), strings.Compare(a.Cell, b.Cell))
	})
}
