package auditserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/files"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Database says where a server keeps its data.
type Database struct {
	Path     string // Config.Path
	FilesDir string // Config.FilesDir; "" where uploaded files are in the database
}

// Report is what [Check] has found in a database.
type Report struct {
	Classes   int
	Objects   int
	Files     int   // in the database itself
	FileBytes int64 // of them
	Problems  []string
	Edited    []string // objects that another program has edited: they are looked up by other values than they have
	Notes     []string // objects that name files which are not there, or not any more
}

// ErrProblems says that a database or a backup has problems, which a [Report] lists.
var ErrProblems = errors.New("auditserver: the database has problems")

// Backup writes the database and its uploaded files to one new file, which is a
// database itself. A server may go on writing meanwhile: the backup holds what was
// acknowledged when it began, and perhaps what came while it was made, each
// transaction whole or not at all. A file that is deleted meanwhile may be missing.
// The backup appears under its name when it is complete, checked and on the disk; a
// file that is there is never replaced. A damaged log is [ErrDamaged].
func Backup(ctx context.Context, db Database, file string) error {
	return backup(ctx, db, file,
		func(to string) error { return store.Copy(ctx, db.Path, to) },
		func(name string) (bool, error) {
			known, err := files.Known(db.Path, name)
			return !known, err
		})
}

// Backup is the function [Backup] of a server that runs.
func (s *Server) Backup(ctx context.Context, file string) error {
	return backup(ctx, Database{Path: s.cfg.Path, FilesDir: s.cfg.FilesDir}, file,
		func(to string) error { return s.store.Copy(ctx, to) },
		func(name string) (bool, error) { return s.files.Deleted(ctx, name) })
}

func backup(ctx context.Context, db Database, file string, copyTo func(string) error, gone func(name string) (bool, error)) error {
	if db.Path != "" && store.IsBeside(db.Path, file) {
		return fmt.Errorf("auditserver: %s is the name of a part of the database, as which the next start would replace or remove it: choose another", file)
	}
	return assemble(file, func(dir string) (string, error) {
		made := filepath.Join(dir, "data.db")
		if err := copyTo(made); err != nil {
			return "", err
		}
		if db.FilesDir != "" {
			if err := withFolder(ctx, made, db.FilesDir, func(s *store.Store, folder *os.Root) error { return files.Gather(ctx, s, folder, gone) }); err != nil {
				return "", err
			}
		}
		return made, sound(ctx, Database{Path: made})
	})
}

// Restore makes a new database of a backup. Nothing may be there yet: neither the
// database nor what stands beside one, nor anything in the folder for files. A backup
// that has problems is not restored; the error is [ErrProblems] and names them.
func Restore(ctx context.Context, file string, db Database) (err error) {
	if err := sound(ctx, Database{Path: file}); err != nil {
		return err
	}
	release, err := store.Reserve(db.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if db.FilesDir != "" {
		if err := emptyFolder(db.FilesDir); err != nil {
			return err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, clearFolder(db.FilesDir))
			}
		}()
	}
	return assemble(db.Path, func(dir string) (string, error) {
		made := filepath.Join(dir, "data.db")
		if err := store.Copy(ctx, file, made); err != nil || db.FilesDir == "" {
			return made, err
		}
		if err := withFolder(ctx, made, db.FilesDir, func(s *store.Store, folder *os.Root) error { return files.Spread(ctx, s, folder) }); err != nil {
			return "", err
		}
		small := filepath.Join(dir, "small.db") // without the room that the files had
		return small, store.Copy(ctx, made, small)
	})
}

// Check reads a whole database or backup and says what is wrong in it. A server may
// go on with it meanwhile. Objects that were edited are no reason to make no backup of a
// database, and to restore none.
func Check(ctx context.Context, db Database) (*Report, error) {
	var folder *os.Root
	if db.FilesDir != "" {
		var err error
		if folder, err = os.OpenRoot(db.FilesDir); err != nil {
			return nil, err
		}
		defer func() { _ = folder.Close() }() // only read from
	}
	found, err := files.Check(ctx, db.Path, folder)
	if err != nil {
		return nil, fmt.Errorf("auditserver: %w", err)
	}
	return (*Report)(found), nil
}

// sound returns ErrProblems with the problems of a database.
func sound(ctx context.Context, db Database) error {
	report, err := Check(ctx, db)
	if err != nil || len(report.Problems) == 0 {
		return err
	}
	err = fmt.Errorf("%w: %s", ErrProblems, db.Path)
	for _, p := range report.Problems {
		err = fmt.Errorf("%w\n%s", err, p)
	}
	return err
}

// assemble makes a file in a folder beside its place and moves it there when it is
// complete and on the disk.
func assemble(file string, build func(dir string) (made string, err error)) (err error) {
	if err := free(file); err != nil {
		return err
	}
	parent := filepath.Dir(file)
	dir, err := os.MkdirTemp(parent, ".auditserver-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	made, err := build(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(syncFile(made), free(file)); err != nil {
		return err
	}
	if err := os.Rename(made, file); err != nil {
		return err
	}
	return store.SyncFolder(os.Open, parent)
}

func free(file string) error {
	_, err := os.Lstat(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err == nil:
		return fmt.Errorf("auditserver: %s is there already, and is never replaced", file)
	}
	return err
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// withFolder opens a copy of a database that nobody else knows, and the folder of
// its files.
func withFolder(ctx context.Context, path, filesDir string, fn func(*store.Store, *os.Root) error) error {
	folder, err := os.OpenRoot(filesDir)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{Path: path, Unsynced: true})
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	if err := errors.Join(fn(s, folder), s.Close(), folder.Close()); err != nil {
		return err
	}
	return store.LeaveLog(path)
}

// emptyFolder makes a folder, or refuses one that holds anything.
func emptyFolder(name string) error {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(name)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("auditserver: the folder %s is not empty: files are restored only to a new one", name)
	}
	return err
}

// clearFolder removes what a failed restore has put into the folder.
func clearFolder(name string) error {
	entries, err := os.ReadDir(name)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(name, e.Name())))
	}
	return err
}
