package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
)

// dumpCommand is "isoaudit dump" or "isoaudit restore" with its arguments.
type dumpCommand struct {
	restore  bool
	url      string
	keysFile string
	folder   string
	plan     bool
	quiet    bool
	options  dump.Options
	stderr   io.Writer
}

func parseDumpCommand(name string, args []string, stderr io.Writer) (*dumpCommand, error) {
	c := &dumpCommand{restore: name == "restore", stderr: stderr}
	flags := flag.NewFlagSet("isoaudit "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of the server with its mount path")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	flags.StringVar(&c.folder, "dir", "", "folder of the dump")
	flags.BoolVar(&c.quiet, "quiet", false, "say nothing about how far it has come")
	flags.Func("class", "copy the rows of this class only (repeatable)", func(class string) error {
		c.options.Classes = append(c.options.Classes, class)
		return nil
	})
	if c.restore {
		flags.BoolVar(&c.plan, "plan", false, "only say what the server cannot take")
		flags.BoolVar(&c.options.NewTimes, "new-times", false, "go on where the server keeps no times")
	}
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	case c.url == "" || c.folder == "":
		return nil, fmt.Errorf("%w: -url and -dir are needed", errUsage)
	}
	return c, nil
}

func (c *dumpCommand) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return err
	}
	if !c.quiet {
		c.options.Progress = c.progress()
	}
	if !c.restore {
		m, err := dump.Write(ctx, admin.Admin, c.folder, c.options)
		if err != nil {
			return again(ctx, err)
		}
		fmt.Fprintf(stdout, "%d rows of %d classes are in %s\n", m.Rows(), len(m.Classes), c.folder)
		return nil
	}
	// Each server has a journal of its own beside the dump.
	server := sha256.Sum256([]byte(c.url))
	c.options.Journal = filepath.Join(c.folder, fmt.Sprintf("restore-%x.jsonl", server[:4]))
	if err := c.noCloudCode(ctx, admin); err != nil {
		return err
	}
	if c.plan {
		return c.printPlan(ctx, admin, stdout)
	}
	report, err := dump.Restore(ctx, admin.Admin, c.folder, c.options)
	if err != nil {
		return again(ctx, err)
	}
	fmt.Fprintf(stdout, "%d rows and %d files are restored\n", report.Rows, report.Files)
	return printNotes(stdout, report.Notes)
}

// again says how an interrupted command is resumed.
func again(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w\nrun the same command again to go on", err)
	}
	return err
}

// noCloudCode refuses a Parse Server that would hold every row to the rules, and record
// it, once more.
func (c *dumpCommand) noCloudCode(ctx context.Context, admin *isoaudit.Admin) error {
	_, err := admin.CloudCode(ctx)
	switch {
	case err == nil:
		return fmt.Errorf("the server runs cloud/main.js, which takes a restore for the writes of a caller without a session: start it without Cloud Code for as long as this takes; nothing was written")
	case errors.Is(err, parse.ErrScriptFailed): // there is no such function
		return nil
	}
	return err
}

func (c *dumpCommand) printPlan(ctx context.Context, admin *isoaudit.Admin, stdout io.Writer) error {
	m, err := dump.Check(c.folder)
	if err != nil {
		return err
	}
	plan, err := dump.PlanRestore(ctx, admin.Admin, m, c.options)
	if err != nil {
		return err
	}
	if err := printNotes(stdout, plan.Notes); err != nil {
		return err
	}
	for _, obstacle := range plan.Obstacles {
		fmt.Fprintf(stdout, "obstacle: %s\n", obstacle)
	}
	if len(plan.Obstacles) > 0 {
		return dump.ErrObstacles
	}
	_, err = fmt.Fprintf(stdout, "the server can take all %d rows\n", m.Rows())
	return err
}

func printNotes(stdout io.Writer, notes []string) error {
	for _, note := range notes {
		if _, err := fmt.Fprintf(stdout, "note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// progress prints a line every few seconds.
func (c *dumpCommand) progress() func(dump.Progress) {
	var told time.Time
	return func(p dump.Progress) {
		if time.Since(told) < 5*time.Second {
			return
		}
		told = time.Now()
		of := ""
		if p.Total > 0 {
			of = fmt.Sprintf(" of %d", p.Total)
		}
		fmt.Fprintf(c.stderr, "%s: %d%s rows, %d files\n", p.Class, p.Rows, of, p.Files)
	}
}
