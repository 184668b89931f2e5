package isoaudit_test

import (
	"context"
	"fmt"
	"log"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// A live query sends pointers; the auditor each of them names is fetched, once
// for all events of a burst.
func Example_includedObjects() {
	test := &example{}
	defer test.end()
	coordinator := audittest.NewServer(test).As(isoaudit.RoleCoordinator)

	plan := isoaudit.AuditPlanFields
	sub, err := coordinator.AuditPlans.Query().
		Where(plan.SiteCode.Eq("PLANT-07")).
		Subscribe(context.Background(), parse.WithHydration(plan.LeadAuditor))
	if err != nil {
		log.Panic(err)
	}
	planned(coordinator, "PLANT-07")
	for event, err := range sub.Events() {
		if err != nil {
			log.Panic(err)
		}
		lead, _ := event.Object.LeadAuditor.Get()
		fmt.Println(event.Kind, event.Object.AuditRef, "led by", lead.Username)
		break
	}
	fmt.Println(sub.Close())
	// Output:
	// created IA-2026-001 led by coordinator-1
	// <nil>
}
