// Package program builds and runs the servers that the benchmarks measure.
package program

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Auditserver gives the program of auditserver: the given one, or one that it builds from
// the folder above.
func Auditserver(ctx context.Context, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	built := filepath.Join(os.TempDir(), "isoaudit-bench-auditserver")
	return built, Build(ctx, "..", "./cmd/auditserver", built)
}

// Build builds the package pkg as seen from the folder dir into the file to, with what
// env adds to the environment.
func Build(ctx context.Context, dir, pkg, to string, env ...string) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", to, pkg)
	build.Dir, build.Env = dir, append(os.Environ(), env...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return nil
}

var printedURL = regexp.MustCompile(`http://[0-9.]+:[0-9]+/\S*`)

// Start runs a program that prints its URL when it listens, and gives the URL without a
// slash at its end. stop ends the program with a signal.
func Start(command *exec.Cmd, signal os.Signal) (url string, stop func(), err error) {
	out, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = command.Process.Signal(signal)
		_ = command.Wait()
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := printedURL.FindString(lines.Text()); found != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }() // or the program would block when it prints more
			return strings.TrimRight(found, "/"), stop, nil
		}
	}
	stop()
	return "", nil, errors.New(command.Path + " ended without printing its URL")
}
