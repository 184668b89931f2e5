package main

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestBackupCheckRestore(t *testing.T) {
	dir := t.TempDir()
	db, backup, restored := filepath.Join(dir, "audit.db"), filepath.Join(dir, "backup"), filepath.Join(dir, "restored.db")
	said := func(args ...string) string {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), args, &out, io.Discard), args)
		return out.String()
	}
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-db", db)
	require.Equal(t, http.StatusCreated, post(t, printed["server URL"]+"/classes/Note", `{}`, printed))
	require.Contains(t, said("check", db), "sound")
	require.Regexp(t, `^sound +`+backup+`: 1 objects of \d+ classes`, said("backup", "-db", db, backup))
	require.Error(t, run(t.Context(), []string{"restore", "-db", db, backup}, io.Discard, io.Discard), "never over a live database")
	require.NoError(t, stop())
	require.Regexp(t, `: 1 objects`, said("restore", "-db", restored, backup))
	_, stop = serve(t, "-addr", "127.0.0.1:0", "-db", restored)
	require.NoError(t, stop())

	raw, err := os.ReadFile(backup)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(backup, raw[:len(raw)-8192], 0o600))
	var out bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"check", backup}, &out, io.Discard), auditserver.ErrProblems)
	require.Regexp(t, `(?m)^problem +\S`, out.String())
}

// A database in which somebody edited an object is named by check, and can be backed up and
// restored all the same: it is the evidence.
func TestAnEditedDatabaseIsBackedUp(t *testing.T) {
	dir := t.TempDir()
	db, backup, restored := filepath.Join(dir, "audit.db"), filepath.Join(dir, "backup"), filepath.Join(dir, "restored.db")
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-db", db)
	require.Equal(t, http.StatusCreated, post(t, printed["server URL"]+"/classes/Note", `{"text":"a"}`, printed))
	require.NoError(t, stop())
	edit, err := sql.Open("sqlite", db)
	require.NoError(t, err)
	var table string
	require.NoError(t, edit.QueryRow("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'c%_Note'").Scan(&table))
	_, err = edit.Exec(`UPDATE "` + table + `" SET created=1`)
	require.NoError(t, errors.Join(err, edit.Close()))
	for _, args := range [][]string{{"check", db}, {"backup", "-db", db, backup}, {"restore", "-db", restored, backup}} {
		var out bytes.Buffer
		require.ErrorIs(t, run(t.Context(), args, &out, io.Discard), auditserver.ErrProblems, args)
		require.Regexp(t, `(?m)^edited +object \w+ of class Note is looked up by other values than it has: createdAt$`, out.String(), args)
	}
	require.FileExists(t, restored)
}

func TestCommandRefusals(t *testing.T) {
	for want, args := range map[string][]string{
		"-db is missing":       {"backup", "x"},
		"want one FILE":        {"check"},
		"not defined: -config": {"restore", "-config", "x", "y"},
		"no such file":         {"backup", "-db", filepath.Join(t.TempDir(), "none.db"), filepath.Join(t.TempDir(), "x")},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard, io.Discard), want)
	}
}
