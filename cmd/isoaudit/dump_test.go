package main

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestDumpAndRestore(t *testing.T) {
	c := newCLI(t)
	status, _, errs := c.run("schema", "apply", "-url", c.url)
	require.Equal(t, 0, status, errs)
	folder := t.TempDir()
	status, out, errs := c.run("dump", "-url", c.url, "-dir", folder)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "rows of 8 classes are in "+folder)

	status, _, errs = c.run("restore", "-url", c.url, "-dir", folder)
	require.Equal(t, statusDrift, status)
	require.Contains(t, errs, "class _Role has 4 rows")
	require.Contains(t, errs, "allowCustomObjectId")
	status, out, _ = c.run("restore", "-plan", "-url", c.url, "-dir", folder)
	require.Equal(t, statusDrift, status)
	require.Contains(t, out, "obstacle: class _Role has 4 rows")

	server, err := auditserver.Open(t.Context(), auditserver.Config{AppID: "app", MasterKey: testMaster, MaintenanceKey: "upkeep-of-the-test", AllowCustomObjectID: true, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	other := httptest.NewServer(server)
	t.Cleanup(func() {
		other.Close()
		require.NoError(t, server.Close(context.Background()))
	})
	c.env["ISOAUDIT_MAINTENANCE_KEY"] = "upkeep-of-the-test"
	status, out, errs = c.run("restore", "-plan", "-url", other.URL+"/parse", "-dir", folder)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "the server can take all")
	for range 2 { // a second time there is nothing left to do
		status, out, errs = c.run("restore", "-quiet", "-url", other.URL+"/parse", "-dir", folder)
		require.Equal(t, 0, status, errs)
		require.Contains(t, out, "rows and 0 files are restored")
	}

	status, _, errs = c.run("dump", "-url", c.url)
	require.Equal(t, statusUsage, status)
	require.Contains(t, errs, "-dir")
}
