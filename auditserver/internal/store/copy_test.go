package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// A database at rest can be checked and copied where SQLite can make no files beside
// it: on a disk that is only read, in a snapshot, in a folder of somebody else.
func TestCopyFromWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	s, err := store.Open(t.Context(), store.Config{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Write(t.Context(), func(tx *store.Tx) error { return tx.PutValue("b", "k", []byte("v"), 0) }))
	require.NoError(t, s.Close())
	// No user's rights keep root from writing: a folder in the way of the file does.
	require.NoError(t, os.Mkdir(path+"-shm", 0o700))
	made := filepath.Join(dir, "copy.db")
	require.NoError(t, store.Copy(t.Context(), path, made))
	has, err := store.HasValue(made, "b", "k")
	require.NoError(t, err)
	require.True(t, has)
	report, err := store.Check(t.Context(), path, "b", func(map[string][]byte) ([]string, error) { return nil, nil })
	require.NoError(t, err)
	require.Empty(t, report.Problems)
}
