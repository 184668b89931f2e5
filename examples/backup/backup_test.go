package main

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestBackupAndRestore(t *testing.T) {
	from := audittest.NewServer(t)
	from.LoadSample(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), 1)
	to := emptied(t)
	folder := filepath.Join(t.TempDir(), "backup")
	require.NoError(t, backup(t.Context(), from.Admin.Admin, folder))
	require.NoError(t, restore(t.Context(), to, folder))
	for _, class := range []string{"AuditPlan", "AuditFinding", "CorrectiveAction", "AuditTrail"} {
		require.Equal(t, all(t, from.Admin.Admin, class), all(t, to, class), class)
	}
}

// emptied is a server that takes ids and times, without any class.
func emptied(t *testing.T) *parse.Admin {
	t.Helper()
	to, err := auditserver.Open(t.Context(), auditserver.Config{
		AppID: "other", MasterKey: "master", MaintenanceKey: "upkeep", AllowCustomObjectID: true, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	web := httptest.NewServer(to)
	t.Cleanup(func() {
		web.Close()
		require.NoError(t, to.Close(context.Background()))
	})
	admin, err := parse.NewAdmin(web.URL+to.MountPath(), "master", parse.WithApplicationID("other"), parse.WithMaintenanceKey("upkeep"))
	require.NoError(t, err)
	return admin
}

// all are the rows of a class, with ids and times.
func all(t *testing.T, admin *parse.Admin, class string) []string {
	t.Helper()
	var rows []string
	for row, err := range parse.Rows(admin, class).Query().All(t.Context()) {
		require.NoError(t, err)
		raw, err := row.JSON()
		require.NoError(t, err)
		rows = append(rows, string(raw))
	}
	require.NotEmpty(t, rows)
	return rows
}

// A backup with rows, files and progress of one's own took 163 lines.
func TestBackupStaysShort(t *testing.T) {
	source, err := os.ReadFile("backup.go")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(source), "func backup(")
	require.True(t, found)
	code, _, _ := strings.Cut(after, "func main(")
	require.LessOrEqual(t, strings.Count(code, "\n"), 10)
}
