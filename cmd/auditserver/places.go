package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// checkPlaces refuses flags whose files and folders can't be used, before anything
// is made: what a start that fails later has made beside the database stays there.
func (s *settings) checkPlaces() error {
	return errors.Join(
		besideOthers("-db", s.cfg.Path),
		isFolder("-files", s.cfg.FilesDir),
		besideOthers("-access-log", s.logs.access),
		besideOthers("-master-key-log", s.logs.masterKey),
	)
}

// besideOthers refuses a file in a folder that is not there. The folder is not made:
// it may belong to a disk that is not mounted.
func besideOthers(name, file string) error {
	if file == "" || file == "-" {
		return nil
	}
	info, err := os.Stat(filepath.Dir(file))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s %q: the folder %s is not there: make it first", name, file, filepath.Dir(file))
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case !info.IsDir():
		return fmt.Errorf("%s %q: %s is no folder", name, file, filepath.Dir(file))
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("%s %q is a folder, not a file", name, file)
	}
	return nil
}

func isFolder(name, folder string) error {
	if folder == "" {
		return nil
	}
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s %q: the folder is not there: make it first", name, folder)
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case !info.IsDir():
		return fmt.Errorf("%s %q is no folder", name, folder)
	}
	return nil
}

// checkEmpty refuses flags that are given without a value, as "-db $DB" is where
// the variable is not set: to take the default instead would keep everything in
// memory, ask for no key, or serve without TLS.
func checkEmpty(fs *flag.FlagSet) error {
	var errs []error
	fs.Visit(func(f *flag.Flag) {
		if f.Value.String() == "" {
			errs = append(errs, fmt.Errorf("-%s is given without a value: leave it out for its default", f.Name))
		}
	})
	return errors.Join(errs...)
}
