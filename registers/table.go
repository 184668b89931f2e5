package registers

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Table is the rows of one register in a file. Make one with [Workbook.Table],
// [Workbook.Tables] or [CSV]. It can be read several times.
type Table struct {
	register string
	sheet    string // as problems name it
	epoch    time.Time
	csv      bool

	lines func() iter.Seq2[line, error]
}

// Register is the name of the register that the table is of.
func (t Table) Register() string { return t.register }

// line is a row of a table.
type line struct {
	row   int
	cells []cell
}

// cell is what stands in a cell. In a workbook a number has a form in which it is shown
// besides its value; of anything else the two are the same.
type cell struct {
	text    string
	shown   string
	formula bool
	broken  bool   // it holds an error, such as #N/A
	merged  string // the range that it is part of
}

// size is how long the texts of the line are.
func (l line) size() int {
	n := 0
	for _, c := range l.cells {
		n += len(c.text)
	}
	return n
}

func (l line) empty() bool {
	for _, c := range l.cells {
		if strings.TrimSpace(c.text) != "" || c.formula {
			return false
		}
	}
	return true
}

// layout says which column of a register stands where in a table.
type layout struct {
	columns []*column // by the place in the table; nil where nothing stands
	table   *Table
}

// problem names a cell of the table.
func (l *layout) problem(row, at int, rule, text string) Problem {
	p := Problem{Sheet: l.table.sheet, Row: row, Rule: rule, Text: text}
	if at >= 0 {
		p.Cell, _ = excelize.CoordinatesToCellName(at+1, row)
		if at < len(l.columns) && l.columns[at] != nil {
			p.Column = l.columns[at].header
		}
	}
	return p
}

// place is where a column stands; -1 if the table does not have it.
func (l *layout) place(name string) int {
	for i, c := range l.columns {
		if c != nil && c.name == name {
			return i
		}
	}
	return -1
}

// layoutOf reads the first row of a table.
func layoutOf(r *register, t *Table, first line, problems *Problems) *layout {
	l := &layout{table: t}
	for at, c := range first.cells {
		header := strings.TrimSpace(c.text)
		found := r.column(header)
		l.columns = append(l.columns, nil)
		switch {
		case c.merged != "":
			problems.add(l.problem(first.row, at, RuleMerged, "the cells "+c.merged+" are merged: take them apart"))
		case header == "":
		case found == nil:
			problems.add(l.problem(first.row, at, RuleSheet,
				fmt.Sprintf("the register of %s has no column %q: it has %s", r.name, clip(header), strings.Join(r.headers(), ", "))))
		case l.place(found.name) >= 0:
			problems.add(l.problem(first.row, at, RuleSheet, fmt.Sprintf("the column %q stands there twice", found.header)))
		default:
			l.columns[at] = found
		}
	}
	for _, name := range r.key {
		if l.place(name) < 0 {
			problems.add(l.problem(first.row, -1, RuleSheet, fmt.Sprintf("the column %q is missing, by which records are found", r.headerOf(name))))
		}
	}
	return l
}
