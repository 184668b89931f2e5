package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/audittest"
)

func TestReportsOfASampleYear(t *testing.T) {
	x := newTrailCLI(t)
	now := time.Now().UTC()
	sample := audittest.NewSample(now, 1)
	require.NoError(t, sample.Load(t.Context(), x.admin))
	x.ok("trail", "seal", "-key", x.file("key"), "-log", x.file("log"), "-checkpoint", x.file("kept"), "-grace", "1ns", "-url", x.url)
	server := []string{"-url", x.url, "-organization", "Pumps & Sons", "-zone", "Europe/Berlin", "-checkpoint", x.file("kept"), "-public", x.file("key.pub")}
	period := []string{"-from", now.AddDate(-1, 0, 0).Format(time.DateOnly), "-to", now.Format(time.DateOnly)}
	require.NoError(t, os.WriteFile(x.file("audit.json"), []byte(`{"conclusions":"The process is under control."}`), 0o600))
	require.NoError(t, os.WriteFile(x.file("review.json"), []byte(`{"d":"Two auditors left."}`), 0o600))

	finding, action := sample.Findings[0], sample.Actions[0]
	for name, one := range map[string]struct {
		args, want []string
	}{
		"audit":   {[]string{"-ref", sample.Plans[0].AuditRef, "-words", x.file("audit.json")}, []string{sample.Plans[0].AuditRef, "under control"}},
		"finding": {[]string{"-ref", finding.FindingRef}, []string{finding.FindingRef}},
		"actions": {period, []string{action.CAPARef, "Closed by the first due date"}},
		"review":  {append([]string{"-words", x.file("review.json")}, period...), []string{"Two auditors left.", "of the 28 clauses", "c4)"}},
	} {
		html := x.ok(append(append([]string{"report", name}, server...), one.args...)...)
		for _, want := range append(one.want, "Pumps &amp; Sons", "audit.example.com/trail, ", "Europe/Berlin") {
			require.Contains(t, html, want, name)
		}
		require.Less(t, len(html), 1<<20, name)
		file := x.file(name + ".html")
		require.Empty(t, x.ok(append(append([]string{"report", name, "-out", file}, server...), one.args...)...))
		require.FileExists(t, file)
		if dir := os.Getenv("REPORT_DIR"); dir != "" { // for looking at them
			require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("sample-%s.html", name)), []byte(html), 0o600))
		}
	}

	status, _, errs := x.run(append([]string{"report", "audit", "-ref", "IA-0"}, server...)...)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, `there is no audit with the reference "IA-0"`)
	status, _, errs = x.run(append([]string{"report", "audit", "-ref", sample.Plans[0].AuditRef, "-words", x.file("review.json")}, server...)...)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, `review.json`)
}

func TestReportSaysWhatIsMissing(t *testing.T) {
	c := &cli{t: t}
	for _, wrong := range []struct {
		args []string
		want string
	}{
		{[]string{"report", "year"}, `unknown report "year"`},
		{[]string{"report", "audit", "-url", "u"}, "-ref is missing"},
		{[]string{"report", "review", "-url", "u", "-from", "2026-01-01"}, "-to is missing"},
		{[]string{"report", "review", "-url", "u", "-from", "2026-01-01", "-to", "tomorrow"}, `the last day of the period is "tomorrow": write it as 2026-01-31`},
		{[]string{"report", "review", "-url", "u", "-from", "2026-02-01", "-to", "2026-01-01"}, "ends before it begins"},
		{[]string{"report", "audit", "-url", "u", "-ref", "r", "-zone", "Mars"}, `-zone "Mars" is no time zone`},
		{[]string{"report", "audit", "-url", "u", "-ref", "r", "-checkpoint", "f"}, "-checkpoint needs the -public key"},
		{[]string{"report", "audit", "-url", "u", "-ref", "r", "more"}, `unexpected argument "more"`},
	} {
		status, _, errs := c.run(wrong.args...)
		require.Equal(t, statusUsage, status, wrong.args)
		require.Contains(t, errs, wrong.want)
	}
}
