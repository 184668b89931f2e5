package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/registers"
)

func (c *command) run(ctx context.Context, getenv func(string) string) (err error) {
	client, done, err := c.connect(ctx, getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	c.options.Progress = c.progress
	if c.name == "export" {
		return c.export(ctx, client)
	}
	return c.bring(ctx, client)
}

// progress tells how far a long run is, now and then.
func (c *command) progress(p registers.Progress) {
	const often = 1000 // rows
	if p.Rows%often != 0 {
		return
	}
	of := ""
	if p.Of > 0 {
		of = fmt.Sprintf(" of %d", p.Of)
	}
	fmt.Fprintf(c.stderr, "%s: %s %d%s rows\n", p.Register, p.Phase, p.Rows, of)
}

// export writes the file, or leaves the one that was there as it is.
func (c *command) export(ctx context.Context, client *parse.Client) (err error) {
	file, err := os.CreateTemp(filepath.Dir(c.file), ".registers-*") // only its owner reads it: it holds names and findings
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if c.kind() == ".csv" {
		err = c.contract.ExportCSV(ctx, client, file, c.options, c.registers[0])
	} else {
		err = c.contract.ExportExcel(ctx, client, file, c.options, c.registers...)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), c.file)
}

// bring imports the file.
func (c *command) bring(ctx context.Context, client *parse.Client) (err error) {
	file, err := os.Open(c.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	var tables []registers.Table
	if c.kind() == ".csv" {
		tables = []registers.Table{registers.CSV(c.registers[0], filepath.Base(c.file), file, info.Size())}
	} else {
		book, err := registers.OpenExcel(file, info.Size())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, book.Close()) }()
		if tables, err = c.tables(book); err != nil {
			return err
		}
	}
	report, err := c.contract.Import(ctx, client, tables, c.options)
	for _, w := range report.Warnings {
		fmt.Fprintln(c.stderr, "warning:", w)
	}
	will := ""
	var problems *registers.Problems
	if c.options.DryRun || errors.As(err, &problems) && !problems.Sent {
		will = "would be "
	}
	for _, t := range report.Tables {
		fmt.Fprintf(c.stdout, "%s: %d rows: %d %screated, %d %schanged, %d unchanged\n", t.Sheet, t.Rows, t.Created, will, t.Changed, will, t.Unchanged)
	}
	return err
}

// tables are the sheets that the command line names.
func (c *command) tables(book *registers.Workbook) ([]registers.Table, error) {
	if c.sheet != "" {
		table, err := book.Table(c.registers[0], c.sheet)
		return []registers.Table{table}, err
	}
	return book.Tables(c.contract, c.registers...)
}
