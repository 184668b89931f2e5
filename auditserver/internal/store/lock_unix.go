//go:build linux || darwin || freebsd || netbsd || openbsd

package store

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// lockInode locks the file whatever its name: it may have been renamed while it
// was open, or be mounted at two places. On Linux this lock and those of SQLite
// do not meet; on other systems they would.
func lockInode(path string) (*os.File, error) {
	if runtime.GOOS != "linux" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = ErrInUse
	case errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.ENOLCK):
		return f, nil // a file system without such locks: the lock beside the file must suffice
	default:
		err = fmt.Errorf("lock: %w", err)
	}
	return nil, errors.Join(err, f.Close())
}

// linked tells whether the file has more than one name.
func linked(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Nlink > 1
}
