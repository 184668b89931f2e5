package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// nobody is a user who owns no file.
const nobody = 65534

// A database at rest can be checked and copied where SQLite can make no files beside
// it: on a disk that is only read, in a snapshot, in a folder of somebody else.
func TestCopyFromWhereNothingCanBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.db")
	to := filepath.Join(t.TempDir(), "copy.db")
	s, err := store.Open(t.Context(), store.Config{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Write(t.Context(), func(tx *store.Tx) error { return tx.PutValue("b", "k", []byte("v"), 0) }))
	require.NoError(t, s.Close())
	require.NoError(t, os.Chmod(path, 0o644))
	require.NoError(t, os.Chmod(path+"-synced", 0o644))
	require.NoError(t, os.Chmod(filepath.Dir(path), 0o555))
	t.Cleanup(func() { require.NoError(t, os.Chmod(filepath.Dir(path), 0o755)) })
	require.NoError(t, os.Chmod(filepath.Dir(to), 0o777))
	require.NoError(t, os.Chmod(filepath.Dir(filepath.Dir(path)), 0o755)) // of both
	if os.Geteuid() == 0 {                                                // whom no mode keeps from writing
		runtime.LockOSThread()
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		t.Cleanup(func() {
			_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0)
			runtime.UnlockOSThread()
		})
	}
	_, err = os.Create(path + "-new")
	require.Error(t, err)

	report, err := store.Check(t.Context(), path, "b", func(map[string][]byte) ([]string, error) { return nil, nil })
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.NoError(t, store.Copy(t.Context(), path, to))
	has, err := store.HasValue(to, "b", "k")
	require.NoError(t, err)
	require.True(t, has)
}
