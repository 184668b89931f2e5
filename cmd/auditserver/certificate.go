package main

import (
	"crypto/tls"
	"crypto/x509"
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
	said    string // what the log was last told of the files, once however many handshakes there are
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
	if err := c.load(changed); err != nil {
		return nil, err
	}
	c.report(outOfDate(c.current.Leaf, time.Now()))
	return c, nil
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
		err = fmt.Errorf("the certificate can't be read again, the last one is used: %w", err)
	}
	c.report(errors.Join(err, outOfDate(c.current.Leaf, time.Now())))
	return c.current
}

// report logs what is wrong with the certificate, when that begins and when it is
// another.
func (c *certificate) report(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != c.said && text != "" {
		c.log.Error(text)
	}
	c.said = text
}

// outOfDate says that clients will refuse a certificate. It is no reason not to
// start: some may go on without checking it, and the files may be renewed any time.
func outOfDate(leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the certificate of -tls-cert has expired on %s: clients refuse it", leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the certificate of -tls-cert is not valid before %s: clients refuse it", leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
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
