package registers

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/quality"
	"github.com/isoaudit/isoaudit-go/schema"
)

// entry is a row of a table on its way to the server.
type entry struct {
	row    int
	key    string // what its record is found by; "" if a cell of it is bad
	cells  []given
	stored *parse.Row // nil: there is none yet
	wanted *parse.Row // as it will be, without what bad cells say
	set    []given    // what differs from stored
	bad    bool       // a problem was told
	below  bool       // it refers to a row of this import that is bad
}

// spoil notes that a problem of the row was told, and that of which cell.
func (e *entry) spoil(at int) {
	e.bad = true
	if one := e.cell(at); one != nil {
		one.bad = true
	}
}

// cell is the cell at a place in the table; nil if the row has none there.
func (e *entry) cell(at int) *given {
	for i := range e.cells {
		if e.cells[i].at == at {
			return &e.cells[i]
		}
	}
	return nil
}

// given is what a cell says of a column.
type given struct {
	at     int // place in the table
	column *column
	value  any    // string, time.Time, parse.Pointer[parse.Row]; nil for an empty cell
	name   string // of a pointer, which is looked up later
	bad    bool   // a problem of the cell was told
}

// reading reads the entries of one table.
type reading struct {
	register *register
	table    *Table
	layout   *layout
	options  Options
	problems *Problems
}

// pages reads the table in pages of entries. What is wrong with a cell is told; the
// error is that of the file.
func (r *reading) pages() iter.Seq2[[]*entry, error] {
	return func(yield func([]*entry, error) bool) {
		page := make([]*entry, 0, pageRows)
		rows, size := 0, 0
		for l, err := range r.table.lines() {
			if err != nil {
				yield(nil, err)
				return
			}
			if l.empty() {
				continue
			}
			if r.layout == nil {
				before := len(r.problems.List)
				if r.layout = layoutOf(r.register, r.table, l, r.problems); len(r.problems.List) > before {
					return // nothing below a wrong header can be judged
				}
				continue
			}
			if rows++; rows > r.options.maxRows() {
				yield(nil, fmt.Errorf("registers: %s has more than %d rows: take it apart, or raise Options.MaxRows", r.table.sheet, r.options.maxRows()))
				return
			}
			if size += l.size(); len(page) == pageRows || size > pageBytes && len(page) > 0 {
				if !yield(page, nil) {
					return
				}
				page, size = make([]*entry, 0, pageRows), l.size()
			}
			page = append(page, r.entry(l))
		}
		if r.layout == nil {
			r.problems.add(Problem{Sheet: r.table.sheet, Rule: RuleSheet, Text: "the table is empty: it has no row of headers"})
		}
		if len(page) > 0 {
			yield(page, nil)
		}
	}
}

// entry reads a row.
func (r *reading) entry(l line) *entry {
	e := &entry{row: l.row}
	tell := func(at int, rule, text string) {
		e.spoil(at)
		r.problems.add(r.layout.problem(l.row, at, rule, text))
	}
	if n := l.size(); n > maxRowBytes {
		tell(-1, RuleLong, fmt.Sprintf("the row has %d bytes of text, at most %d", n, maxRowBytes))
		return e
	}
	for at := range max(len(l.cells), len(r.layout.columns)) {
		var c cell // rows end with their last value
		if at < len(l.cells) {
			c = l.cells[at]
		}
		if at >= len(r.layout.columns) || r.layout.columns[at] == nil {
			if strings.TrimSpace(c.text) != "" || c.formula {
				tell(at, RuleSheet, "no header stands above this cell")
			}
			continue
		}
		one := given{at: at, column: r.layout.columns[at]}
		rule, wrong := r.read(c, &one)
		e.cells = append(e.cells, one)
		switch {
		case wrong != "":
			tell(at, rule, wrong)
		case one.value == nil && one.name == "" && one.column.field.Required && !r.register.isKey(one.column.name):
			tell(at, RuleRequired, "the cell is empty, and the column is required")
		}
	}
	e.key = r.keyOf(e, tell)
	return e
}

// keyOf joins the values by which the record of a row is found; "" if one is bad.
func (r *reading) keyOf(e *entry, tell func(at int, rule, text string)) string {
	parts := make([]string, 0, len(r.register.key))
	whole := true
	for _, name := range r.register.key {
		one := e.cell(r.layout.place(name))
		text, _ := one.value.(string)
		if text == "" && !one.bad {
			tell(one.at, RuleRequired, "the cell is empty, and records are found by it")
		}
		whole = whole && !one.bad
		parts = append(parts, text)
	}
	if !whole {
		return ""
	}
	return joinKey(parts)
}

func joinKey(parts []string) string { return strings.Join(parts, "\x00") }

// plainNumber is how a number looks that a person may have typed as a text.
var plainNumber = regexp.MustCompile(`^[0-9]+(?:[.,][0-9]+)?$`)

// read reads a cell into what it gives; else it names the rule and says what is wrong.
func (r *reading) read(c cell, into *given) (rule, wrong string) {
	switch {
	case c.merged != "":
		return RuleMerged, "the cells " + c.merged + " are merged: take them apart"
	case c.formula:
		return RuleFormula, "the cell holds a formula: put its value there"
	case c.broken:
		return RuleFormula, fmt.Sprintf("the cell holds the error %q: put a value there", clip(c.text))
	}
	text := c.text
	if into.column.field.Type == schema.Date {
		return RuleDate, r.readDate(text, into)
	}
	if c.shown != text {
		if _, err := strconv.ParseFloat(text, 64); err == nil && !plainNumber.MatchString(c.shown) {
			return RuleNumber, fmt.Sprintf("the cell holds the number %s and shows %q: write it as a text", clip(text), clip(c.shown))
		}
		text = c.shown
	}
	named := into.column.field.Type == schema.Pointer || r.register.isKey(into.column.name)
	if r.table.csv {
		if named && beginsFormula(text) {
			return RuleFormula, fmt.Sprintf("%q begins as a formula does: write the value alone", clip(text))
		}
		text = original(text)
	}
	text = plainLines(text)
	if trimmed := strings.TrimSpace(text); trimmed == "" || named {
		text = trimmed
	}
	switch {
	case text == "":
	case into.column.field.Type == schema.Pointer:
		into.name = text
	default:
		into.value = usual(text, into.column.vocabulary)
	}
	return "", ""
}

func (r *reading) readDate(text string, into *given) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	day, err := readDay(original(text), r.options.Dates, r.table.epoch)
	if err != nil {
		return err.Error()
	}
	into.value = day
	return ""
}

// usual gives the value of a vocabulary that a person means by "In progress". Another
// text stays as it is, for the rules to judge.
func usual(text string, vocabulary []string) string {
	if slices.Contains(vocabulary, text) {
		return text
	}
	folded := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(text)))
	if slices.Contains(vocabulary, folded) {
		return folded
	}
	return text
}

// differs tells whether a record holds another value than the cell gives.
//
// A day is that of any instant which means it, so that a time of day which the register
// does not show stays as it is.
func (g given) differs(stored *parse.Row, zone *time.Location) bool {
	switch has := stored.Get(g.column.name).(type) {
	case nil:
		return g.value != nil
	case string:
		want, ok := g.value.(string)
		return plainLines(has) != want || !ok && strings.TrimSpace(has) != ""
	case time.Time:
		want, ok := g.value.(time.Time)
		if ok && isDay(want) {
			return quality.DateOf(has, zone) != quality.DateOf(want, zone)
		}
		return !ok || !has.Equal(want)
	case parse.Pointer[parse.Row]:
		want, ok := g.value.(parse.Pointer[parse.Row])
		return !ok || has.ID != want.ID
	}
	return true
}

// cutOff tells whether a cell holds what a spreadsheet leaves of a longer text of the
// record. It counts in UTF-16, and there may be an apostrophe or half a letter less.
func (g given) cutOff(stored *parse.Row) bool {
	text, _ := g.value.(string)
	has, _ := stored.Get(g.column.name).(string)
	return len(text) >= excelize.TotalCellChars-2 && strings.HasPrefix(plainLines(has), text) &&
		len(utf16.Encode([]rune(text))) >= excelize.TotalCellChars-2
}

// keyOf is the key of a record as entry.key is that of a row; nameOf is for people.
func (r *register) keyOf(row *parse.Row) string { return joinKey(r.keyParts(row)) }

func (r *register) nameOf(row *parse.Row) string { return strings.Join(r.keyParts(row), " ") }

func (r *register) keyParts(row *parse.Row) []string {
	parts := make([]string, len(r.key))
	for i, name := range r.key {
		text, _ := row.Get(name).(string)
		parts[i] = strings.TrimSpace(text)
	}
	return parts
}
