package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Neither another process nor another Store of this one gets at an open file,
// whatever name it comes by; the one who has it goes on.
func TestOneStoreAFile(t *testing.T) {
	inUse := store.ErrInUse.Error()
	for _, c := range []struct {
		name, want string
		rename     func(path, other string) error // makes the other name, if it is not path's own
		linux      bool                           // known on Linux only
	}{
		{name: "the same name", want: inUse},
		{name: "a symbolic link", want: inUse, rename: os.Symlink},
		{name: "a folder's link", want: inUse, rename: func(path, other string) error {
			folder := filepath.Join(filepath.Dir(other), "folder")
			if err := os.Symlink(filepath.Dir(path), folder); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(folder, filepath.Base(path)), other)
		}},
		{name: "a hard link", want: "more than one name", rename: os.Link},
		{name: "a new name", want: inUse, rename: os.Rename, linux: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.linux && runtime.GOOS != "linux" {
				t.Skip("only Linux locks the file itself")
			}
			path, other := filepath.Join(t.TempDir(), "data.db"), filepath.Join(t.TempDir(), "other.db")
			s := open(t, store.Config{Path: path})
			write(t, s, func(tx *store.Tx) error { return tx.PutClass(planClass) })
			if c.rename == nil {
				other = path
			} else {
				require.NoError(t, c.rename(path, other))
			}
			cmd, lines := startChild(t, other)
			require.True(t, lines.Scan())
			require.Contains(t, lines.Text(), c.want)
			require.Error(t, cmd.Wait())
			_, err := store.Open(ctx, store.Config{Path: other})
			require.ErrorContains(t, err, c.want)
			write(t, s, func(tx *store.Tx) error { _, err := tx.Insert("Plan", store.Object{}); return err })
		})
	}
}

// The file is free for the next one as soon as it is closed, by any name.
func TestClosedFileIsFree(t *testing.T) {
	dir := t.TempDir()
	path, link, renamed := filepath.Join(dir, "data.db"), filepath.Join(dir, "link.db"), filepath.Join(dir, "renamed.db")
	require.NoError(t, os.Symlink(path, link)) // to a file that is not there yet
	for _, name := range []string{link, path, link} {
		s, err := store.Open(ctx, store.Config{Path: name})
		require.NoError(t, err)
		require.NoError(t, s.Close())
	}
	require.NoError(t, os.Rename(path, renamed))
	require.NoError(t, open(t, store.Config{Path: renamed}).Close())
	_, err := store.Open(ctx, store.Config{Path: dir})
	require.ErrorContains(t, err, "a folder")
}
