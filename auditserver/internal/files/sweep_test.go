package files_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/files"
)

func TestSweepLeavesUploadsThatGoOn(t *testing.T) {
	dir := t.TempDir()
	folder, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, folder.Close()) }()
	for _, name := range []string{".old.part", ".new.part", "old.part", ".old"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	now := time.Now()
	for _, name := range []string{".old.part", "old.part", ".old"} {
		require.NoError(t, os.Chtimes(filepath.Join(dir, name), now.Add(-2*time.Hour), now.Add(-2*time.Hour)))
	}
	require.NoError(t, (&files.Content{Folder: folder}).Sweep(now.Add(-time.Hour)))
	require.NoFileExists(t, filepath.Join(dir, ".old.part"))
	for _, name := range []string{".new.part", "old.part", ".old"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}
