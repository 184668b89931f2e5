package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Copy writes the database at path, as it is at one moment, to a new file. A
// server in this or another process may have it open and go on writing: the copy
// holds what it had acknowledged before, and each transaction whole or not at all.
// A database that nobody has open and whose log is damaged is ErrDamaged.
func Copy(ctx context.Context, path, to string) error {
	return inspect(path, func(c *conn, loss error) error {
		if loss != nil {
			return loss
		}
		return c.copyTo(ctx, to)
	})
}

// Copy is the function Copy of an open store.
func (s *Store) Copy(ctx context.Context, to string) error {
	if isClosed(s.closed) {
		return ErrClosed
	}
	c, err := openReadOnly(s.path)
	if err != nil {
		return err
	}
	return errors.Join(c.copyTo(ctx, to), c.close())
}

// copyTo lets SQLite write its content to a new file and brings it to the disk.
func (c *conn) copyTo(ctx context.Context, to string) error {
	made, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // SQLite takes an empty file, and would make one that all can read
	if err != nil {
		return err
	}
	// To close a handle of a file drops SQLite's locks on it: nobody else knows this one.
	defer func() { _ = made.Close() }()
	_, err = c.dc.(driver.ExecerContext).ExecContext(ctx, "VACUUM INTO ?", []driver.NamedValue{{Ordinal: 1, Value: to}})
	if err == nil {
		err = made.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("store: copy: %w", err), os.Remove(to))
	}
	return nil
}

// inspect lends fn a connection that only reads a database file, which a server
// may have open, or open meanwhile. Where nobody has, loss is what findLoss found.
func inspect(path string, fn func(c *conn, loss error) error) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("store: %s is a folder, not a file", path)
	}
	name, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	loss, err := lossAtRest(name, info)
	if err != nil {
		return fmt.Errorf("store: open %s: %w", path, err)
	}
	if info.Size() == 0 {
		return errors.Join(loss, fmt.Errorf("store: %s is empty", path))
	}
	c, still, err := openToInspect(name)
	if err != nil {
		return errors.Join(loss, err)
	}
	err = errors.Join(fn(c, loss), c.close())
	if still && hasLog(name) {
		err = errors.Join(err, fmt.Errorf("store: %s has been opened by a server meanwhile: try again", path))
	}
	return err
}

// openToInspect opens a file that may be on a disk or in a folder to which this
// process can't write. SQLite makes a log beside a file to read it; where it can't, a
// file without one is read as it is. It is still then: whoever has it open has a log.
func openToInspect(path string) (c *conn, still bool, err error) {
	still = !hasLog(path)
	if c, err = openReadOnly(path); err != nil {
		return nil, false, err
	}
	_, err = c.queryRow("PRAGMA schema_version")
	if !still || !cannotMake(err) {
		return c, false, nil // whoever reads next meets any other error
	}
	if err := c.close(); err != nil {
		return nil, false, err
	}
	c, err = openMode(path, "mode=ro&immutable=1", []string{mapping})
	return c, true, err
}

// cannotMake tells whether SQLite was not let make a file: by the disk, or by the
// rights of the folder.
func cannotMake(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CANTOPEN || e.Code()&0xff == sqlite3.SQLITE_READONLY)
}

// hasLog tells whether there is anything in the log of a file.
func hasLog(path string) bool {
	info, err := os.Stat(path + logSuffix)
	return err == nil && info.Size() > 0
}

// lossAtRest is the loss of a database that nobody has open, as an error. It holds
// the locks for moments only, so that a server can start at any time.
func lossAtRest(path string, info os.FileInfo) (loss, err error) {
	if open, err := isOpen(path); err != nil || open {
		return nil, err
	}
	found, sure, err := findLoss(path, info)
	if err != nil || found == nil || !sure {
		return nil, err
	}
	if open, err := isOpen(path); err != nil || open { // what was read may have changed meanwhile
		return nil, err
	}
	return fmt.Errorf("%w: %s: %s", ErrDamaged, path+logSuffix, found.What), nil
}

// isOpen tells whether a store has the file open. It makes no file beside it.
func isOpen(path string) (bool, error) {
	l := &fileLock{}
	_, err := os.Stat(path + lockSuffix)
	if err == nil {
		l.name, err = lockName(path)
	} else if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err == nil {
		l.inode, err = lockInode(path)
	}
	err = errors.Join(err, l.close())
	if errors.Is(err, ErrInUse) {
		return true, nil
	}
	return false, err
}

// LeaveLog makes a file that no store has open one without a log, so that it can be
// read without files beside it. A store that opens it gives it a log again.
func LeaveLog(path string) error {
	c, err := openConn(path, "journal_mode(DELETE)")
	if err != nil {
		return err
	}
	return c.close()
}

// HasValue tells whether the database at path, which a server may have open, has a
// value under a key.
func HasValue(path, bucket, key string) (has bool, err error) {
	err = inspect(path, func(c *conn, _ error) error {
		row, err := c.queryRow("SELECT 1 FROM keyvalues WHERE bucket=? AND key=?", bucket, key)
		has = row != nil
		return err
	})
	return has, err
}

// IsBeside tells whether a file has a name by which SQLite or a store would take it
// for a part of the database at path.
func IsBeside(path, file string) bool {
	for _, suffix := range []string{logSuffix, "-shm", "-journal", recordSuffix, lockSuffix} {
		if placeOf(path)+suffix == placeOf(file) {
			return true
		}
	}
	return false
}

// placeOf is the name of a file that may not be there, behind symbolic links.
func placeOf(file string) string {
	if name, err := filepath.EvalSymlinks(file); err == nil {
		file = name
	} else if folder, err := filepath.EvalSymlinks(filepath.Dir(file)); err == nil {
		file = filepath.Join(folder, filepath.Base(file))
	}
	if name, err := filepath.Abs(file); err == nil {
		return name
	}
	return file
}

// Reserve locks the place of a database that is to be put there, so that no server
// starts on it meanwhile. Anything of a database that is there already is an error.
func Reserve(path string) (release func() error, err error) {
	for _, suffix := range []string{"", logSuffix, "-shm", "-journal", recordSuffix} {
		if _, err := os.Lstat(path + suffix); !errors.Is(err, os.ErrNotExist) {
			return nil, cmp.Or(err, fmt.Errorf("store: %s is there already: a database is restored only to a new place", path+suffix))
		}
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("store: the folder of the new database: %w", err)
	}
	lock, err := lockName(path)
	if err != nil {
		return nil, err
	}
	return lock.close, nil
}
