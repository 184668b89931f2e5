// Command auditserver runs the embedded backend for clients in any language.
//
// Without flags it keeps everything in memory, listens on loopback, and prints the
// URL and the keys to use. The commands backup, check and restore work on the
// database of a server; it may go on running.
package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP) // the terminal is closed
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	if os.Getenv("GOGC") == "" {
		// The live heap is small and a page of rows is large: with Go's default,
		// twice the live heap, the collector would run for every few pages.
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		// A goroutine that waits for the disk keeps its processor for a while.
		// With two more, requests are answered in the meantime.
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "auditserver:", strings.TrimPrefix(err.Error(), "auditserver: "))
		os.Exit(1)
	}
}

const closeTimeout = 10 * time.Second

// run runs a command, or serves until ctx ends. Everything it opened is closed when
// it returns.
func run(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	if len(args) > 0 {
		if _, ok := commands[args[0]]; ok {
			return runCommand(ctx, args[0], args[1:], out, errOut)
		}
	}
	settings, err := readSettings(args, errOut)
	if err != nil {
		return err
	}
	closeLogs, err := settings.logs.open(settings, errOut)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLogs()) }()
	ln, err := net.Listen("tcp", settings.addr)
	if err != nil {
		return err
	}
	defer func() { _ = ln.Close() }() // Serve closes it first
	if settings.tls != nil {
		ln = tls.NewListener(ln, settings.tls.config())
	}
	srv, err := auditserver.Open(ctx, settings.cfg)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // it was told to stop, and does
	}
	if err != nil {
		return err
	}
	defer func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err = errors.Join(err, srv.Close(grace))
	}()
	if err := settings.keepMasterKey(); err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(srv.Limits().Memory)
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(serving, ln) }()
	url := settings.serverURL(ln.Addr(), srv.MountPath())
	if settings.sample {
		if err := settings.loadSample(ctx, out, url); err != nil {
			stop()
			if ctx.Err() != nil {
				settings.cfg.Logger.Warn("stopped before the sample was loaded: " + halfSample)
				err = nil
			}
			return errors.Join(err, <-served)
		}
	}
	settings.announce(out, cmp.Or(settings.cfg.PublicURL, url))
	return <-served
}
