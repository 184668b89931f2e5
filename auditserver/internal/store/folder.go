package store

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// SyncFolder brings the names in a folder to the disk. To sync a file keeps what
// is in it through a power cut, on most file systems not its new name. Where
// folders can't be synced, as on Windows, it does nothing. open is [os.Open] or
// the method of an [os.Root].
func SyncFolder(open func(name string) (*os.File, error), name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := open(name)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
