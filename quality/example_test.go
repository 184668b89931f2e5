package quality_test

import (
	"fmt"
	"time"

	"github.com/isoaudit/isoaudit-go/quality"
)

// What is due, and the number of a figure with the records behind it.
func ExampleMeasure() {
	actions := []quality.Action{
		{ID: "aCt10n0001", Ref: "CAPA-2026-014", Status: "in_progress", Due: date("2026-11-20")},
		{ID: "aCt10n0002", Ref: "CAPA-2026-015", Status: "open", Due: date("2026-12-04")},
	}
	measures, err := quality.Measure(
		quality.Source{Actions: stream(actions)},
		quality.Terms{Now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), Period: quality.Year(2026)},
	)
	if err != nil {
		panic(err)
	}
	for action := range measures.Actions.Overdue.Entries.All() {
		fmt.Println(action.Ref, "is", action.Days, "days overdue")
	}
	for action := range measures.Actions.DueSoon.Entries.All() {
		fmt.Println(action.Ref, "is due in", action.Days, "days")
	}
	if closed := measures.Actions.Closed; !closed.Known() {
		fmt.Println("closed in the period: not known without", closed.Missing)
	}
	// Output:
	// CAPA-2026-014 is 8 days overdue
	// CAPA-2026-015 is due in 6 days
	// closed in the period: not known without the trail of corrective actions
}

func ExampleParseClauses() {
	references, rest := quality.ParseClauses("cl. 8.5.1 a), c); 9.1-9.3 and our own rules")
	for _, reference := range references {
		fmt.Println(reference)
	}
	fmt.Println("no clause:", rest)
	// Output:
	// 8.5.1 a)
	// 8.5.1 c)
	// 9.1–9.3
	// no clause: [our own rules]
}

func ExampleClausesOf() {
	clauses, err := quality.ClausesOf(quality.Edition2015)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(clauses.Level(2)), "clauses of level 2")
	read, rest := clauses.Read("10.2, 8.7, 8.5.1-3, 99.1")
	fmt.Println(read, rest)
	// Output:
	// 28 clauses of level 2
	// [8.5.1 8.5.2 8.5.3 8.7 10.2] [99.1]
}
