package isoaudit_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// example stands in for a *testing.T; in a test, give its t to NewServer.
type example struct{ cleanups []func() }

func (e *example) Helper()                           {}
func (e *example) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatalf(format string, args ...any) { log.Panicf(format, args...) }
func (e *example) end() {
	for _, cleanup := range slices.Backward(e.cleanups) {
		cleanup()
	}
}

var monday = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// planned saves plans for the sites, a week after another.
func planned(coordinator audittest.Login, sites ...string) {
	for i, site := range sites {
		err := coordinator.AuditPlans.Create(context.Background(), &isoaudit.AuditPlan{
			AuditRef: fmt.Sprintf("IA-2026-%03d", i+1), StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: site,
			LeadAuditor: coordinator.Auditor.Pointer(), PlannedStartDate: monday.AddDate(0, 0, 7*i), Status: isoaudit.PlanPlanned,
		})
		if err != nil {
			log.Panic(err)
		}
	}
}

// A client acts as nobody until it is derived for a session; the first one
// stays as it was.
func ExampleClient_LogIn() {
	test := &example{}
	defer test.end()
	server := audittest.NewServer(test)
	username := server.As(isoaudit.RoleCoordinator).Auditor.Username

	client, err := isoaudit.NewClient(server.URL,
		parse.WithApplicationID(server.AppID), parse.WithRESTKey(server.RESTKey))
	if err != nil {
		log.Panic(err)
	}
	session, err := client.LogIn(context.Background(), username, audittest.SamplePassword)
	if err != nil {
		log.Panic(err)
	}
	lena := client.As(session)

	auditor, err := lena.CurrentAuditor(context.Background())
	fmt.Println(auditor.Username, err)
	_, err = client.AuditPlans.Query().Find(context.Background())
	fmt.Println(errors.Is(err, parse.ErrObjectNotFound), "for who is not logged in")
	fmt.Println(session)
	// Output:
	// coordinator-1 <nil>
	// true for who is not logged in
	// session of coordinator-1, token [redacted]
}

func Example_query() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)
	planned(lena, "PLANT-07", "LAB-01", "PLANT-07")

	plan := isoaudit.AuditPlanFields
	here := lena.AuditPlans.Query().Where(plan.SiteCode.Eq("PLANT-07"))
	upcoming, err := here.
		Where(plan.PlannedStartDate.Gt(monday), plan.Status.NotIn(isoaudit.PlanClosed, isoaudit.PlanCancelled)).
		Include(plan.LeadAuditor).
		OrderBy(plan.PlannedStartDate.Asc()).
		Find(ctx)
	if err != nil {
		log.Panic(err)
	}
	for _, p := range upcoming {
		lead, _ := p.LeadAuditor.Get()
		fmt.Println(p.AuditRef, p.PlannedStartDate.Format(time.DateOnly), lead.Username)
	}
	all, err := here.Count(ctx) // the narrower query left this one as it was
	fmt.Println(all, err)
	// Output:
	// IA-2026-003 2026-03-16 coordinator-1
	// 2 <nil>
}

// All reads page after page, and can be left at any row.
func Example_iterate() {
	test := &example{}
	defer test.end()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)
	planned(lena, "PLANT-07", "LAB-01", "PLANT-09")

	plan := isoaudit.AuditPlanFields
	for p, err := range lena.AuditPlans.Query().OrderBy(plan.SiteCode.Asc()).All(context.Background()) {
		if err != nil {
			log.Panic(err)
		}
		if p.SiteCode == "PLANT-09" {
			break
		}
		fmt.Println(p.SiteCode, p.AuditRef)
	}
	// Output:
	// LAB-01 IA-2026-002
	// PLANT-07 IA-2026-001
}

// An update is a list of changes: what it does not name stays as it is.
func Example_update() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)
	planned(lena, "PLANT-07")

	plan := isoaudit.AuditPlanFields
	first, err := lena.AuditPlans.Query().First(ctx)
	if err != nil {
		log.Panic(err)
	}
	err = lena.AuditPlans.Update(ctx, first.ObjectID,
		plan.Status.Set(isoaudit.PlanInProgress), plan.PlannedStartDate.Set(monday.AddDate(0, 0, 1)))
	fmt.Println(err)

	// Apply also brings the object at hand up to date.
	err = lena.AuditPlans.Apply(ctx, first, plan.Status.Set(isoaudit.PlanClosed))
	var broken *isoaudit.PolicyError
	fmt.Println(errors.As(err, &broken), broken.Violations[0].Rule)
	fmt.Println(lena.AuditPlans.Apply(ctx, first, plan.Status.Set(isoaudit.PlanCompleted)), first.Status)
	// Output:
	// <nil>
	// true plan-status-step
	// <nil> completed
}

// The reply to a create is lost, with the id of the new object. Its reference
// tells whether it was created.
func Example_outcomeUnknown() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	server := audittest.NewServer(test)
	lena := server.As(isoaudit.RoleCoordinator)
	server.Faults.Add(audittest.Match{Method: "POST", Path: "/classes/AuditPlan", Times: 1}, audittest.AfterCommit(audittest.Drop))

	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-2026-001", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: monday, Status: isoaudit.PlanPlanned,
	}
	err := lena.AuditPlans.Create(ctx, plan)
	if errors.Is(err, parse.ErrOutcomeUnknown) {
		fmt.Println("unknown")
		var stored *isoaudit.AuditPlan
		stored, err = lena.AuditPlans.Query().Where(isoaudit.AuditPlanFields.AuditRef.Eq(plan.AuditRef)).First(ctx)
		switch {
		case err == nil:
			plan = stored // it was created
		case errors.Is(err, parse.ErrObjectNotFound):
			err = lena.AuditPlans.Create(ctx, plan) // it was not; references are unique, so twice is refused
		}
	}
	fmt.Println(plan.ObjectID != "", err)
	// Output:
	// unknown
	// true <nil>
}
