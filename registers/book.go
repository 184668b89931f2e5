package registers

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// book is a workbook that is written, row by row.
type book struct {
	file   *excelize.File
	sheets int
	styles struct{ header, text, day int }
}

func newBook() *book { return &book{file: excelize.NewFile()} }

func (b *book) close() { _ = b.file.Close() }

func (b *book) write(to io.Writer) error {
	_, err := b.file.WriteTo(to)
	return err
}

// sheet begins the next sheet.
func (b *book) sheet(r *register) (*bookSheet, error) {
	if b.sheets++; b.sheets == 1 {
		if err := b.makeStyles(); err != nil {
			return nil, err
		}
		if err := b.file.SetSheetName(b.file.GetSheetName(0), r.sheet); err != nil {
			return nil, err
		}
	} else if _, err := b.file.NewSheet(r.sheet); err != nil {
		return nil, err
	}
	out, err := b.file.NewStreamWriter(r.sheet)
	if err != nil {
		return nil, err
	}
	if err := out.SetColWidth(1, len(r.columns), columnWidth); err != nil {
		return nil, err
	}
	panes := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	return &bookSheet{book: b, out: out}, out.SetPanes(panes)
}

const columnWidth = 24 // characters

// makeStyles makes the formats of cells. That of texts is "text", so that what begins
// with = stays a text when somebody edits it.
func (b *book) makeStyles() error {
	const asText = 49
	day := "yyyy-mm-dd"
	for _, style := range []struct {
		is *int
		excelize.Style
	}{
		{&b.styles.header, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: asText}},
		{&b.styles.text, excelize.Style{NumFmt: asText, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&b.styles.day, excelize.Style{CustomNumFmt: &day, Alignment: &excelize.Alignment{Vertical: "top"}}},
	} {
		var err error
		if *style.is, err = b.file.NewStyle(&style.Style); err != nil {
			return err
		}
	}
	return nil
}

// bookSheet is a sheet of a workbook that is written.
type bookSheet struct {
	book *book
	out  *excelize.StreamWriter
	rows int
}

func (s *bookSheet) row(values []value) error {
	if s.rows++; s.rows > excelize.TotalRows {
		return fmt.Errorf("a sheet has no more than %d rows: export as CSV", excelize.TotalRows)
	}
	style := s.book.styles.text
	if s.rows == 1 {
		style = s.book.styles.header
	}
	cells := make([]any, len(values))
	for i, v := range values {
		if err := fits(v.text); err != nil {
			return err
		}
		cells[i] = excelize.Cell{StyleID: style, Value: v.text}
		if !v.day.Before(firstSerial) && !v.day.After(lastSerial) {
			cells[i] = excelize.Cell{StyleID: s.book.styles.day, Value: int(v.day.Sub(epoch1900) / (24 * time.Hour))}
		}
	}
	at, err := excelize.CoordinatesToCellName(1, s.rows)
	if err != nil {
		return err
	}
	return s.out.SetRow(at, cells)
}

func (s *bookSheet) finish() error { return s.out.Flush() }

// fits tells what a cell cannot hold of a text.
func fits(text string) error {
	if len(text) > excelize.TotalCellChars {
		if n := len(utf16.Encode([]rune(text))); n > excelize.TotalCellChars {
			return fmt.Errorf("a text has %d characters and a cell holds %d: export as CSV", n, excelize.TotalCellChars)
		}
	}
	if at := strings.IndexFunc(text, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' || r == '\ufffe' || r == '\uffff'
	}); at >= 0 {
		return fmt.Errorf("a text has the control character %U, which no cell holds: export as CSV", []rune(text[at:])[0])
	}
	return nil
}
