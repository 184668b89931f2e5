package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// fileLock keeps other processes, and other Stores of this one, away from a
// database file. The system drops it when the process dies.
type fileLock struct {
	name  *conn    // a transaction on an empty database beside the real one
	inode *os.File // the database file itself, locked under whatever name
}

// lockFile makes the file at path if it is missing, locks it, and gives the
// name to open it by. SQLite names its log after the file: two processes that
// know one file by two names would not see each other's log and damage it.
func lockFile(path string) (string, *fileLock, error) {
	path, err := realPath(path)
	if err != nil {
		return "", nil, err
	}
	l := &fileLock{}
	if l.name, err = lockName(path); err == nil {
		l.inode, err = lockInode(path)
	}
	if err != nil {
		return "", nil, errors.Join(err, l.close())
	}
	return path, l, nil
}

// close comes after SQLite has closed the file: to close any handle of a file
// drops SQLite's own locks on it.
func (l *fileLock) close() error {
	var errs []error
	if l.inode != nil {
		errs = append(errs, l.inode.Close())
	}
	if l.name != nil {
		errs = append(errs, l.name.close())
	}
	return errors.Join(errs...)
}

// realPath makes the file if it is missing and follows symbolic links. A file
// that is there is not opened; see close.
func realPath(path string) (string, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target, onlyName(target)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // it will hold password hashes
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// onlyName refuses a file with hard links: what a killed process left in the
// log of one name is missing under the other.
func onlyName(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("it is a folder, not a file")
	}
	if linked(info) {
		return errors.New("the file has more than one name (hard links): remove the others, or copy the file while nothing uses it")
	}
	return nil
}

func lockName(path string) (*conn, error) {
	c, err := openConn(path+lockSuffix, "journal_mode(OFF)", "busy_timeout(0)")
	if err != nil {
		return nil, inUse(err)
	}
	if _, err := c.exec("BEGIN EXCLUSIVE"); err != nil {
		return nil, errors.Join(inUse(err), c.close())
	}
	return c, nil
}

func inUse(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return ErrInUse
	}
	return fmt.Errorf("lock: %w", err)
}
