package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // -zone works where the system has no time zones

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
	"github.com/isoaudit/isoaudit-go/quality/report"
	"github.com/isoaudit/isoaudit-go/trail"
)

// reportCommand is one "isoaudit report ..." with its arguments.
type reportCommand struct {
	name         string
	url          string
	keysFile     string
	ref          string
	from, to     string
	zone         string
	organization string
	words        string // file
	out          string // file
	public       string // file of the key of -checkpoint
	checkpoint   string // file
	reviewMonths int

	terms quality.Terms
}

// reportNeeds lists the flags that each report must have.
var reportNeeds = map[string][]string{
	"audit":   {"url", "ref"},
	"finding": {"url", "ref"},
	"actions": {"url", "from", "to"},
	"review":  {"url", "from", "to"},
}

func parseReportCommand(name string, args []string, stderr io.Writer) (*reportCommand, error) {
	c := &reportCommand{name: name}
	flags := flag.NewFlagSet("isoaudit report "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of the server with its mount path")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	flags.StringVar(&c.ref, "ref", "", "reference of the audit or finding, such as IA-2026-007")
	flags.StringVar(&c.from, "from", "", "first day of the period, such as 2026-01-01")
	flags.StringVar(&c.to, "to", "", "last day of the period")
	flags.StringVar(&c.zone, "zone", "UTC", "time zone in which days begin, such as Europe/Berlin")
	flags.StringVar(&c.organization, "organization", "", "name that stands at the top")
	flags.StringVar(&c.words, "words", "", "JSON file with what the records do not hold: {\"conclusions\": ...} for audit, {\"b\": ...} for review")
	flags.StringVar(&c.out, "out", "", "file to write; without it the report goes to the output")
	flags.StringVar(&c.checkpoint, "checkpoint", "", "file of the checkpoint of the trail that the report names; needs -public")
	flags.StringVar(&c.public, "public", "", "file of the public key that signs checkpoints")
	flags.IntVar(&c.reviewMonths, "review-months", 0, "after how many months a document is due for review")
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	needed, known := reportNeeds[name]
	if !known {
		return nil, fmt.Errorf("%w: unknown report %q\n%s", errUsage, name, usage)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	}
	for _, one := range needed {
		if flags.Lookup(one).Value.String() == "" {
			return nil, fmt.Errorf("%w: -%s is missing", errUsage, one)
		}
	}
	if c.checkpoint != "" && c.public == "" {
		return nil, fmt.Errorf("%w: -checkpoint needs the -public key that signs it", errUsage)
	}
	return c, c.setTerms()
}

// setTerms checks what the figures are made by; the time is that of the run.
func (c *reportCommand) setTerms() error {
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return fmt.Errorf("%w: -zone %q is no time zone: use a name such as Europe/Berlin", errUsage, c.zone)
	}
	c.terms = quality.Terms{Zone: zone, ReviewMonths: c.reviewMonths}
	if c.from == "" && c.to == "" {
		return nil
	}
	if c.terms.Period, err = quality.NewPeriod(c.from, c.to); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return nil
}

func (c *reportCommand) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	basis, err := c.basis()
	if err != nil {
		return err
	}
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	r := reporter{admin: admin, basis: basis, out: &text}
	switch c.name {
	case "audit":
		err = c.audit(ctx, r)
	case "finding":
		err = r.finding(ctx, c.ref)
	case "actions":
		err = r.actions(ctx)
	default:
		err = c.review(ctx, r)
	}
	if err != nil {
		return err
	}
	if c.out == "" {
		_, err = stdout.Write(text.Bytes())
		return err
	}
	return os.WriteFile(c.out, text.Bytes(), 0o600) // it holds names and findings
}

func (c *reportCommand) basis() (report.Basis, error) {
	c.terms.Now = time.Now()
	b := report.Basis{Organization: c.organization, Terms: c.terms}
	if c.checkpoint == "" {
		return b, nil
	}
	kept := &trailCommand{checkpoint: c.checkpoint, public: c.public}
	key, err := kept.publicKey()
	if err != nil {
		return b, err
	}
	checkpoints, err := kept.kept(key)
	if err == nil {
		b.Checkpoint = shownCheckpoint(checkpoints[0])
	}
	return b, err
}

func shownCheckpoint(c trail.Checkpoint) report.Checkpoint {
	return report.Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root.String()}
}

func (c *reportCommand) audit(ctx context.Context, r reporter) error {
	var words report.AuditWords
	if err := c.readWords(&words); err != nil {
		return err
	}
	return r.audit(ctx, c.ref, words)
}

func (c *reportCommand) review(ctx context.Context, r reporter) error {
	words := map[report.Input]string{}
	if err := c.readWords(&words); err != nil {
		return err
	}
	return r.review(ctx, words)
}

// readWords reads the -words file; a name that the report does not know is an error.
func (c *reportCommand) readWords(into any) error {
	if c.words == "" {
		return nil
	}
	text, err := os.ReadFile(c.words)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%s: %w", c.words, err)
	}
	return nil
}

// reporter reads what a report needs and writes it.
type reporter struct {
	admin *isoaudit.Admin
	basis report.Basis
	out   io.Writer
}
