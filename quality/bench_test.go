package quality_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

// generated streams records without holding them: a tenth audits, four tenths
// findings, half actions, and three changes of each action.
func generated(rows int) quality.Source {
	audits, findings, actions := rows/10, rows*4/10, rows/2
	day := at("2024-01-01")
	return quality.Source{
		Audits: numbered(audits, func(i int) quality.Audit {
			return quality.Audit{
				ID: id('p', i), Ref: fmt.Sprintf("A-%06d", i), Site: fmt.Sprint("PLANT-", i%40), Clauses: fmt.Sprintf("8.%d, 9.2", i%7+1),
				Planned: day.AddDate(0, 0, i%1000), Status: isoaudit.PlanClosed, Lead: quality.Person{ID: "u1", Name: "lena"},
			}
		}),
		Findings: numbered(findings, func(i int) quality.Finding {
			return quality.Finding{
				ID: id('f', i), Ref: fmt.Sprintf("F-%06d", i), Audit: id('p', i%audits), Type: isoaudit.FindingNonconformity, Grade: isoaudit.SeverityMinor,
				Clause: fmt.Sprintf("8.5.%d %c)", i%6+1, 'a'+rune(i%5)), Created: day.AddDate(0, 0, i%1000), Statement: "The gauge has no label.",
			}
		}),
		Actions: numbered(actions, func(i int) quality.Action {
			status := isoaudit.CAPAClosed
			if i%4 == 0 {
				status = isoaudit.CAPAOpen
			}
			return quality.Action{
				ID: id('c', i), Ref: fmt.Sprintf("C-%06d", i), Finding: id('f', i%findings), Owner: quality.Person{ID: "u2"}, Status: status,
				Created: day.AddDate(0, 0, i%1000), Due: day.AddDate(0, 0, i%1000+30), Description: "Label all gauges.",
			}
		}),
		ActionChanges: numbered(3*actions, func(i int) quality.Change {
			created := day.AddDate(0, 0, (i/3)%1000)
			change := quality.Change{ID: id('c', i/3), At: created.AddDate(0, 0, 10*(i%3)), Status: [...]string{"open", "pending_verification", "closed"}[i%3]}
			if i%3 == 0 {
				change.Created, change.Day = true, created.AddDate(0, 0, 30)
			}
			return change
		}),
	}
}

func id(kind byte, i int) string { return fmt.Sprintf("%c%09d", kind, i) }

func numbered[T any](n int, row func(i int) T) func(yield func(T, error) bool) {
	return func(yield func(T, error) bool) {
		for i := range n {
			if !yield(row(i), nil) {
				return
			}
		}
	}
}

// BenchmarkMeasure shows, besides the time, what is held of each row while measures
// are kept: "held-B/row" does not depend on the texts of the rows.
func BenchmarkMeasure(b *testing.B) {
	terms := terms2026(b)
	for _, rows := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var m quality.Measures
			for b.Loop() {
				m = measure(b, generated(rows), terms)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(rows), "held-B/row")
			runtime.KeepAlive(m)
		})
	}
}
