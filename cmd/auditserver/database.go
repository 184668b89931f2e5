package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// commands are what the program does besides serving. Each works beside a running
// server, too.
var commands = map[string]struct {
	summary string
	run     func(c *command, ctx context.Context, out io.Writer) error
}{
	"backup":  {"write the database of -db and its uploaded files to a new FILE", (*command).backup},
	"check":   {"say what is wrong in the database or backup FILE", (*command).check},
	"restore": {"make the new database -db of the backup FILE", (*command).restore},
}

// command is a command with its flags.
type command struct {
	db   auditserver.Database
	file string
}

// runCommand runs the command called name.
func runCommand(ctx context.Context, name string, args []string, out, errOut io.Writer) error {
	known := commands[name]
	c := &command{}
	fs := flag.NewFlagSet("auditserver "+name, flag.ContinueOnError)
	fs.SetOutput(errOut)
	fs.Usage = func() {
		fmt.Fprintf(errOut, "auditserver %s [flags] FILE: %s\n", name, known.summary)
		fs.PrintDefaults()
	}
	if name != "check" {
		fs.StringVar(&c.db.Path, "db", "", "SQLite `file` of the server")
	}
	fs.StringVar(&c.db.FilesDir, "files", "", "`folder` of the server for uploaded files; without it they are in the database")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := checkEmpty(fs); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if fs.NArg() != 1 || fs.Arg(0) == "" {
		return fmt.Errorf("%s: want one FILE behind the flags, not %q", name, fs.Args())
	}
	c.file = fs.Arg(0)
	if name == "check" {
		c.db.Path = c.file
	}
	if c.db.Path == "" {
		return fmt.Errorf("%s: -db is missing", name)
	}
	return known.run(c, ctx, out)
}

func (c *command) backup(ctx context.Context, out io.Writer) error {
	if err := auditserver.Backup(ctx, c.db, c.file); err != nil {
		return err
	}
	return report(ctx, auditserver.Database{Path: c.file}, out)
}

func (c *command) check(ctx context.Context, out io.Writer) error { return report(ctx, c.db, out) }

func (c *command) restore(ctx context.Context, out io.Writer) error {
	if err := auditserver.Restore(ctx, c.file, c.db); err != nil {
		return err
	}
	return report(ctx, c.db, out)
}

// report prints what a check finds; problems are an error.
func report(ctx context.Context, db auditserver.Database, out io.Writer) error {
	r, err := auditserver.Check(ctx, db)
	if err != nil {
		return err
	}
	for _, p := range r.Problems {
		fmt.Fprintf(out, "%-9s %s\n", "problem", p)
	}
	for _, e := range r.Edited {
		fmt.Fprintf(out, "%-9s %s\n", "edited", e)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(out, "%-9s %s\n", "note", n)
	}
	if len(r.Problems)+len(r.Edited) > 0 {
		return fmt.Errorf("%w: %s", auditserver.ErrProblems, db.Path)
	}
	fmt.Fprintf(out, "%-9s %s: %d objects of %d classes, %d files with %d bytes in it\n", "sound", db.Path, r.Objects, r.Classes, r.Files, r.FileBytes)
	return nil
}
