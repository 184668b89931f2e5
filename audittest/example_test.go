package audittest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// example stands for a test: *testing.T and *testing.B can be used as they are.
type example struct{ cleanups []func() }

func (e *example) Helper()                           {}
func (e *example) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatalf(format string, args ...any) { log.Panicf(format, args...) }
func (e *example) end() {
	for _, cleanup := range slices.Backward(e.cleanups) {
		cleanup()
	}
}

func ExampleNewServer() {
	t := &example{} // in a test: its *testing.T
	defer t.end()
	ctx := context.Background()

	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	amal := server.As(isoaudit.RoleAuditor)

	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-2026-001", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: amal.Auditor.Pointer(), PlannedStartDate: time.Now().AddDate(0, 0, 14), Status: isoaudit.PlanPlanned,
	}
	fmt.Println(lena.AuditPlans.Create(ctx, plan))

	mine, err := amal.AuditPlans.Query().
		Where(isoaudit.AuditPlanFields.LeadAuditor.Eq(amal.Auditor.Pointer())).
		Find(ctx)
	fmt.Println(len(mine), mine[0].AuditRef, err)
	// Output:
	// <nil>
	// 1 IA-2026-001 <nil>
}

// A record is complete, with what it refers to; a test says what is particular about it.
func ExampleServer_NewAction() {
	t := &example{}
	defer t.end()
	ctx := context.Background()

	server := audittest.NewServer(t)
	late := server.NewAction(func(a *isoaudit.CorrectiveAction) { a.DueDate = time.Now().AddDate(0, 0, -1) })
	fmt.Println(late.Status, late.Finding.ID != "")

	server.Reset() // as new, in milliseconds
	fmt.Println(server.Admin.CorrectiveActions.Query().Count(ctx))
	// Output:
	// open true
	// 0 <nil>
}

// What a real Parse Server has in its Cloud Code, a test registers in Go.
func ExampleServer_backend() {
	t := &example{}
	defer t.end()
	ctx := context.Background()

	server := audittest.NewServer(t)
	server.Backend.Function("auditsOf", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		plans, err := call.Data.Find("AuditPlan", map[string]any{"siteCode": call.Params["site"]}, 1000)
		return len(plans), err
	})
	server.Backend.BeforeSave("AuditPlan", func(_ context.Context, save *auditserver.Trigger) error {
		if save.Object["siteCode"] == "CLOSED-01" {
			return &auditserver.Error{Code: 142, Message: "the site is closed"}
		}
		return nil
	})

	lena := server.As(isoaudit.RoleCoordinator)
	for _, site := range []string{"PLANT-07", "CLOSED-01"} {
		err := lena.AuditPlans.Create(ctx, &isoaudit.AuditPlan{
			AuditRef: "IA-" + site, StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: site,
			LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
		})
		fmt.Println(site, errors.Is(err, parse.ErrValidation))
	}
	n, err := parse.Call[int](ctx, lena.Client, "auditsOf", map[string]any{"site": "PLANT-07"})
	fmt.Println(n, err)
	// Output:
	// PLANT-07 false
	// CLOSED-01 true
	// 1 <nil>
}

func ExampleServer_LoadSample() {
	t := &example{}
	defer t.end()
	ctx := context.Background()

	server := audittest.NewServer(t)
	now := time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	server.LoadSample(now, 1)

	mary := server.LogIn("m.okafor", audittest.SamplePassword) // the quality manager
	plan := isoaudit.AuditPlanFields
	next, err := mary.AuditPlans.Query().
		Where(plan.Status.Eq(isoaudit.PlanPlanned)).
		Include(plan.LeadAuditor).
		OrderBy(plan.PlannedStartDate.Asc()).
		Limit(2).
		Find(ctx)
	if err != nil {
		log.Panic(err)
	}
	for _, p := range next {
		lead, _ := p.LeadAuditor.Get()
		fmt.Println(p.AuditRef, p.PlannedStartDate.Format(time.DateOnly), p.SiteCode, lead.Username)
	}
	// Output:
	// IA-2026-048 2026-11-24 LAB-01 a.haddad
	// IA-2026-049 2026-12-01 PLANT-07 e.rossi
}

func ExampleFaults() {
	t := &example{}
	defer t.end()
	ctx := context.Background()

	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)

	// The server is busy twice: a read waits as long as it is asked to.
	busy := server.Faults.Add(
		audittest.Match{Method: "GET", Path: "/classes/AuditPlan", Times: 2},
		audittest.RetryAfter(503, 0))
	plans, err := lena.AuditPlans.Query().Find(ctx)
	fmt.Println(len(plans), err, busy.Fired())

	// The reply to a write is lost: nobody knows, and the client says so.
	server.Faults.Add(
		audittest.Match{Method: "POST", Path: "/classes/AuditPlan", Times: 1},
		audittest.AfterCommit(audittest.Drop))
	err = lena.AuditPlans.Create(ctx, &isoaudit.AuditPlan{
		AuditRef: "IA-2026-001", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
	})
	fmt.Println(errors.Is(err, parse.ErrOutcomeUnknown))
	// Output:
	// 0 <nil> 2
	// true
}
