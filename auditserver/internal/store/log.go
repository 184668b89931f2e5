package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/wal"
)

// Names of what stands beside a database file.
const (
	logSuffix    = "-wal"
	recordSuffix = "-synced"
	lockSuffix   = "-lock"
)

// syncedLog is SQLite's log, which is there as long as a connection is, and the
// record of how much of it is on the disk.
type syncedLog struct {
	file     syncable
	follower *wal.Follower
	record   *os.File
	logger   *slog.Logger
}

// syncable is an *os.File.
type syncable interface {
	Sync() error
	Close() error
}

// openLog opens the log of a file that is open; nil if it is not to be synced.
func (s *Store) openLog() (_ *syncedLog, err error) {
	if s.tempDir != "" {
		return nil, nil
	}
	record, err := os.OpenFile(s.path+recordSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: open the record of the log: %w", err)
	}
	if s.cfg.Unsynced {
		err = errors.Join(record.Truncate(0), wal.Record{Unsynced: true}.Put(record))
		return nil, errors.Join(err, record.Close())
	}
	file, err := os.OpenFile(s.path+logSuffix, os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open the log: %w", err), record.Close())
	}
	l := &syncedLog{file: file, follower: wal.NewFollower(file), record: record, logger: s.cfg.Logger}
	_, err = l.follower.Last()
	if err == nil { // the file, its log and the record may be new
		err = SyncFolder(os.Open, filepath.Dir(s.path))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open the log: %w", err), l.close())
	}
	return l, nil
}

// committed gives the place of the commit that was made just now.
func (l *syncedLog) committed() wal.Position {
	at, err := l.follower.Last()
	if err != nil {
		l.logger.Warn("store: the log can't be followed: damage to its end would not be noticed", "error", err)
		return wal.Position{}
	}
	return at
}

// sync brings the log to the disk and notes how far it was written.
func (l *syncedLog) sync(written wal.Position) error {
	if err := l.file.Sync(); err != nil {
		return err
	}
	if written.Frames > 0 {
		if err := (wal.Record{Position: written}).Put(l.record); err != nil {
			l.logger.Warn("store: the record of the log can't be written: damage to its end would not be noticed", "error", err)
		}
	}
	return nil
}

func (l *syncedLog) close() error { return errors.Join(l.file.Close(), l.record.Close()) }

// settleLog moves the log into the file before SQLite removes it, and says so in
// the record. Where a reader in another process holds the log, both stay.
func (s *Store) settleLog(c *conn) error {
	if s.tempDir != "" || s.cfg.Unsynced {
		return nil
	}
	row, err := c.queryRow("PRAGMA wal_checkpoint(PASSIVE)")
	if err != nil {
		return err
	}
	if row[0] != int64(0) || row[1] != row[2] {
		return nil
	}
	record, err := os.OpenFile(s.path+recordSuffix, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(wal.Record{}.Put(record), record.Sync(), record.Close())
}

// inspectLog returns ErrDamaged (wrapped) if acknowledged writes would be missing
// after SQLite has opened the file, or, with Config.Recover, puts the log aside and
// says what is missing. before is the file as it was before it was locked, nil if
// there was none.
func (s *Store) inspectLog(before os.FileInfo) error {
	loss, sure, err := findLoss(s.path, before)
	if err != nil || loss == nil {
		return err
	}
	log := s.path + logSuffix
	if !sure {
		s.cfg.Logger.Warn("store: writes are missing, which this server had not synced", "log", log, "loss", loss.What, "commits", loss.Commits)
		return nil
	}
	if !s.cfg.Recover {
		return fmt.Errorf("%w: %s: %s. Restore a backup, or go on without what is lost (Config.Recover, -recover)", ErrDamaged, log, loss.What)
	}
	aside, err := putAside(log, s.cfg.Now().UTC().Format("20060102T150405Z"))
	if err != nil {
		return fmt.Errorf("store: put the damaged log aside: %w", err)
	}
	s.recovered = true
	s.cfg.Logger.Error("store: going on with a damaged log, as Config.Recover says: writes are lost", "log", log, "loss", loss.What,
		"commits behind the damage", loss.Commits, "kept as", aside)
	return os.RemoveAll(s.path + recordSuffix)
}

// findLoss compares a database file that nobody has open with its log and record.
func findLoss(path string, before os.FileInfo) (loss *wal.Loss, sure bool, err error) {
	known, err := wal.ReadRecord(path + recordSuffix)
	if err != nil {
		return nil, false, err
	}
	f, err := os.Open(path + logSuffix)
	state := wal.State{Empty: true}
	switch {
	case err == nil:
		state, err = wal.Inspect(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, false, err
		}
	case !errors.Is(err, os.ErrNotExist):
		return nil, false, err
	}
	// To SQLite an empty file is a new database, and the log beside it is rubbish.
	emptied := before == nil || before.Size() == 0
	switch {
	case emptied && !state.Empty:
		return &wal.Loss{What: "the database beside it is missing or empty", Commits: state.Commits + state.BehindCommits}, true, nil
	case before == nil:
		return nil, true, nil // removed with its log: a new one begins
	case emptied && known.Found:
		return &wal.Loss{What: "the database beside it is empty, and was not"}, true, nil
	}
	loss, sure = wal.Lost(state, known)
	return loss, sure, nil
}

// putAside copies a log, which SQLite is about to cut off or remove. It gives ""
// if there is none.
func putAside(log, stamp string) (aside string, err error) {
	from, err := os.Open(log)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	aside = log + ".damaged-" + stamp
	to, err := os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	return aside, errors.Join(err, to.Sync(), to.Close())
}

// reportDamage says what else is wrong in a file whose log was damaged: pages of
// the file may be newer than those that are left in the log.
func (s *Store) reportDamage(c *conn) error {
	if !s.recovered {
		return nil
	}
	problems, err := integrity(c, "quick_check")
	for _, p := range problems {
		s.cfg.Logger.Error("store: the database is damaged too: restore a backup", "problem", p)
	}
	return err
}
