package registers

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/quality"
)

// value is what is written into a cell: a text, or a day, which has a time too.
type value struct {
	text string
	day  time.Time // midnight UTC
}

// sheet is a table that is written.
type sheet interface {
	row(values []value) error
	finish() error
}

// ExportExcel writes registers into a workbook, each on a sheet of its own, in the order
// of their references; without names all of them. The records are those that the client
// may read.
//
// Texts are written as texts, whatever they begin with, and dates as days: a time of day
// is not written. A text that no
// cell can hold, of more than 32,767 characters or with control characters, is an error:
// a CSV file can hold it.
func (c Contract) ExportExcel(ctx context.Context, client *parse.Client, to io.Writer, options Options, registers ...string) error {
	if len(registers) == 0 {
		registers = c.Names()
	}
	wanted := make([]*register, len(registers))
	for i, name := range registers {
		var err error
		if wanted[i], err = c.register(name); err != nil {
			return err
		}
	}
	if err := suits(ctx, client, wanted...); err != nil {
		return err
	}
	book := newBook()
	defer book.close()
	for _, r := range wanted {
		s, err := book.sheet(r)
		if err != nil {
			return fmt.Errorf("registers: sheet %s: %w", r.sheet, err)
		}
		if err := c.export(ctx, client, r, s, options); err != nil {
			return err
		}
	}
	return book.write(to)
}

// ExportCSV writes a register as a CSV file in UTF-8 with a byte order mark. A text that
// a spreadsheet would take for a formula has an apostrophe before it, which an import
// takes away again.
func (c Contract) ExportCSV(ctx context.Context, client *parse.Client, to io.Writer, options Options, register string) error {
	r, err := c.register(register)
	if err != nil {
		return err
	}
	if err := suits(ctx, client, r); err != nil {
		return err
	}
	s, err := newCSVSheet(to)
	if err != nil {
		return err
	}
	return c.export(ctx, client, r, s, options)
}

func (c Contract) export(ctx context.Context, client *parse.Client, r *register, to sheet, options Options) error {
	headers := make([]value, len(r.columns))
	for i, column := range r.columns {
		headers[i] = value{text: column.header}
	}
	if err := to.row(headers); err != nil {
		return err
	}
	e := exporter{names: newNames(c, client), register: r, to: to, options: options}
	query := parse.Rows(client, r.class).Query()
	for _, name := range r.key {
		query = query.OrderBy(parse.NewAnyField[parse.Row](name).Asc())
	}
	page := make([]*parse.Row, 0, pageRows)
	for row, err := range query.All(ctx) {
		if err != nil {
			return fmt.Errorf("registers: read %s: %w", r.name, err)
		}
		if page = append(page, row); len(page) == pageRows {
			if err := e.write(ctx, page); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	if err := e.write(ctx, page); err != nil {
		return err
	}
	return to.finish()
}

// exporter writes the rows of one register.
type exporter struct {
	names    *names
	register *register
	to       sheet
	options  Options
	done     int
}

// write writes a page of rows; what its pointers refer to is asked for at once.
func (e *exporter) write(ctx context.Context, page []*parse.Row) error {
	for _, column := range e.register.columns {
		var ids []string
		for _, row := range page {
			if pointer, ok := row.Get(column.name).(parse.Pointer[parse.Row]); ok {
				ids = append(ids, pointer.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if err := e.names.learnIDs(ctx, column.field.TargetClass, ids); err != nil {
			return fmt.Errorf("registers: read the names of %s: %w", column.header, err)
		}
	}
	for _, row := range page {
		for _, name := range e.register.key {
			if row.Get(name) == nil {
				return fmt.Errorf("registers: %s: the record %s has no value in the column %s, by which an import would find it", e.register.name, row.ObjectID, name)
			}
		}
		values := make([]value, len(e.register.columns))
		for i := range e.register.columns {
			var err error
			if values[i], err = e.value(row, &e.register.columns[i]); err != nil {
				return fmt.Errorf("registers: %s %s: %w", e.register.name, e.register.nameOf(row), err)
			}
		}
		if err := e.to.row(values); err != nil {
			return fmt.Errorf("registers: %s %s: %w", e.register.name, e.register.nameOf(row), err)
		}
		e.done++
	}
	e.options.report(Progress{Register: e.register.name, Phase: Exporting, Rows: e.done})
	return nil
}

func (e *exporter) value(row *parse.Row, c *column) (value, error) {
	switch v := row.Get(c.name).(type) {
	case nil:
		return value{}, nil
	case string:
		return value{text: plainLines(v)}, nil
	case time.Time:
		day := quality.DateOf(v, e.options.Zone).String()
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return value{text: v.UTC().Format(time.RFC3339Nano)}, nil // a day of the year 10000, or of no year
		}
		return value{text: day, day: at}, nil
	case parse.Pointer[parse.Row]:
		return value{text: e.names.name(c.field.TargetClass, v.ID)}, nil
	default:
		return value{}, fmt.Errorf("the column %s holds a value of another type (%T)", c.name, v)
	}
}
