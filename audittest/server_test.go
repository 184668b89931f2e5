package audittest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

var _ audittest.TB = testing.TB(nil)

func TestServerHasTheSchema(t *testing.T) {
	server := audittest.NewServer(t)
	found, err := server.Admin.Schema(t.Context())
	require.NoError(t, err)
	var names []string
	for _, class := range found.Classes {
		names = append(names, class.Name)
	}
	require.Subset(t, names, []string{"_User", "AuditPlan", "AuditFinding", "CorrectiveAction", "DocumentControlLog", "AuditReview"})
}

func TestServerLogsInAnyRole(t *testing.T) {
	server := audittest.NewServer(t)
	for _, role := range []isoaudit.AuditorRole{
		isoaudit.RoleAuditor, isoaudit.RoleCoordinator, isoaudit.RoleManager, isoaudit.RoleApprover,
	} {
		t.Run(string(role), func(t *testing.T) {
			login, again := server.As(role), server.As(role)
			require.NotEqual(t, login.Auditor.ObjectID, again.Auditor.ObjectID, "every call is somebody else")

			self, err := login.CurrentAuditor(t.Context())
			require.NoError(t, err)
			require.Equal(t, login.Auditor.ObjectID, self.ObjectID)
			require.Equal(t, role, self.Role)

			err = login.AuditPlans.Create(t.Context(), planBy(login))
			if role == isoaudit.RoleCoordinator {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, parse.ErrForbidden)
			}
		})
	}
}

func TestParallelTestsShareAServer(t *testing.T) {
	server := audittest.NewServer(t)
	ids := make(chan string, 8)
	var wg sync.WaitGroup
	for range cap(ids) {
		wg.Go(func() { ids <- server.As(isoaudit.RoleAuditor).Auditor.ObjectID })
	}
	wg.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		seen[id] = true
	}
	require.Len(t, seen, 8)
}

func TestServerLogsInSomebodyWithoutARole(t *testing.T) {
	server := audittest.NewServer(t)
	require.NoError(t, server.As(isoaudit.RoleCoordinator).AuditPlans.Create(t.Context(), planBy(server.As(isoaudit.RoleAuditor))))

	nobody := server.As("")
	plans, err := nobody.AuditPlans.Query().Find(t.Context())
	require.NoError(t, err)
	require.Empty(t, plans, "reading takes a role")
}

func TestServerLoadsASample(t *testing.T) {
	server := audittest.NewServer(t)
	sample := server.LoadSample(time.Now(), 7)

	mary := server.LogIn("m.okafor", audittest.SamplePassword)
	plans, err := mary.AuditPlans.Query().Include(isoaudit.AuditPlanFields.LeadAuditor).Limit(1000).Find(t.Context())
	require.NoError(t, err)
	require.Len(t, plans, len(sample.Plans))
	for _, plan := range plans {
		lead, ok := plan.LeadAuditor.Get()
		require.True(t, ok, "whoever has a role sees the lead auditor of %s", plan.AuditRef)
		require.Equal(t, isoaudit.RoleAuditor, lead.Role)
	}

	capa, finding := isoaudit.CorrectiveActionFields, isoaudit.AuditFindingFields
	actions, err := mary.CorrectiveActions.Query().Include(capa.Finding.Then(finding.AuditPlan)).Limit(1000).Find(t.Context())
	require.NoError(t, err)
	require.Len(t, actions, len(sample.Actions))
	for _, action := range actions {
		found, ok := action.Finding.Get()
		require.True(t, ok)
		_, ok = found.AuditPlan.Get()
		require.True(t, ok)
	}
	for what, counted := range map[string]func() (int, error){
		"findings":  func() (int, error) { return mary.AuditFindings.Query().Count(t.Context()) },
		"documents": func() (int, error) { return mary.DocumentControlLogs.Query().Count(t.Context()) },
		"reviews":   func() (int, error) { return mary.AuditReviews.Query().Count(t.Context()) },
	} {
		count, err := counted()
		require.NoError(t, err)
		want := map[string]int{"findings": len(sample.Findings), "documents": len(sample.Documents), "reviews": len(sample.Reviews)}
		require.Equal(t, want[what], count, what)
	}
}

// Whoever writes his own client of the server has the keys for it.
func TestServerTakesItsKeys(t *testing.T) {
	server := audittest.NewServer(t)
	for key, want := range map[string]int{server.RESTKey: http.StatusOK, "another": http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/config", nil)
		require.NoError(t, err)
		req.Header.Set("X-Parse-Application-Id", server.AppID)
		req.Header.Set("X-Parse-REST-API-Key", key)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, want, res.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestServerCanBeConfigured(t *testing.T) {
	server := audittest.NewServer(t, func(c *auditserver.Config) {
		c.MountPath = "/1"
		c.Limits.PageSize = 3
	})
	require.True(t, strings.HasSuffix(server.URL, "/1"))
	server.LoadSample(time.Now(), 1)
	mary := server.LogIn("m.okafor", audittest.SamplePassword)
	plans, err := mary.AuditPlans.Query().Limit(100).Find(t.Context())
	require.NoError(t, err)
	require.Len(t, plans, 3)
}

// However the mount path is written, the URL and the paths of faults are right.
func TestServerIsFoundBelowAnyMountPath(t *testing.T) {
	for written, want := range map[string]string{"/": "", "parse": "/parse", "/a/b/": "/a/b"} {
		server := audittest.NewServer(t, func(c *auditserver.Config) { c.MountPath = written })
		require.Regexp(t, `:\d+`+want+`$`, server.URL)
		fault := server.Faults.Add(audittest.Match{Path: "/config"}, audittest.ParseError(400, 119, "scripted"))
		_, err := server.Client.Config(t.Context())
		require.ErrorContains(t, err, "scripted", written)
		require.Equal(t, 1, fault.Fired(), written)
	}
}

// Without a REST key the application id is enough, as for the server itself.
func TestServerWithoutARESTKey(t *testing.T) {
	server := audittest.NewServer(t, func(c *auditserver.Config) { c.RESTKey, c.JavaScriptKey = "", "" })
	_, err := server.As(isoaudit.RoleAuditor).AuditPlans.Query().Find(t.Context())
	require.NoError(t, err)
}

// A dropped reply is the fault that hurts most: the write was carried out.
func TestServerPlaysFaults(t *testing.T) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	lost := server.Faults.Add(audittest.Match{Method: "POST", Path: "/classes/AuditPlan", Times: 1}, audittest.AfterCommit(audittest.Drop))

	err := lena.AuditPlans.Create(t.Context(), planBy(lena))
	require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.Equal(t, 1, lost.Fired())
	count, err := lena.AuditPlans.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, count)
}

func TestServerLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Run("a test of its own", func(t *testing.T) {
		server := audittest.NewServer(t)
		require.NoError(t, server.Client.Health(t.Context()))
	})
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// failing is a test that records its failure.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f)
}

func TestServerFailsTheTest(t *testing.T) {
	server := audittest.NewServer(t)
	tb := &failing{TB: t}
	for want, step := range map[string]func(){
		"audittest: starting the server: auditserver: Config.AppID is empty": func() {
			audittest.NewServer(tb, func(c *auditserver.Config) { c.AppID = "" })
		},
		"audittest: logging in nobody: parse: Session.LogIn: Invalid username/password.": func() {
			other := audittest.NewServer(tb)
			other.LogIn("nobody", "x")
		},
	} {
		require.Panics(t, step)
		require.Contains(t, tb.said, want)
		require.NotContains(t, tb.said, server.MasterKey)
	}
}

func planBy(lead audittest.Login) *isoaudit.AuditPlan {
	return &isoaudit.AuditPlan{
		AuditRef: "IA-" + lead.Auditor.ObjectID, StandardClause: "8.5", Scope: "Assembly", SiteCode: "PLANT-07",
		LeadAuditor: lead.Auditor.Pointer(), PlannedStartDate: now, Status: isoaudit.PlanPlanned,
	}
}
