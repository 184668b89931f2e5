//go:build linux || darwin || freebsd || netbsd || openbsd

package trail

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks a log for one program, until the returned function is called or the
// program ends.
func lockFile(name string) (unlock func() error, err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errors.New("another program is sealing it: wait for its end")
		}
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

// syncDir makes a rename in a folder last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
