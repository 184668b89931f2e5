package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// masterKeySuffix is the end of the name of the file beside the database that keeps
// the master key which was made for it.
const masterKeySuffix = "-master-key"

// findMasterKey gives a server without a master key one of its own, which stays the
// same as long as the file beside the database is there. A server in memory has a new
// one each time.
func (s *settings) findMasterKey(log *slog.Logger) error {
	if s.cfg.MasterKey != "" {
		return nil
	}
	if s.cfg.Path != "" {
		// A database with two names has one key. It may stand beside the link, though.
		for _, name := range []string{realName(s.cfg.Path), s.cfg.Path} {
			key, err := readKey(name+masterKeySuffix, log)
			if err == nil {
				s.cfg.MasterKey, s.masterKeyFile = key, name+masterKeySuffix
				return nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	s.cfg.MasterKey, s.madeMasterKey = rand.Text(), true
	return nil
}

// keepMasterKey writes a new master key beside the database, once that is open:
// a start that is refused leaves none, and no other server makes one meanwhile. The
// file appears with its content.
func (s *settings) keepMasterKey() (err error) {
	if !s.madeMasterKey || s.cfg.Path == "" {
		return nil
	}
	name := realName(s.cfg.Path) + masterKeySuffix
	f, err := os.CreateTemp(filepath.Dir(name), ".auditserver-*") // which only its owner reads
	if err != nil {
		return fmt.Errorf("the master key can't be kept: %w", err)
	}
	_, err = fmt.Fprintln(f, s.cfg.MasterKey)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("the master key can't be kept: %w", errors.Join(err, os.Remove(f.Name())))
	}
	s.masterKeyFile, s.madeMasterKey = name, false
	return nil
}

// realName is the name of a file behind symbolic links, as the database has it; of
// one that is no link, or leads nowhere yet, its own.
func realName(path string) string {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return path
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}
