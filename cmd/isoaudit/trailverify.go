package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

func (c *trailCommand) verify(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	if c.bundle != "" {
		return c.verifyBundle(stdout)
	}
	log, kept, admin, err := c.open(getenv)
	if err != nil {
		return err
	}
	if log.Checkpoint().Size == 0 && len(kept) == 0 {
		return fmt.Errorf("log %s has no checkpoint yet: seal first, or look whether this is the folder", c.log)
	}
	report, err := trail.Verify(ctx, admin.Trail(), log, kept...)
	if err != nil {
		return err
	}
	return printReport(stdout, report, len(kept) > 0)
}

// open opens the log with the checkpoints that were kept, and connects to the server.
func (c *trailCommand) open(getenv func(string) string) (*trail.Log, []trail.Checkpoint, *isoaudit.Admin, error) {
	log, key, err := c.openLog()
	if err != nil {
		return nil, nil, nil, err
	}
	kept, err := c.kept(key)
	if err != nil {
		return nil, nil, nil, err
	}
	admin, err := connect(c.url, c.keysFile, getenv)
	return log, kept, admin, err
}

func (c *trailCommand) verifyBundle(stdout io.Writer) error {
	key, err := c.publicKey()
	if err != nil {
		return err
	}
	kept, err := c.kept(key)
	if err != nil {
		return err
	}
	file, err := os.Open(c.bundle)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bundle, err := trail.OpenBundle(file, info.Size(), key)
	if err != nil {
		return fmt.Errorf("%s: %w", c.bundle, err)
	}
	report, err := bundle.Verify(kept...)
	if err != nil {
		return fmt.Errorf("%s: %w", c.bundle, err)
	}
	fmt.Fprintf(stdout, "%d events in the bundle; the checkpoint covers %d events\n", report.Events, report.Checkpoint.Size)
	if report.Events < report.Checkpoint.Size {
		fmt.Fprintln(stdout, "The bundle is a part of the trail: it cannot show what was left out of it.")
	}
	return printFindings(stdout, report, len(kept) > 0)
}

func printReport(stdout io.Writer, report trail.Report, kept bool) error {
	fmt.Fprintf(stdout, "%d events, %d of them not sealed yet, %d records; the checkpoint covers %d events\n",
		report.Events, report.Waiting, report.Records, report.Checkpoint.Size)
	return printFindings(stdout, report, kept)
}

func printFindings(stdout io.Writer, report trail.Report, kept bool) error {
	for _, finding := range report.Findings {
		fmt.Fprintln(stdout, finding)
	}
	if len(report.Findings) == trail.MaxFindings {
		fmt.Fprintf(stdout, "These are the first %d findings; all are counted here:\n", trail.MaxFindings)
	}
	for _, kind := range slices.Sorted(maps.Keys(report.Counts)) {
		fmt.Fprintf(stdout, "%d %s\n", report.Counts[kind], kind)
	}
	if !kept {
		fmt.Fprintln(stdout, "No -checkpoint was given: this proves nothing against whoever can write the log's folder and has its key.")
	}
	if !report.OK() {
		return errDisagrees
	}
	_, err := fmt.Fprintln(stdout, "Everything agrees.")
	return err
}

// events are those that -class and -record ask for, those of a record in its own order.
func (c *trailCommand) events(ctx context.Context, admin *isoaudit.Admin) iter.Seq2[event.Event, error] {
	if c.record != "" {
		return admin.History(ctx, parse.Rows(admin.Client, c.class).PointerTo(c.record))
	}
	return func(yield func(event.Event, error) bool) {
		for e, err := range admin.Trail().Events(ctx, time.Time{}) {
			if (err != nil || c.class == "" || e.Class == c.class) && !yield(e, err) {
				return
			}
		}
	}
}

// inOrder gives events in the order of their rows, as a bundle has them. That of a history
// is by what the events say, and another one within a millisecond.
func inOrder(history iter.Seq2[event.Event, error]) iter.Seq2[event.Event, error] {
	type told struct {
		event event.Event
		err   error
	}
	return func(yield func(event.Event, error) bool) {
		var all []told
		for e, err := range history {
			all = append(all, told{e, err})
		}
		slices.SortStableFunc(all, func(a, b told) int {
			return cmp.Or(a.event.CreatedAt.Compare(b.event.CreatedAt), strings.Compare(a.event.ObjectID, b.event.ObjectID))
		})
		for _, t := range all {
			if !yield(t.event, t.err) {
				return
			}
		}
	}
}

func (c *trailCommand) show(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return err
	}
	unreadable := 0
	for e, err := range c.events(ctx, admin) {
		if err == nil {
			err = printEvent(stdout, &e)
		}
		var damage *event.Damage
		switch {
		case errors.As(err, &damage):
			unreadable++
			fmt.Fprintln(stdout, err)
		case err != nil:
			return err
		}
	}
	if unreadable > 0 {
		return fmt.Errorf("%w: %d events cannot be read", errDisagrees, unreadable)
	}
	return nil
}

func printEvent(stdout io.Writer, e *event.Event) error {
	var line strings.Builder
	fmt.Fprintf(&line, "%s %s %s %s %s by %s", e.At.Format(time.RFC3339), e.ObjectID, e.Op, e.Class, e.Object(), e.Actor.Kind)
	for _, part := range []struct{ name, text string }{
		{"", e.Actor.ID}, {"rule ", e.Rule}, {"meaning ", e.Meaning}, {"reason ", e.Reason},
	} {
		if part.text != "" {
			fmt.Fprintf(&line, " %s%q", part.name, part.text) // quoted: a text may have anything in it
		}
	}
	if e.Reason == "" && e.Why != "" {
		line.WriteString(" (reason redacted)")
	}
	if !e.Confirmed {
		line.WriteString(" (unconfirmed)")
	}
	fmt.Fprintln(stdout, wire.OneLine(line.String()))
	values, err := e.Values()
	if err != nil {
		return err
	}
	for _, name := range e.Names() {
		text := name + ": "
		switch v := values[name]; {
		case e.Columns[name] == "":
			text += "(secret)"
		case v == nil:
			text += "(redacted)"
		default:
			text += orNothing(v.Before) + " -> " + orNothing(v.After)
		}
		fmt.Fprintf(stdout, "\t%s\n", wire.OneLine(text))
	}
	return nil
}

func orNothing(value []byte) string {
	if value == nil {
		return "nothing"
	}
	return string(value)
}

func (c *trailCommand) export(ctx context.Context, getenv func(string) string, stdout io.Writer) (err error) {
	log, kept, admin, err := c.open(getenv)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.bundle, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			err = errors.Join(err, os.Remove(c.bundle)) // half a bundle is none
		}
	}()
	events := c.events(ctx, admin)
	if c.record != "" {
		events = inOrder(events)
	}
	done, err := trail.Export(file, log, events, append(kept, trail.Checkpoint{})[0])
	if err != nil {
		return err
	}
	if done.Events == 0 {
		return fmt.Errorf("no bundle was made: %d events were asked for, and none of them is sealed", done.Waiting)
	}
	_, err = fmt.Fprintf(stdout, "%d events exported, %d left out that are not sealed yet\n", done.Events, done.Waiting)
	return errors.Join(err, file.Sync())
}
