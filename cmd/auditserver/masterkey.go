package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
)

// masterKeySuffix is the end of the name of the file beside the database that keeps
// the master key which was made for it.
const masterKeySuffix = "-master-key"

// makeMasterKey gives a server without a master key one of its own, which stays the
// same as long as the file beside the database is there. A server in memory has a new
// one each time.
func (s *settings) makeMasterKey(log *slog.Logger) (err error) {
	if s.cfg.MasterKey != "" {
		return nil
	}
	if s.cfg.Path == "" {
		s.cfg.MasterKey, s.madeMasterKey = rand.Text(), true
		return nil
	}
	s.masterKeyFile = s.cfg.Path + masterKeySuffix
	if s.cfg.MasterKey, err = readKey(s.masterKeyFile, log); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.cfg.MasterKey = rand.Text()
	f, err := os.OpenFile(s.masterKeyFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, s.cfg.MasterKey)
	return errors.Join(err, f.Sync(), f.Close())
}
