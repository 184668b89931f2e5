// Command embedded runs a command against an auditserver that exists only as
// long as the command and has the cloud functions of the checks:
//
//	go run ./conformance/embedded node conformance/parse/check.js
//
// The command finds the server in the environment, as with conformance/run.sh,
// and in ISOAUDIT_PARSE_RESTART the process that restarts the server when it is
// sent SIGHUP.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/isoaudit/isoaudit-go/conformance"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "embedded:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command []string) error {
	if len(command) == 0 {
		return errors.New("name the command to run")
	}
	dir, err := os.MkdirTemp("", "isoaudit-embedded")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := conformance.StartEmbedded(ctx, filepath.Join(dir, "checks.db"), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // running the given command is what it is for
	cmd.Env = append(append(os.Environ(), server.Environ()...), "ISOAUDIT_PARSE_RESTART="+strconv.Itoa(os.Getpid()))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	restart := make(chan os.Signal, 1)
	signal.Notify(restart, syscall.SIGHUP)
	defer signal.Stop(restart)
	if err := cmd.Start(); err != nil {
		return errors.Join(err, server.Close())
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return errors.Join(err, server.Close())
		case <-restart:
			if err := server.Restart(ctx); err != nil {
				_ = cmd.Process.Kill()
				return errors.Join(err, <-ended)
			}
		}
	}
}
