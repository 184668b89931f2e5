package isoaudit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

func draftOf(ref string, lead audittest.Login) *isoaudit.AuditPlan {
	return &isoaudit.AuditPlan{
		AuditRef: ref, StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: lead.Auditor.Pointer(), PlannedStartDate: monday, Status: isoaudit.PlanPlanned,
	}
}

// Create fills what the server decides: the id and the times.
func Example_create() {
	test := &example{}
	defer test.end()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)

	plan := draftOf("IA-2026-001", lena)
	err := lena.AuditPlans.Create(context.Background(), plan)
	fmt.Println(err, plan.ObjectID != "", plan.CreatedAt.IsZero())
	// Output: <nil> true false
}

// The items of a batch are independent: each has a result of its own.
func ExampleClient_Batch() {
	test := &example{}
	defer test.end()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)

	results, err := lena.Batch(context.Background(),
		lena.AuditPlans.BatchCreate(draftOf("IA-2026-001", lena)),
		lena.AuditPlans.BatchUpdate("missing001", isoaudit.AuditPlanFields.Scope.Set("Packing")))
	fmt.Println(results[0].Err, errors.Is(results[1].Err, parse.ErrObjectNotFound), errors.Is(err, parse.ErrObjectNotFound))
	// Output: <nil> true true
}

// The items of a transaction are carried out together or not at all.
func ExampleClient_Transaction() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)

	err := lena.Transaction(ctx,
		lena.AuditPlans.BatchCreate(draftOf("IA-2026-001", lena)),
		lena.AuditPlans.BatchCreate(draftOf("IA-2026-001", lena))) // the reference is taken
	fmt.Println(err != nil)
	plans, err := lena.AuditPlans.Query().Count(ctx)
	fmt.Println(plans, err)
	// Output:
	// true
	// 0 <nil>
}

// A file is uploaded first and then referred to by a File column.
func ExampleClient_Upload() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)

	file, err := lena.Upload(ctx, parse.Upload{Name: "gauge17.txt", Content: strings.NewReader("0.02 mm off")})
	if err != nil {
		log.Panic(err)
	}
	content, err := lena.Open(ctx, file)
	if err != nil {
		log.Panic(err)
	}
	defer content.Close()
	text, err := io.ReadAll(content)
	fmt.Println(string(text), err)
	// Output: 0.02 mm off <nil>
}

// A role is authority: its ACL says who may change its members.
func ExampleClient_CreateRole() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	server := audittest.NewServer(test)
	lena := server.As(isoaudit.RoleCoordinator)

	role, err := server.Admin.CreateRole(ctx, "plant-07", parse.ACL{}.Grant(parse.Everyone, parse.Access{Read: true}),
		isoaudit.RoleMembers{Users: []isoaudit.Pointer[isoaudit.Auditor]{lena.Auditor.Pointer()}})
	if err != nil {
		log.Panic(err)
	}
	members, err := server.Admin.Auditors.Query().Where(isoaudit.RoleFields.Users.MembersOf(role.Pointer())).Find(ctx)
	fmt.Println(role.Name, len(members), err)
	// Output: plant-07 1 <nil>
}

// A class of your own has the API of the six, and points to them.
func Example_ownClass() {
	type Checklist struct {
		parse.Object
		Title string                               `json:"title"`
		Plan  isoaudit.Pointer[isoaudit.AuditPlan] `json:"plan"`
	}
	title := parse.NewTextField[Checklist, string]("title")
	plan := parse.NewPointerField[Checklist, isoaudit.AuditPlan]("plan")

	test := &example{}
	defer test.end()
	ctx := context.Background()
	server := audittest.NewServer(test)
	lena := server.As(isoaudit.RoleCoordinator)
	planned(lena, "PLANT-07")
	first, err := lena.AuditPlans.Query().First(ctx)
	if err != nil {
		log.Panic(err)
	}

	lists := parse.NewCollection[Checklist](server.Admin, "Checklist") // an Admin may make the class
	if err := lists.Create(ctx, &Checklist{Title: "Incoming goods", Plan: first.Pointer()}); err != nil {
		log.Panic(err)
	}
	list, err := lists.Query().Where(title.HasPrefix("Incoming")).Include(plan).First(ctx)
	if err != nil {
		log.Panic(err)
	}
	of, _ := list.Plan.Get()
	fmt.Println(list.Title, of.AuditRef)
	// Output: Incoming goods IA-2026-001
}

// RiskyPlan is an AuditPlan with a column of your own.
type RiskyPlan struct {
	isoaudit.AuditPlan
	Risk string `json:"risk"`
}

// A struct that embeds one of the classes adds columns to it.
func ExampleAuditPlanFieldsOf() {
	plan := isoaudit.AuditPlanFieldsOf[RiskyPlan]()
	risk := parse.NewTextField[RiskyPlan, string]("risk")

	test := &example{}
	defer test.end()
	ctx := context.Background()
	server := audittest.NewServer(test)
	lena := server.As(isoaudit.RoleCoordinator)

	plans := parse.NewCollection[RiskyPlan](server.Admin, "AuditPlan")
	if err := plans.Create(ctx, &RiskyPlan{AuditPlan: *draftOf("IA-2026-001", lena), Risk: "high"}); err != nil {
		log.Panic(err)
	}
	found, err := plans.Query().Where(plan.SiteCode.Eq("PLANT-07"), risk.Eq("high")).Count(ctx)
	fmt.Println(found, err)
	// Output: 1 <nil>
}

// Check runs the workflow rules before anything is saved.
func ExampleClient_Check() {
	test := &example{}
	defer test.end()
	lena := audittest.NewServer(test).As(isoaudit.RoleCoordinator)

	plan := draftOf("IA-2026-001", lena)
	plan.Status = isoaudit.PlanClosed
	_, err := lena.Check(context.Background(), plan)
	var broken *isoaudit.PolicyError
	if errors.As(err, &broken) {
		fmt.Println(broken.Violations[0].Rule, broken.Violations[0].Field)
	}
	// Output: plan-status-step status
}

// A schema is compared with the server and applied; twice changes nothing.
func ExampleAdmin_PlanSchema() {
	test := &example{}
	defer test.end()
	ctx := context.Background()
	admin := audittest.NewServer(test).Admin // has the schema of the six classes

	want := schema.ISO9001()
	want.Classes = append(want.Classes, schema.Class{
		Name: "Checklist", Fields: map[string]schema.Field{"title": {Type: schema.String}},
	})
	before, err := admin.PlanSchema(ctx, want)
	if err != nil {
		log.Panic(err)
	}
	if _, err := admin.ApplySchema(ctx, want); err != nil {
		log.Panic(err)
	}
	after, err := admin.PlanSchema(ctx, want)
	fmt.Println(len(before.Steps), len(after.Steps), err)
	// Output: 1 0 <nil>
}
