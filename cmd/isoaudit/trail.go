package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/isoaudit/isoaudit-go/trail"
)

// errDisagrees is what verify ends with if something does not agree.
var errDisagrees = errors.New("the trail does not agree with what it speaks of")

// trailCommand is one "isoaudit trail ..." with its arguments.
type trailCommand struct {
	name       string
	url        string
	keysFile   string
	key        string // file of the private key
	public     string // file of the public key
	origin     string
	log        string // folder
	checkpoint string // file
	bundle     string // file
	class      string
	record     string
	columns    string // with commas between
	reasons    bool
	reason     string
	grace      time.Duration
}

// needs lists the flags that each command must have; verify's depend on -bundle.
var needs = map[string][]string{
	"keygen": {"key", "origin"},
	"seal":   {"key", "log", "url"},
	"verify": {"public"},
	"show":   {"url"},
	"redact": {"url", "class", "record", "reason"},
	"export": {"public", "log", "url", "bundle"},
}

// takes lists the flags that each command may have besides.
var takes = map[string][]string{
	"keygen": {"public"},
	"seal":   {"public", "keys", "checkpoint", "grace"},
	"verify": {"key", "log", "url", "keys", "checkpoint", "bundle"},
	"show":   {"keys", "class", "record"},
	"redact": {"keys", "columns", "reasons"},
	"export": {"key", "keys", "checkpoint", "class", "record"},
}

func parseTrailCommand(name string, args []string, stderr io.Writer) (*trailCommand, error) {
	c := &trailCommand{name: name}
	flags := flag.NewFlagSet("isoaudit trail "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of the server with its mount path")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	flags.StringVar(&c.key, "key", "", "file of the private key that signs checkpoints; only its owner may read it")
	flags.StringVar(&c.public, "public", "", "file of the public key (default: that of -key with .pub)")
	flags.StringVar(&c.origin, "origin", "", "name of the log, such as audit.example.com/trail")
	flags.StringVar(&c.log, "log", "", "folder of the log; it does not belong on the server whose trail it seals")
	flags.StringVar(&c.checkpoint, "checkpoint", "", "file of a checkpoint: seal writes it; verify and export read one that was kept elsewhere")
	flags.StringVar(&c.bundle, "bundle", "", "file of a bundle")
	flags.StringVar(&c.class, "class", "", "only events of this class")
	flags.StringVar(&c.record, "record", "", "only events of the record of -class with this objectId")
	flags.StringVar(&c.columns, "columns", "", "columns whose values redact takes out, with commas between")
	flags.BoolVar(&c.reasons, "reasons", false, "redact takes out the reasons of the events too")
	flags.StringVar(&c.reason, "reason", "", "why redact is asked to, without personal data")
	flags.DurationVar(&c.grace, "grace", trail.DefaultGrace, "how old an event must be to be sealed")
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	needed, known := needs[name]
	if !known {
		return nil, fmt.Errorf("%w: unknown command %q\n%s", errUsage, name, usage)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	}
	if err := heeded(flags, append(slices.Clone(needed), takes[name]...)); err != nil {
		return nil, err
	}
	if name == "verify" && c.bundle == "" {
		needed = append(slices.Clip(needed), "log", "url")
	}
	if name == "verify" && c.bundle != "" && c.log+c.url != "" {
		return nil, fmt.Errorf("%w: -bundle is verified without -log and -url", errUsage)
	}
	for _, one := range needed {
		if flags.Lookup(one).Value.String() == "" {
			return nil, fmt.Errorf("%w: -%s is missing", errUsage, one)
		}
	}
	if c.record != "" && c.class == "" {
		return nil, fmt.Errorf("%w: -record needs the -class of the record", errUsage)
	}
	if name == "redact" {
		if _, err := c.redacted(); err != nil {
			return nil, err
		}
	}
	if c.public == "" {
		c.public = c.key + ".pub"
	}
	return c, nil
}

// heeded refuses a flag that was given and would change nothing.
func heeded(flags *flag.FlagSet, known []string) error {
	var err error
	flags.Visit(func(f *flag.Flag) {
		if err == nil && !slices.Contains(known, f.Name) {
			err = fmt.Errorf("%w: -%s does nothing for %s", errUsage, f.Name, flags.Name())
		}
	})
	return err
}

func (c *trailCommand) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	switch c.name {
	case "keygen":
		return c.keygen(stdout)
	case "seal":
		return c.seal(ctx, getenv, stdout)
	case "show":
		return c.show(ctx, getenv, stdout)
	case "redact":
		return c.redact(ctx, getenv, stdout)
	case "export":
		return c.export(ctx, getenv, stdout)
	}
	return c.verify(ctx, getenv, stdout)
}

func (c *trailCommand) keygen(stdout io.Writer) error {
	private, public, err := trail.NewKey(c.origin)
	if err != nil {
		return err
	}
	if err := writeNew(c.public, public+"\n"); err != nil {
		return err
	}
	if err := trail.WriteKey(c.key, private); err != nil {
		return errors.Join(err, os.Remove(c.public))
	}
	_, err = fmt.Fprintf(stdout, "%s\n", public)
	return err
}

// writeNew writes a file for everybody that is not there yet: a public key is all that is
// left to verify with if its private one was put away.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a public key is for everybody
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func (c *trailCommand) seal(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	signer, err := trail.ReadKey(c.key)
	if err != nil {
		return err
	}
	log, _, err := c.openLog()
	if err != nil {
		return err
	}
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return err
	}
	sealed, err := log.Seal(ctx, admin.Trail(), signer, trail.SealOptions{Grace: max(c.grace, 1)})
	if err != nil {
		return err
	}
	if c.checkpoint != "" && sealed.Checkpoint.Size > 0 {
		if err := os.WriteFile(c.checkpoint, sealed.Checkpoint.Note, 0o644); err != nil { //nolint:gosec // a checkpoint is for everybody
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "%d events sealed, %d of them late; %d in all\n%s", sealed.Added, sealed.Late, sealed.Checkpoint.Size, sealed.Checkpoint.Note)
	return err
}

func (c *trailCommand) openLog() (*trail.Log, note.Verifier, error) {
	key, err := c.publicKey()
	if err != nil {
		return nil, nil, err
	}
	log, err := trail.OpenLog(c.log, key)
	return log, key, err
}

func (c *trailCommand) publicKey() (note.Verifier, error) {
	text, err := os.ReadFile(c.public)
	if err != nil {
		return nil, err
	}
	key, err := trail.ParsePublicKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.public, err)
	}
	return key, nil
}

// kept is the checkpoint of the -checkpoint file, if there is one.
func (c *trailCommand) kept(key note.Verifier) ([]trail.Checkpoint, error) {
	if c.checkpoint == "" {
		return nil, nil
	}
	signed, err := os.ReadFile(c.checkpoint)
	if err != nil {
		return nil, err
	}
	checkpoint, err := trail.OpenCheckpoint(signed, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.checkpoint, err)
	}
	return []trail.Checkpoint{checkpoint}, nil
}
