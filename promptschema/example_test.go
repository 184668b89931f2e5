package promptschema_test

import (
	"fmt"
	"iter"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/quality"
)

// The report of a conversion has what the other contract cannot hold; given back, it
// makes the way back exact.
func ExampleFromSix() {
	six := promptschema.SixRecords{AuditPlans: []*isoaudit.AuditPlan{{
		Object: parse.Object{ObjectID: "p1"}, AuditRef: "IA-2026-007", StandardClause: "8.5.1", Scope: "assembly",
		SiteCode: "PLANT-07", LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor]("u1"), Status: isoaudit.PlanPlanned,
	}}}
	four, kept := promptschema.FromSix(six, promptschema.Report{})
	fmt.Println(four.Audits[0].AuditNumber, four.Audits[0].Site)
	for _, lost := range kept.Lost {
		fmt.Printf("%s.%s: %s\n", lost.Class, lost.Column, lost.Value)
	}
	back, _ := promptschema.ToSix(four, promptschema.Fill{}, kept)
	fmt.Println(back.AuditPlans[0].StandardClause, back.AuditPlans[0].Scope)
	// Output:
	// IA-2026-007 PLANT-07
	// AuditPlan.standardClause: 8.5.1
	// AuditPlan.scope: assembly
	// 8.5.1 assembly
}

// The figures of package quality over the four classes: a client's queries give the
// rows, and what this contract does not have is named.
func ExampleActionOf() {
	capas := func(yield func(*promptschema.CAPA, error) bool) { // client.CAPAs.Query().All(ctx)
		yield(&promptschema.CAPA{CAPANumber: "CA-001", ClosureStatus: promptschema.CAPAOpen, DueDate: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)}, nil)
	}
	measures, err := quality.Measure(quality.Source{
		Actions: quality.Read(iter.Seq2[*promptschema.CAPA, error](capas), promptschema.ActionOf),
		Lacks:   promptschema.QualityLacks(),
	}, quality.Terms{Now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), Period: quality.Year(2026)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for action := range measures.Actions.Overdue.Entries.All() {
		fmt.Println(action.Ref, "is", action.Days, "days overdue")
	}
	fmt.Println("closed: not known without", measures.Actions.Closed.Missing)
	// Output:
	// CA-001 is 8 days overdue
	// closed: not known without the trail of corrective actions
}
