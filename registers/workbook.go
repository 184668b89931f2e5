package registers

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook, so that a small file cannot fill the memory.
const (
	maxUnpacked = 1 << 30 // bytes of all parts
	maxInMemory = 8 << 20 // bytes of a part; a larger one goes to a temporary file
)

// Workbook is an Excel workbook that is open for reading.
type Workbook struct {
	file *excelize.File
	zip  *zip.Reader
}

// OpenExcel opens a workbook (.xlsx). Close gives back its temporary files.
func OpenExcel(content io.ReaderAt, size int64) (*Workbook, error) {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return nil, fmt.Errorf("registers: this is no Excel workbook (.xlsx): %w", err)
	}
	file, err := excelize.OpenReader(io.NewSectionReader(content, 0, size),
		excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory})
	if err != nil {
		return nil, fmt.Errorf("registers: open the workbook: %w", err)
	}
	return &Workbook{file, archive}, nil
}

// Close closes the workbook.
func (w *Workbook) Close() error { return w.file.Close() }

// Tables are the sheets that have the names of registers of the contract; without names
// of registers, those of any.
func (w *Workbook) Tables(c Contract, registers ...string) ([]Table, error) {
	var tables []Table
	var names []string
	for _, r := range c.registers {
		if len(registers) > 0 && !slices.Contains(registers, r.name) {
			continue
		}
		names = append(names, r.sheet)
		for _, sheet := range w.file.GetSheetList() {
			if strings.EqualFold(sheet, r.sheet) {
				t, err := w.Table(r.name, sheet)
				if err != nil {
					return nil, err
				}
				tables = append(tables, t)
			}
		}
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("registers: the workbook has the sheets %s, and none of %s: name the sheet and its register",
			quoted(w.file.GetSheetList()), quoted(names))
	}
	return tables, nil
}

// Table is a sheet as the table of a register.
func (w *Workbook) Table(register, sheet string) (Table, error) {
	if !slices.Contains(w.file.GetSheetList(), sheet) {
		return Table{}, fmt.Errorf("registers: the workbook has no sheet %q: it has %s", sheet, quoted(w.file.GetSheetList()))
	}
	marks, err := readMarks(w.zip, sheet)
	if err != nil {
		return Table{}, fmt.Errorf("registers: sheet %q: %w", sheet, err)
	}
	t := Table{register: register, sheet: sheet, epoch: epoch1900}
	if props, err := w.file.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		t.epoch = epoch1904
	}
	t.lines = func() iter.Seq2[line, error] {
		return func(yield func(line, error) bool) {
			if err := w.read(sheet, marks, func(l line) bool { return yield(l, nil) }); err != nil {
				yield(line{}, fmt.Errorf("registers: sheet %q: %w", sheet, err))
			}
		}
	}
	return t, nil
}

// read gives the rows of a sheet. The sheet is read twice at the same time, because the
// reader gives either what a cell holds or what it shows.
func (w *Workbook) read(sheet string, marks *marks, yield func(line) bool) (err error) {
	held, err := w.file.Rows(sheet)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	shown, err := w.file.Rows(sheet)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shown.Close()) }()
	for row := 1; held.Next() && shown.Next(); row++ {
		texts, err := held.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return err
		}
		looks, err := shown.Columns()
		if err != nil {
			return err
		}
		l := line{row: row, cells: make([]cell, max(len(texts), len(looks)))}
		for i := range l.cells {
			c := &l.cells[i]
			if i < len(texts) {
				c.text, c.shown = texts[i], texts[i]
			}
			if i < len(looks) {
				c.shown = looks[i]
			}
			marks.mark(c, row, i+1)
		}
		if !yield(l) {
			return nil
		}
	}
	return errors.Join(held.Error(), shown.Error())
}

func quoted(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(list, ", ")
}
