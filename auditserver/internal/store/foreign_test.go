package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	_ "modernc.org/sqlite"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// A file that this program has not made is left alone.
func TestForeignDatabasesAreRefused(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE TABLE notes(text)": "a database of another program",
		"PRAGMA user_version=7":    "the file has format 7; this program reads format 1",
	} {
		path := filepath.Join(t.TempDir(), "data.db")
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.Exec(statement)
		require.NoError(t, err)
		require.NoError(t, db.Close())
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = store.Open(ctx, store.Config{Path: path})
		require.ErrorContains(t, err, want)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
}
