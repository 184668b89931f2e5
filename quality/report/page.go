package report

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/isoaudit/isoaudit-go/quality"
)

// MaxSize is how many bytes a report has at most.
const MaxSize = 1 << 20

// ErrTooLarge is the error for a report that would be larger than MaxSize.
var ErrTooLarge = errors.New("the report is too large")

// Basis is what a report was made from. It stands in each report.
type Basis struct {
	Organization string
	Terms        quality.Terms // Now is required
	Checkpoint   Checkpoint
}

// Checkpoint names a checkpoint of the audit trail (package trail), so that a reader
// can verify later that the trail still holds what it held. The zero value is none.
type Checkpoint struct {
	Origin string
	Size   int64  // events
	Root   string // hash in base64
}

// String writes the checkpoint, or that there is none.
func (c Checkpoint) String() string {
	if c == (Checkpoint{}) {
		return "none: the records were read without a sealed trail"
	}
	return fmt.Sprintf("%s, %d events, root %s", c.Origin, c.Size, c.Root)
}

// page is a report before it is written.
type page struct {
	Title    string
	Facts    []fact // what the report is about, and what it was made from
	Notice   string // what a reader has to know first
	Sections []section
	Figures  []*figure // all of the sections, for the list of records
}

// fact is a name with its value.
type fact struct{ Name, Value string }

// section is a heading with what stands below it.
type section struct {
	Heading string
	Text    []string // paragraphs
	Facts   []fact
	Figures []*figure
	Charts  []chart
	Tables  []table
	Lacking []string // what the data do not say
}

// table is a table with a caption. Without rows it says so.
type table struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// Wide tells whether a table of the section needs the long side of the paper.
func (s section) Wide() bool {
	return slices.ContainsFunc(s.Tables, func(t table) bool { return len(t.Head) > 7 })
}

// longWord is how many letters a word may have for which a column is made wide enough.
const longWord = 24

// breaks gives the class of a cell: the words of a loose one are broken, so that the
// table stays on the paper, and a whole one, such as a day, is not broken at its
// hyphens.
func breaks(text string) string {
	words := strings.Fields(text)
	switch {
	case slices.ContainsFunc(words, func(word string) bool { return utf8.RuneCountInString(word) > longWord }):
		return "loose"
	case len(words) == 1:
		return "whole"
	}
	return ""
}

//go:embed page.html
var pageText string

// newPage begins a report.
func newPage(title string, b Basis, facts ...fact) (*page, error) {
	if b.Terms.Now.IsZero() {
		return nil, errors.New("report: Basis.Terms.Now is not set: a report says when it was made")
	}
	p := &page{Title: title}
	if b.Organization != "" {
		p.Facts = append(p.Facts, fact{"Organization", b.Organization})
	}
	p.Facts = append(p.Facts, facts...)
	zone := b.Terms.Zone
	if zone == nil {
		zone = time.UTC
	}
	p.Facts = append(p.Facts,
		fact{"State of the records", b.Terms.Now.In(zone).Format("2006-01-02 15:04:05 -07:00") + ", days in " + zone.String()},
		fact{"Checkpoint of the audit trail", b.Checkpoint.String()})
	return p, nil
}

// add adds a section and numbers its figures.
func (p *page) add(s section) {
	for _, f := range s.Figures {
		p.Figures = append(p.Figures, f)
		f.Anchor = fmt.Sprintf("records-%d", len(p.Figures))
	}
	p.Sections = append(p.Sections, s)
}

// write writes the report, or nothing if it is too large.
func (p *page) write(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{"breaks": breaks}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var text bytes.Buffer
	if err := t.Execute(&text, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if text.Len() > MaxSize {
		return fmt.Errorf("report: %w: %d bytes, at most %d: choose a shorter period or fewer records", ErrTooLarge, text.Len(), MaxSize)
	}
	_, err = w.Write(text.Bytes())
	return err
}

// said gives the value of a fact that people have to supply.
func said(text string) string {
	if strings.TrimSpace(text) == "" {
		return notRecorded
	}
	return text
}

const notRecorded = "Not recorded."

// day writes the day that an instant means.
func day(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return notRecorded
	}
	return quality.DateOf(t, zone).String()
}

// moment writes the day on which something happened.
func moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return notRecorded
	}
	return quality.Today(t, zone).String()
}
