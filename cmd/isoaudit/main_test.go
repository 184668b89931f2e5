package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

const testMaster = "master-key-of-the-test"

// cli runs the program against an auditserver of its own.
type cli struct {
	t   *testing.T
	url string
	env map[string]string
}

func newCLI(t *testing.T) *cli {
	t.Helper()
	server, err := auditserver.Open(t.Context(), auditserver.Config{AppID: "app", MasterKey: testMaster, LiveQueryClasses: []string{"AuditPlan"}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	http := httptest.NewServer(server)
	t.Cleanup(func() {
		http.Close()
		require.NoError(t, server.Close(context.Background()))
	})
	return &cli{t, http.URL + "/parse", map[string]string{"ISOAUDIT_APP_ID": "app", "ISOAUDIT_MASTER_KEY": testMaster}}
}

func (c *cli) run(args ...string) (status int, stdout, stderr string) {
	c.t.Helper()
	var out, errs bytes.Buffer
	status = run(c.t.Context(), args, func(name string) string { return c.env[name] }, &out, &errs)
	require.NotContains(c.t, out.String()+errs.String(), testMaster, "keys are never shown")
	return status, out.String(), errs.String()
}

func TestPlanApplyDiff(t *testing.T) {
	c := newCLI(t)
	status, out, _ := c.run("schema", "plan", "-url", c.url)
	require.Equal(t, 0, status)
	require.Contains(t, out, "+ add class AuditPlan\n")
	require.Contains(t, out, "+ add role coordinator")

	status, _, errs := c.run("schema", "diff", "-url", c.url)
	require.Equal(t, statusDrift, status)
	require.Contains(t, errs, "add class AuditPlan")

	status, out, errs = c.run("schema", "apply", "-url", c.url)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "+ add class AuditPlan\n")

	for _, command := range []string{"plan", "apply", "diff"} {
		status, out, errs = c.run("schema", command, "-url", c.url)
		require.Equal(t, 0, status, errs)
		require.Equal(t, "no difference\n", out, command)
	}
}

func TestExportIsWhatApplyTakes(t *testing.T) {
	c := newCLI(t)
	status, wanted, errs := c.run("schema", "export")
	require.Equal(t, 0, status, errs)
	file := filepath.Join(t.TempDir(), "schema.json")
	require.NoError(t, os.WriteFile(file, []byte(wanted), 0o600))
	status, _, errs = c.run("schema", "apply", "-url", c.url, "-schema", file)
	require.Equal(t, 0, status, errs)

	status, have, errs := c.run("schema", "export", "-url", c.url)
	require.Equal(t, 0, status, errs)
	require.NoError(t, os.WriteFile(file, []byte(have), 0o600))
	status, out, errs := c.run("schema", "diff", "-url", c.url, "-schema", file)
	require.Equal(t, 0, status, out+errs)
	status, out, errs = c.run("schema", "diff", "-url", c.url)
	require.Equal(t, 0, status, out+errs)

	// What the narrower schema does not know stays until it is named.
	narrow := filepath.Join(t.TempDir(), "narrow.json")
	require.NoError(t, os.WriteFile(narrow, []byte(`{"results":[]}`), 0o600))
	status, _, errs = c.run("schema", "diff", "-url", c.url, "-schema", narrow)
	require.Equal(t, statusDrift, status)
	require.Contains(t, errs, "unexpected class AuditReview")
	status, out, errs = c.run("schema", "apply", "-url", c.url, "-schema", narrow, "-drop-class", "AuditReview")
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "- drop class AuditReview\n")
	status, _, errs = c.run("schema", "diff", "-url", c.url)
	require.Equal(t, statusDrift, status)
	require.Contains(t, errs, "add class AuditReview")
}

// An application has one of the two contracts; the other one is refused whole.
func TestTheOtherContractIsRefused(t *testing.T) {
	for first, second := range map[string]string{"iso9001": "prompt", "prompt": "iso9001"} {
		t.Run(first+" first", func(t *testing.T) {
			c := newCLI(t)
			status, out, errs := c.run("schema", "apply", "-url", c.url, "-contract", first)
			require.Equal(t, 0, status, out+errs)
			status, out, errs = c.run("schema", "diff", "-url", c.url, "-contract", first)
			require.Equal(t, 0, status, out+errs)
			_, before, _ := c.run("schema", "export", "-url", c.url)

			status, out, _ = c.run("schema", "plan", "-url", c.url, "-contract", second)
			require.Equal(t, 0, status)
			require.Contains(t, out, "! cannot replace class DocumentControlLog: is the contract of ")
			require.Contains(t, out, "an application has one of the two")
			for _, command := range []string{"diff", "apply"} {
				status, _, errs = c.run("schema", command, "-url", c.url, "-contract", second)
				require.Equal(t, statusDrift, status, command)
				require.Contains(t, errs, "an application has one of the two", command)
			}
			_, after, _ := c.run("schema", "export", "-url", c.url)
			require.Equal(t, before, after, "nothing was written")
		})
	}
}

func TestCloudWritesTheFolder(t *testing.T) {
	c := newCLI(t)
	for contract, class := range map[string]string{"iso9001": "CorrectiveAction", "prompt": "CAPA"} {
		dir := filepath.Join(t.TempDir(), "cloud")
		status, out, errs := c.run("cloud", "-contract", contract, dir)
		require.Equal(t, 0, status, errs)
		require.Contains(t, out, dir)
		for _, name := range []string{"rules.json", "acls.json"} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			require.Contains(t, string(data), `"`+class+`"`, name)
		}
		require.FileExists(t, filepath.Join(dir, "main.js"))
	}
}

func TestKeysComeFromAFile(t *testing.T) {
	c := newCLI(t)
	keys := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(keys, []byte("# of the test\n\nISOAUDIT_APP_ID=app\nISOAUDIT_MASTER_KEY = \""+testMaster+"\"\n"), 0o600))
	c.env = nil
	status, _, errs := c.run("schema", "plan", "-url", c.url, "-keys", keys)
	require.Equal(t, 0, status, errs)

	require.NoError(t, os.WriteFile(keys, []byte(testMaster), 0o600))
	status, _, errs = c.run("schema", "plan", "-url", c.url, "-keys", keys)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "line 1")
}

func TestMistakesAreNamed(t *testing.T) {
	c := newCLI(t)
	for name, tc := range map[string]struct {
		status int
		want   string
		args   []string
	}{
		"nothing":          {statusUsage, "usage", nil},
		"another command":  {statusUsage, "usage", []string{"rules", "plan"}},
		"unknown":          {statusUsage, "destroy", []string{"schema", "destroy", "-url", c.url}},
		"no url":           {statusUsage, "-url", []string{"schema", "plan"}},
		"left over":        {statusUsage, "leftover", []string{"schema", "plan", "-url", c.url, "leftover"}},
		"a key argument":   {statusUsage, "master-key", []string{"schema", "plan", "-url", c.url, "-master-key", "x"}},
		"no contract":      {statusUsage, "iso9001 or prompt", []string{"schema", "plan", "-url", c.url, "-contract", "seven"}},
		"two schemas":      {statusUsage, "-auditor-class", []string{"schema", "plan", "-url", c.url, "-contract", "prompt", "-auditor-class", "Auditor"}},
		"no cloud folder":  {statusUsage, "folder", []string{"cloud", "-contract", "prompt"}},
		"cloud contract":   {statusUsage, "iso9001 or prompt", []string{"cloud", "-contract", "seven", "dir"}},
		"half a column":    {statusUsage, "Class.name", []string{"schema", "apply", "-url", c.url, "-drop-column", "AuditPlan"}},
		"no keys file":     {statusFailed, "nowhere", []string{"schema", "plan", "-url", c.url, "-keys", "nowhere"}},
		"no schema file":   {statusFailed, "nowhere", []string{"schema", "plan", "-url", c.url, "-schema", "nowhere"}},
		"not a server url": {statusFailed, "serverURL", []string{"schema", "plan", "-url", "parse"}},
		"no server there":  {statusFailed, "404", []string{"schema", "apply", "-url", c.url + "/nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := c.run(tc.args...)
			require.Equal(t, tc.status, status, errs)
			require.Contains(t, errs, tc.want)
			require.Empty(t, out)
		})
	}
	c.env = map[string]string{"ISOAUDIT_APP_ID": "app"}
	status, _, errs := c.run("schema", "plan", "-url", c.url)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "ISOAUDIT_MASTER_KEY is not set")
	status, _, _ = c.run("schema", "plan", "-h")
	require.Equal(t, 0, status)
}
