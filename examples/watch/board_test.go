package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestBoardShowsWhatIsOpenAndOverdue(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	b := newBoard()
	finding := func(kind parse.EventKind, id, ref string, severity isoaudit.Severity) {
		f := &isoaudit.AuditFinding{FindingRef: ref, Severity: severity, Clause: "8.5.1", Statement: "gauge 17\x1b[2J is not calibrated"}
		f.ObjectID = id
		b.takeFinding(isoaudit.Event[isoaudit.AuditFinding]{Kind: kind, Object: f})
	}
	action := func(kind parse.EventKind, id, of string, status isoaudit.CAPAStatus, due time.Time) {
		a := &isoaudit.CorrectiveAction{CAPARef: "CAPA-" + id, Finding: isoaudit.PointerTo[isoaudit.AuditFinding](of), Status: status, DueDate: due}
		a.ObjectID = id
		b.takeAction(isoaudit.Event[isoaudit.CorrectiveAction]{Kind: kind, Object: a})
	}
	finding(parse.Snapshot, "f1", "F-1", isoaudit.SeverityMinor)
	finding(parse.Created, "f2", "F-2", isoaudit.SeverityMajor)
	finding(parse.Resynced, "f3", "F-3", isoaudit.SeverityMajor)
	finding(parse.Deleted, "f3", "", "")
	finding(parse.Created, "f4", "F-4", isoaudit.SeverityMajor)
	b.takeFinding(isoaudit.Event[isoaudit.AuditFinding]{Kind: parse.CaughtUp, Object: new(isoaudit.AuditFinding)})
	action(parse.Snapshot, "1", "f4", isoaudit.CAPAClosed, now.AddDate(0, 0, -9))
	action(parse.Snapshot, "2", "f1", isoaudit.CAPAOpen, now.AddDate(0, 0, -2))
	action(parse.Updated, "3", "f2", isoaudit.CAPAInProgress, now.AddDate(0, 0, -3))
	action(parse.Entered, "4", "f2", isoaudit.CAPAOpen, now.AddDate(0, 0, 3))

	text := b.text(now, parse.LiveStatus{State: parse.LiveReconnecting, Attempt: 2})
	require.Contains(t, text, "reconnecting, attempt 2")
	require.Contains(t, text, "OPEN FINDINGS 2\n")
	require.Contains(t, text, "OVERDUE ACTIONS 2\n")
	require.Less(t, strings.Index(text, "F-2"), strings.Index(text, "F-1"), "the gravest first")
	require.Less(t, strings.Index(text, "CAPA-3"), strings.Index(text, "CAPA-2"), "the longest overdue first")
	require.NotContains(t, text, "F-4", "its action is closed")
	require.NotContains(t, text, "\x1b", "text from the server must not move the cursor")
}
