package audittest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// What the fixtures are, somebody with the right role may make.
func TestFixturesAreAllowed(t *testing.T) {
	server := audittest.NewServer(t)
	lena, olga := server.As(isoaudit.RoleCoordinator), server.As(isoaudit.RoleApprover)
	plan, finding, action, document, review := *server.NewPlan(), *server.NewFinding(), *server.NewAction(), *server.NewDocument(), *server.NewReview()
	plan.Object, plan.AuditRef = parse.Object{}, "IA-2026-001"
	require.NoError(t, lena.AuditPlans.Create(t.Context(), &plan))
	finding.Object, finding.FindingRef = parse.Object{}, "F-2026-001"
	require.NoError(t, lena.AuditFindings.Create(t.Context(), &finding))
	action.Object, action.CAPARef = parse.Object{}, "CA-2026-001"
	require.NoError(t, lena.CorrectiveActions.Create(t.Context(), &action))
	document.Object, document.DocumentNumber = parse.Object{}, "WI-2026-001"
	require.NoError(t, olga.DocumentControlLogs.Create(t.Context(), &document))
	review.Object = parse.Object{}
	require.NoError(t, lena.AuditReviews.Create(t.Context(), &review))
}

func TestFixturesAreChangedBeforeTheyAreSaved(t *testing.T) {
	server := audittest.NewServer(t)
	amal := server.As(isoaudit.RoleAuditor)
	plan := server.NewPlan(func(p *isoaudit.AuditPlan) { p.Status, p.LeadAuditor = isoaudit.PlanInProgress, amal.Auditor.Pointer() })
	finding := server.NewFinding(func(f *isoaudit.AuditFinding) { f.AuditPlan = plan.Pointer() })
	server.NewAction(func(a *isoaudit.CorrectiveAction) { a.Finding = finding.Pointer() })

	read, err := amal.CorrectiveActions.Query().
		Include(isoaudit.CorrectiveActionFields.Finding.Then(isoaudit.AuditFindingFields.AuditPlan)).First(t.Context())
	require.NoError(t, err)
	of, _ := read.Finding.Get()
	in, _ := of.AuditPlan.Get()
	require.Equal(t, plan.AuditRef, in.AuditRef)
	count, err := amal.AuditPlans.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, count, "none was made that nobody needs")
	require.NoError(t, amal.AuditPlans.Update(t.Context(), plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("Assembly and paint")), "it is his")
}

func TestResetMakesAServerAsNew(t *testing.T) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	file, err := lena.Upload(t.Context(), parse.Upload{Name: "a.txt", Content: strings.NewReader("evidence")})
	require.NoError(t, err)
	server.NewAction()
	server.Faults.Add(audittest.Match{}, audittest.Status(500))
	server.Reset()

	_, err = lena.AuditPlans.Query().Find(t.Context())
	require.ErrorIs(t, err, parse.ErrInvalidSession)
	for _, class := range []string{"_User", "_Session", "AuditPlan", "AuditFinding", "CorrectiveAction", "AuditTrail"} {
		count, err := parse.Rows(server.Admin, class).Query().Count(t.Context())
		require.NoError(t, err, class)
		require.Zero(t, count, class)
	}
	_, err = server.Client.Open(t.Context(), file)
	require.Error(t, err)

	again := server.As(isoaudit.RoleCoordinator)
	roles, err := again.CurrentRoles(t.Context())
	require.NoError(t, err)
	require.Contains(t, roles, string(isoaudit.RoleCoordinator))
	server.NewAction()
	count, err := again.CorrectiveActions.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, count)
	recorded, err := parse.Rows(server.Admin, "AuditTrail").Query().Count(t.Context())
	require.NoError(t, err)
	require.Positive(t, recorded, "the trail begins anew")
}

// A server that is shared by tests costs each of them a reset.
func BenchmarkReset(b *testing.B) {
	server := audittest.NewServer(b)
	for b.Loop() {
		b.StopTimer()
		server.NewAction()
		b.StartTimer()
		server.Reset()
	}
}
