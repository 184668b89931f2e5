package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// board is the picture that the events add up to.
type board struct {
	findings map[string]*isoaudit.AuditFinding
	actions  map[string]*isoaudit.CorrectiveAction
}

func newBoard() *board {
	return &board{
		findings: make(map[string]*isoaudit.AuditFinding),
		actions:  make(map[string]*isoaudit.CorrectiveAction),
	}
}

func (b *board) takeFinding(e isoaudit.Event[isoaudit.AuditFinding]) {
	take(b.findings, e.Kind, e.Object.ObjectID, e.Object)
}

func (b *board) takeAction(e isoaudit.Event[isoaudit.CorrectiveAction]) {
	take(b.actions, e.Kind, e.Object.ObjectID, e.Object)
}

// take is all a consumer needs to keep a picture: present objects replace what
// was there, the others go.
func take[T any](rows map[string]*T, kind parse.EventKind, id string, object *T) {
	switch {
	case kind == parse.CaughtUp:
	case kind.Present():
		rows[id] = object
	default:
		delete(rows, id)
	}
}

// openFindings are the nonconformities without a closed corrective action, the
// gravest first.
func (b *board) openFindings() []*isoaudit.AuditFinding {
	closed := make(map[string]bool)
	for _, a := range b.actions {
		if a.Status == isoaudit.CAPAClosed {
			closed[a.Finding.ID] = true
		}
	}
	grade := []isoaudit.Severity{isoaudit.SeverityCritical, isoaudit.SeverityMajor, isoaudit.SeverityMinor, isoaudit.SeverityNone}
	open := slices.DeleteFunc(slices.Collect(maps.Values(b.findings)), func(f *isoaudit.AuditFinding) bool { return closed[f.ObjectID] })
	slices.SortFunc(open, func(x, y *isoaudit.AuditFinding) int {
		return cmp.Or(cmp.Compare(slices.Index(grade, x.Severity), slices.Index(grade, y.Severity)), cmp.Compare(x.FindingRef, y.FindingRef))
	})
	return open
}

// overdueActions are the unfinished corrective actions whose due date has
// passed, the longest overdue first.
func (b *board) overdueActions(now time.Time) []*isoaudit.CorrectiveAction {
	overdue := slices.DeleteFunc(slices.Collect(maps.Values(b.actions)), func(a *isoaudit.CorrectiveAction) bool {
		return a.Status == isoaudit.CAPAClosed || a.Status == isoaudit.CAPACancelled || !a.DueDate.Before(now)
	})
	slices.SortFunc(overdue, func(x, y *isoaudit.CorrectiveAction) int {
		return cmp.Or(x.DueDate.Compare(y.DueDate), cmp.Compare(x.CAPARef, y.CAPARef))
	})
	return overdue
}

// screen shows boards on a terminal.
func screen(w io.Writer, plain bool) func(*board, parse.LiveStatus) {
	return func(b *board, status parse.LiveStatus) {
		if !plain {
			_, _ = io.WriteString(w, "\x1b[H\x1b[2J") // top left, clear
		}
		_, _ = io.WriteString(w, b.text(time.Now(), status))
	}
}

func (b *board) text(now time.Time, status parse.LiveStatus) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s  %s", now.Format(time.DateTime), status.State)
	if status.Attempt > 0 {
		fmt.Fprintf(&out, ", attempt %d", status.Attempt)
	}
	table := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
	open := b.openFindings()
	fmt.Fprintf(table, "\n\nOPEN FINDINGS %d\n", len(open))
	for _, f := range open {
		audit := f.AuditPlan.ID
		if plan, ok := f.AuditPlan.Get(); ok {
			audit = plan.AuditRef
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", line(f.FindingRef), line(string(f.Severity)), line(audit), line(f.Clause), line(f.Statement))
	}
	overdue := b.overdueActions(now)
	fmt.Fprintf(table, "\nOVERDUE ACTIONS %d\n", len(overdue))
	for _, a := range overdue {
		owner := a.Owner.ID
		if auditor, ok := a.Owner.Get(); ok {
			owner = auditor.Username
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", line(a.CAPARef), a.DueDate.Format(time.DateOnly), line(string(a.Status)), line(owner), line(a.ActionDescription))
	}
	_ = table.Flush() // to a strings.Builder
	return out.String()
}

// line makes text from the server fit for one line of a terminal: nothing in it
// may move the cursor.
func line(text string) string {
	const most = 60
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}
