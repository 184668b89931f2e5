package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// logs are the logs that the flags name.
type logs struct{ access, masterKey string }

// openLog opens a log for a flag's value: none, "-" for standard error, or a file, to
// whose end it writes, so that it can be rotated by copying and emptying it.
func openLog(flag, name string, errOut io.Writer) (*slog.Logger, io.Closer, error) {
	switch name {
	case "":
		return nil, io.NopCloser(nil), nil
	case "-":
		return slog.New(slog.NewJSONHandler(errOut, nil)), io.NopCloser(nil), nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", flag, err)
	}
	return slog.New(slog.NewJSONHandler(f, nil)), f, nil
}

// open gives the logs to the configuration.
func (l logs) open(s *settings, errOut io.Writer) (closeAll func() error, err error) {
	access, first, err := openLog("-access-log", l.access, errOut)
	if err != nil {
		return nil, err
	}
	masterKey, second, err := openLog("-master-key-log", l.masterKey, errOut)
	if err != nil {
		return nil, errors.Join(err, first.Close())
	}
	s.cfg.AccessLog, s.cfg.MasterKeyLog = access, masterKey
	return func() error { return errors.Join(first.Close(), second.Close()) }, nil
}
