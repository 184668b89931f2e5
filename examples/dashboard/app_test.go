package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// A server that is lost is said on the page, and the page comes back.
func TestLostServer(t *testing.T) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	client, err := isoaudit.NewClient(server.URL, parse.WithApplicationID(server.AppID), parse.WithRESTKey(server.RESTKey),
		parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	b := newBrowser(t, served(t, &backend{client: client}))
	b.signIn(lena.Auditor.Username)
	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-1", StandardClause: "8.5", Scope: "Assembly", SiteCode: "HQ", LeadAuditor: lena.Auditor.Pointer(),
		PlannedStartDate: time.Now(), Status: isoaudit.PlanInProgress,
	}
	require.NoError(t, lena.AuditPlans.Create(t.Context(), plan))

	action := &isoaudit.CorrectiveAction{
		CAPARef: "CA-1", Finding: isoaudit.PointerTo[isoaudit.AuditFinding]("gone"), ActionDescription: "Lock suppliers", Owner: lena.Auditor.Pointer(),
		DueDate: time.Now(), Status: isoaudit.CAPAOpen, VerificationNote: noNote,
	}
	require.NoError(t, lena.CorrectiveActions.Create(t.Context(), action))
	path := "/actions/" + action.ObjectID

	writes := audittest.Match{Method: http.MethodPut}
	server.Faults.Add(writes, audittest.AfterCommit(audittest.Drop))
	page := b.post(path, map[string]string{"status": "in_progress", "reason": "kept"})
	require.Contains(t, page.Text, "it is not known whether this was saved")
	require.NotContains(t, page.Text, "Nothing was saved")
	require.Contains(t, page.Text, `value="kept"`)
	server.Faults.Clear()

	server.Faults.Add(audittest.Match{}, audittest.Drop)
	page = b.open("/")
	require.Equal(t, http.StatusServiceUnavailable, page.Status)
	require.Contains(t, page.Text, `<meta http-equiv="refresh" content="5">`)
	page = b.post(path, map[string]string{"status": "pending_verification"})
	require.Contains(t, page.Text, "Go back: the form still has what you typed")
	page = newBrowser(t, b.base).post("/signin", map[string]string{"user": "a", "password": "b"})
	require.Equal(t, http.StatusServiceUnavailable, page.Status)
	require.Contains(t, page.Text, `value="a"`)
	server.Faults.Clear()
	require.Contains(t, b.open("/").Text, "IA-1")

	// A session that the server has ended is one here no longer.
	require.NoError(t, server.Admin.Auditors.Update(t.Context(), lena.Auditor.ObjectID, isoaudit.AuditorFields.Password.Set("another")))
	require.Equal(t, "/signin", b.open("/").Path)
}
