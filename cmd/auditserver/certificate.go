package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a certificate in files. It is read again when they have changed,
// so that renewing it needs no restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	read    [2]time.Time // when the files were changed that were read last, or tried
	current *tls.Certificate
}

// openCertificate reads the files; nil if none are given.
func openCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	if certFile == "" && keyFile == "" {
		return nil, nil
	}
	if certFile == "" || keyFile == "" {
		return nil, errors.New("-tls-cert and -tls-key belong together: one of them is missing")
	}
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	changed, err := c.changed()
	if err != nil {
		return nil, fmt.Errorf("-tls-cert, -tls-key: %w", err)
	}
	return c, c.load(changed)
}

// config is for HTTP/1.1, over which live queries come, too.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get(), nil }}
}

// get gives the certificate of a handshake. One that can't be read leaves the last.
func (c *certificate) get() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed, err := c.changed()
	if err == nil && changed != c.read {
		err = c.load(changed)
	}
	if err != nil {
		c.log.Error("the certificate can't be read again: the last one is used", "error", err)
	}
	return c.current
}

func (c *certificate) changed() (at [2]time.Time, err error) {
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return at, err
		}
		at[i] = info.ModTime()
	}
	return at, nil
}

func (c *certificate) load(changed [2]time.Time) error {
	c.read = changed // also if it fails: it is tried again when they change again
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("-tls-cert, -tls-key: %w", err)
	}
	c.current = &loaded
	return nil
}
