package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGenCheck(t *testing.T) {
	c := newCLI(t)
	file := filepath.Join(t.TempDir(), "backend.go")
	status, _, errs := c.run("gen", "go", "-o", file, "-check")
	require.Equal(t, statusDrift, status, "a file that is not there is stale")
	require.Contains(t, errs, file)
	status, out, errs := c.run("gen", "go", "-o", file)
	require.Equal(t, 0, status, errs)
	require.Empty(t, out)
	status, _, errs = c.run("gen", "go", "-o", file, "-check")
	require.Equal(t, 0, status, errs)
	code, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(code, "// edited\n"...), 0o600))
	status, _, _ = c.run("gen", "go", "-o", file, "-check")
	require.Equal(t, statusDrift, status)
}

// A server gives the same code as the schema that was applied to it.
func TestGenFromServer(t *testing.T) {
	c := newCLI(t)
	status, _, errs := c.run("schema", "apply", "-url", c.url)
	require.Equal(t, 0, status, errs)
	for _, language := range []string{"go", "openapi"} {
		status, ofServer, errs := c.run("gen", language, "-url", c.url, "-class", "CorrectiveAction", "-package", "audits")
		require.Equal(t, 0, status, errs)
		_, ofContract, _ := c.run("gen", language, "-class", "CorrectiveAction", "-package", "audits")
		require.Contains(t, ofServer, "CorrectiveAction")
		require.Contains(t, ofServer, "AuditPlan", "the classes it points to come along")
		require.NotContains(t, ofServer, "DocumentControlLog")
		if language == "go" {
			require.Contains(t, ofServer, "package audits\n")
			require.Contains(t, ofContract, "CorrectiveActionStatusPendingVerification")
			require.Contains(t, ofServer, "CorrectiveActionStatusPendingVerification")
		}
	}
}

func TestGenUsage(t *testing.T) {
	c := newCLI(t)
	for _, args := range [][]string{
		{"gen", "rust"}, {"gen", "go", "extra"}, {"gen", "go", "-check"}, {"gen", "go", "-url", c.url, "-schema", "x.json"}, {"gen", "go", "-contract", "nine"},
	} {
		status, out, errs := c.run(args...)
		require.Equal(t, statusUsage, status, args)
		require.Empty(t, out)
		require.NotEmpty(t, errs)
	}
	status, _, errs := c.run("gen", "go", "-class", "Plan")
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "the schema has no class Plan; it has AuditFinding")
}
