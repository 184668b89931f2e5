package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/policy"
)

const told = `signed up  a coordinator, two auditors, an approver and a manager
planned    IA-101 and two more
found      F-201, major, clause 8.5.1, with PREFIX_traveller-70312.txt
raised     CA-301 for d.kim, due IN-60-DAYS
refused    status: from where it is, a corrective action's status can only become: in_progress, cancelled
refused    verificationNote: a corrective action is closed only with a verification note that says what was verified; blank and placeholder text do not count
closed     CA-301, verified by l.brandt
issued     WI-201 revision B
refused    this auditor's roles do not allow it
closed     IA-101, reviewed by m.okafor

Audit queue
AUDIT   SITE      CLAUSE  SCOPE        LEAD AUDITOR  START       STATUS
IA-102  PLANT-11  8.4     Purchasing   a.haddad      IN-14-DAYS  planned
IA-103  LAB-01    7.1.5   Calibration  l.brandt      IN-35-DAYS  planned

Overdue actions
ACTION  FINDING  SEVERITY  SITE   OWNER  DUE          DAYS OVERDUE  STATUS
CA-288  F-188    minor     DC-02  d.kim  12-DAYS-AGO  12            in_progress

Document register
NUMBER  TITLE              REV  OWNER     APPROVED BY  EFFECTIVE   STATUS
WI-201  Assembly of pumps  B    l.brandt  j.silva      TODAY       effective
WI-201  Assembly of pumps  A    l.brandt  j.silva      A-YEAR-AGO  superseded

Audit trail of IA-101
WHO       DID     TO                STATUS                WHY
l.brandt  create  AuditPlan         planned               -
a.haddad  update  AuditPlan         in_progress           -
a.haddad  create  AuditFinding      -                     -
a.haddad  create  CorrectiveAction  open                  -
d.kim     update  CorrectiveAction  in_progress           -
d.kim     update  CorrectiveAction  pending_verification  -
l.brandt  update  CorrectiveAction  closed                effective
a.haddad  update  AuditPlan         completed             -
m.okafor  create  AuditReview       -                     -
l.brandt  update  AuditPlan         closed                -
`

func TestQuickstart(t *testing.T) {
	backend, err := open(t.Context(), "", "", "")
	require.NoError(t, err)
	now := time.Now()
	var out strings.Builder
	require.NoError(t, run(t.Context(), backend, &out, now))
	require.NoError(t, backend.close())

	named := strings.NewReplacer(
		day(now.AddDate(0, 0, 60)), "IN-60-DAYS",
		day(now.AddDate(0, 0, 14)), "IN-14-DAYS",
		day(now.AddDate(0, 0, 35)), "IN-35-DAYS",
		day(now.AddDate(0, 0, -12)), "12-DAYS-AGO",
		day(now.AddDate(-1, 0, 0)), "A-YEAR-AGO",
		day(now), "TODAY")
	got := named.Replace(regexp.MustCompile(`[0-9a-f]{32}_`).ReplaceAllString(out.String(), "PREFIX_"))
	require.Equal(t, spaced(told), spaced(got))
}

// spaced ignores how wide columns are: the names of days are longer than dates.
func spaced(text string) string { return regexp.MustCompile(` {2,}`).ReplaceAllString(text, "  ") }

// On a server that runs already it does the same, as often as one likes.
func TestQuickstartOnARunningServer(t *testing.T) {
	server := audittest.NewServer(t)
	keys := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(keys, []byte("PARSE_REST_KEY="+server.RESTKey+"\nPARSE_MASTER_KEY="+server.MasterKey+"\n"), 0o600))
	for range 2 {
		backend, err := open(t.Context(), server.URL, server.AppID, keys)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, run(t.Context(), backend, &out, time.Now()))
		require.NoError(t, backend.close())
		require.Contains(t, out.String(), "IA-102"+backend.suffix)
	}
}

func TestQuickstartSaysWhatIsWrong(t *testing.T) {
	_, err := open(t.Context(), "http://127.0.0.1:1/parse", "app", filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)

	empty := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	_, err = open(t.Context(), "http://127.0.0.1:1/parse", "app", empty)
	require.ErrorContains(t, err, "has no NAME=value lines")

	t.Setenv("PARSE_REST_KEY", "")
	t.Setenv("PARSE_MASTER_KEY", "")
	_, err = open(t.Context(), "http://127.0.0.1:1/parse", "app", "")
	require.ErrorContains(t, err, "PARSE_MASTER_KEY")
	_, err = open(t.Context(), "http://127.0.0.1:1/parse", "", "")
	require.ErrorContains(t, err, "-app-id")
	_, err = open(t.Context(), "", "app", "")
	require.ErrorContains(t, err, "-url, which is missing")
}

// auditserver without flags has no client keys, and the rules only if asked to.
func TestQuickstartOnAServerWithoutClientKeys(t *testing.T) {
	for said, change := range map[string]func(*auditserver.Config){
		"":                              func(*auditserver.Config) {},
		"start auditserver with -rules": func(c *auditserver.Config) { c.Rules = policy.Rules{} },
	} {
		server := audittest.NewServer(t, change, func(c *auditserver.Config) { c.RESTKey, c.JavaScriptKey = "", "" })
		t.Setenv("PARSE_REST_KEY", "")
		t.Setenv("PARSE_MASTER_KEY", server.MasterKey)
		backend, err := open(t.Context(), server.URL, server.AppID, "")
		require.NoError(t, err)
		err = run(t.Context(), backend, io.Discard, time.Now())
		if said == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, said)
		}
	}
}
