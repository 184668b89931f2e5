package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
)

// cli runs the program against a server with the sample.
type cli struct {
	t      *testing.T
	server *audittest.Server
	env    map[string]string
}

func newCLI(t *testing.T) *cli {
	t.Helper()
	server := audittest.NewServer(t)
	server.LoadSample(sampled, 1)
	return cliOf(t, server)
}

// sampled is the instant of the sample.
var sampled = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

func cliOf(t *testing.T, server *audittest.Server) *cli {
	t.Helper()
	return &cli{t, server, map[string]string{"ISOAUDIT_APP_ID": server.AppID, "ISOAUDIT_REST_KEY": server.RESTKey, "ISOAUDIT_MASTER_KEY": server.MasterKey}}
}

func (c *cli) run(args ...string) (status int, stdout, stderr string) {
	c.t.Helper()
	var out, errs bytes.Buffer
	status = run(c.t.Context(), args, func(name string) string { return c.env[name] }, &out, &errs)
	for _, name := range []string{"ISOAUDIT_MASTER_KEY", "ISOAUDIT_PASSWORD"} {
		if c.env[name] != "" {
			require.NotContains(c.t, out.String()+errs.String(), c.env[name], "keys are never shown")
		}
	}
	return status, out.String(), errs.String()
}

func TestExportAndImport(t *testing.T) {
	c := newCLI(t)
	dir := t.TempDir()
	book, actions := filepath.Join(dir, "registers.xlsx"), filepath.Join(dir, "actions.csv")
	status, _, errs := c.run("export", "-url", c.server.URL, "-o", book)
	require.Equal(t, 0, status, errs)
	status, out, errs := c.run("import", "-url", c.server.URL, book)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "Audits: 53 rows: 0 created, 0 changed, 53 unchanged\n")

	// As somebody: a coordinator moves what is due.
	delete(c.env, "ISOAUDIT_MASTER_KEY")
	coordinator := c.server.As(isoaudit.RoleCoordinator)
	c.env["ISOAUDIT_USERNAME"], c.env["ISOAUDIT_PASSWORD"] = coordinator.Auditor.Username, audittest.SamplePassword
	status, _, errs = c.run("export", "-url", c.server.URL, "-o", actions, "-register", "actions")
	require.Equal(t, 0, status, errs)
	text, err := os.ReadFile(actions)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(actions, bytes.Replace(text, []byte(",open,"), []byte(",underway,"), 1), 0o600))
	status, out, errs = c.run("import", "-url", c.server.URL, "-register", "actions", actions)
	require.Equal(t, statusProblems, status)
	require.Contains(t, out, "would be created")
	require.Regexp(t, `actions.csv, F\d+ \(Status\): .*\[action-status-known\]`, errs)
	require.Contains(t, errs, "nothing was sent")

	require.NoError(t, os.WriteFile(actions, bytes.Replace(text, []byte(",open,"), []byte(",In progress,"), 1), 0o600))
	status, out, errs = c.run("import", "-url", c.server.URL, "-register", "actions", "-dry-run", actions)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "1 would be changed")
	status, out, errs = c.run("import", "-url", c.server.URL, "-register", "actions", actions)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, " 1 changed, ")
}

func TestTheSecondContract(t *testing.T) {
	server := audittest.NewPromptServer(t)
	sample := server.LoadSample(sampled, 1)
	c := cliOf(t, server.Server)
	book, actions := filepath.Join(t.TempDir(), "registers.xlsx"), filepath.Join(t.TempDir(), "actions.csv")
	status, _, errs := c.run("export", "-contract", "prompt", "-url", c.server.URL, "-o", book)
	require.Equal(t, 0, status, errs)
	status, out, errs := c.run("import", "-contract", "prompt", "-url", c.server.URL, book)
	require.Equal(t, 0, status, errs)
	for sheet, rows := range map[string]int{"Audits": len(sample.Audits), "Findings": len(sample.NonConformances), "Actions": len(sample.CAPAs), "Documents": len(sample.DocumentControlLogs)} {
		require.Contains(t, out, fmt.Sprintf("%s: %d rows: 0 created, 0 changed, %d unchanged\n", sheet, rows, rows))
	}
	status, _, errs = c.run("export", "-contract", "prompt", "-url", c.server.URL, "-o", actions, "-register", "actions")
	require.Equal(t, 0, status, errs)
	text, err := os.ReadFile(actions)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(actions, bytes.Replace(text, []byte(",corrective,"), []byte(",repair,"), 1), 0o600))
	status, _, errs = c.run("import", "-contract", "prompt", "-url", c.server.URL, "-register", "actions", actions)
	require.Equal(t, statusProblems, status)
	require.Regexp(t, `actions.csv, C\d+ \(Type\): .*\[capa-type-known\]\nnothing was sent`, errs)

	status, _, errs = c.run("export", "-url", c.server.URL, "-o", book)
	require.Equal(t, statusFailed, status, "a server of the other contract")
	require.Contains(t, errs, "no class AuditPlan")
	status, _, errs = c.run("import", "-url", c.server.URL, book)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "no class AuditPlan")
	status, _, errs = c.run("import", "-url", c.server.URL, "-register", "documents", book)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "DocumentControlLog of the server has no column documentNumber")
	delete(c.env, "ISOAUDIT_MASTER_KEY")
	c.env["ISOAUDIT_USERNAME"], c.env["ISOAUDIT_PASSWORD"] = sample.Users[0].Username, audittest.SamplePassword
	for register, want := range map[string]string{"audits": "Permission denied", "documents": "has no value in the column documentNumber"} {
		status, _, errs = c.run("export", "-url", c.server.URL, "-o", actions, "-register", register)
		require.Equal(t, statusFailed, status)
		require.Contains(t, errs, want)
	}
}

func TestWrongCommandLines(t *testing.T) {
	c := newCLI(t)
	for want, args := range map[string][]string{
		"want export or import":                    {"copy"},
		"-url is missing":                          {"export", "-o", "x.xlsx"},
		"-o is missing":                            {"export", "-url", c.server.URL},
		"the file to import is missing":            {"import", "-url", c.server.URL},
		"neither .xlsx nor .csv":                   {"import", "-url", c.server.URL, "x.xls"},
		"name it with -register":                   {"import", "-url", c.server.URL, "x.csv"},
		`-register "risks": want one of`:           {"import", "-url", c.server.URL, "-register", "risks", "x.csv"},
		"-sheet needs the one -register":           {"import", "-url", c.server.URL, "-sheet", "x", "x.xlsx"},
		`-dates "us": want day-first`:              {"import", "-url", c.server.URL, "-dates", "us", "x.xlsx"},
		`-zone "Mars" is no time zone`:             {"export", "-url", c.server.URL, "-zone", "Mars", "-o", "x.xlsx"},
		`-contract "five": want iso9001 or prompt`: {"export", "-url", c.server.URL, "-contract", "five", "-o", "x.xlsx"},
		"flags stand before it":                    {"import", "-url", c.server.URL, "x.xlsx", "-dry-run"},
	} {
		status, _, errs := c.run(args...)
		require.Equal(t, statusUsage, status, want)
		require.Contains(t, errs, want)
	}
	status, _, errs := c.run("import", "-url", c.server.URL, filepath.Join(t.TempDir(), "none.xlsx"))
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "no such file")

	// A failed export leaves the file that was there, and no other.
	dir := t.TempDir()
	file := filepath.Join(dir, "kept.xlsx")
	require.NoError(t, os.WriteFile(file, []byte("kept"), 0o600))
	c.server.Faults.Add(audittest.Match{Path: "/classes/AuditFinding"}, audittest.ParseError(400, 1, "out of order"))
	status, _, errs = c.run("export", "-url", c.server.URL, "-o", file)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "read findings")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "kept", string(kept))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
