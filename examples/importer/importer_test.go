package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
)

// register has n findings of an audit, the one with the number odd of an unknown kind.
func register(n, odd int, plan *isoaudit.AuditPlan, reporter, statement string) string {
	var b strings.Builder
	fmt.Fprintln(&b, strings.Join(columns, ","))
	for i := range n {
		kind := isoaudit.FindingObservation
		if i == odd {
			kind = "rumour"
		}
		fmt.Fprintf(&b, "F-2026-%04d,%s,%s,8.5.1,%q,Seen on line %d of hall 2.,%s,%s\n", i, plan.AuditRef, kind, statement, i, isoaudit.SeverityNone, reporter)
	}
	return b.String()
}

func TestImportOfFiveThousandRows(t *testing.T) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	plan := server.NewPlan(func(p *isoaudit.AuditPlan) { p.Status = isoaudit.PlanInProgress })
	bringIn := func(register string) string {
		t.Helper()
		var report strings.Builder
		require.NoError(t, bring(t.Context(), lena.Client, strings.NewReader(register), &report))
		return report.String()
	}
	rows := 5000
	if testing.Short() { // under the race detector
		rows = 1000
	}
	odd := rows - 679
	const as, better = "Labels are missing in the store.", "Labels are missing in both stores."
	report := bringIn(register(rows, odd, plan, lena.Auditor.Username, as))
	require.Contains(t, report, fmt.Sprintf("row %d, F-2026-%04d, refused: ", odd+1, odd))
	require.Contains(t, report, fmt.Sprintf("%[1]d of %[1]d rows: map[created:%[2]d refused:1]", rows, rows-1))
	require.Len(t, strings.Split(strings.TrimSpace(report), "\n"), rows/1000+1, "progress and one refusal")

	require.Contains(t, bringIn(register(rows, -1, plan, lena.Auditor.Username, as)), fmt.Sprintf("%[1]d of %[1]d rows: map[created:1 unchanged:%[2]d]", rows, rows-1))
	require.Contains(t, bringIn(register(10, -1, plan, lena.Auditor.Username, better)), "10 of 10 rows: map[updated:10]")
	count, err := lena.AuditFindings.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, rows, count)
}

func TestImportRefusesWhatIsNoRegister(t *testing.T) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	plan := server.NewPlan()
	for want, register := range map[string]string{
		"the first line of a register is finding,audit":                   "a,b\n",
		"wrong number of fields":                                          strings.Join(columns, ",") + "\na,b\n",
		"row 1, F-2026-0000: there is no audit":                           register(2, -1, &isoaudit.AuditPlan{AuditRef: "IA-1"}, lena.Auditor.Username, "x"),
		"row 2, F-2026-0001: there is no audit \"" + plan.AuditRef + "\"": register(2, -1, plan, "nobody", "x"),
	} {
		require.ErrorContains(t, bring(t.Context(), lena.Client, strings.NewReader(register), &strings.Builder{}), want)
	}
	count, err := lena.AuditFindings.Query().Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, count)
}

// The same in an earlier state of the SDK took 120 lines of plumbing.
func TestImportStaysShort(t *testing.T) {
	require.LessOrEqual(t, linesOf(t, "importer.go", "func bring", "func read"), 60)
}

// linesOf counts the lines of code of functions.
func linesOf(t *testing.T, file string, functions ...string) int {
	t.Helper()
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	lines, inside := 0, ""
	for line := range strings.Lines(string(source)) {
		for _, f := range functions {
			if strings.HasPrefix(line, f+"(") {
				inside = f
			}
		}
		if inside != "" && strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.TrimSpace(line), "//") {
			lines++
		}
		if line == "}\n" {
			inside = ""
		}
	}
	require.Positive(t, lines)
	return lines
}
