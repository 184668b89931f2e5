package auditserver_test

import (
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// A backup for which the disk has no room leaves nothing, and the server goes on.
func TestBackupOnAFullDisk(t *testing.T) {
	if os.Getenv(limitedProcess) == "" {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBackupOnAFullDisk$")
		command.Env = append(os.Environ(), limitedProcess+"=1")
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.NotContains(t, string(out), "no tests to run")
		return
	}
	db := kept(t, true)
	srv, c := open(t, at(db))
	for range 20 {
		c.create("Note", `{"text":"`+strings.Repeat("x", 50_000)+`"}`)
	}
	name := uploaded(t, c, strings.Repeat("y", 3<<20))
	dir := t.TempDir()
	for _, room := range []uint64{4096, 500_000, 2 << 20} { // nothing fits, not the database, not the file
		full(t, room, func() {
			require.Error(t, srv.Backup(t.Context(), filepath.Join(dir, "backup")))
			require.Error(t, auditserver.Backup(t.Context(), db, filepath.Join(dir, "backup")))
		})
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
	require.NoError(t, srv.Backup(t.Context(), filepath.Join(dir, "backup")))
	fresh := kept(t, true)
	full(t, 2<<20, func() {
		require.Error(t, auditserver.Restore(t.Context(), filepath.Join(dir, "backup"), fresh))
	})
	require.NoFileExists(t, fresh.Path)
	require.NoError(t, auditserver.Restore(t.Context(), filepath.Join(dir, "backup"), fresh), "nothing is left of the attempt")
	c.must(http.MethodGet, "/files/"+appID+"/"+name, nil)
	c.create("Note", `{}`)
}

// limitedProcess is set for the process in which the test runs: the limit of a file's
// size is the whole process's, and the log that go test keeps of it would meet it too.
const limitedProcess = "ISOAUDIT_LIMITED_PROCESS"

// full runs fn while no file may become larger than room.
func full(t *testing.T, room uint64, fn func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: before.Max}))
	defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)) }()
	fn()
}
