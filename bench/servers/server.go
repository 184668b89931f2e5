package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// server is one of the servers that are compared.
type server struct {
	name                      string
	url, address, mount       string
	appID, restKey, masterKey string

	pids func() ([]int, error) // its processes, without their children
	stop func()

	headers string   // of every measured request
	plans   []string // objectIds
	asked   int      // how many of the plans are asked for; 0: all
	created int64    // findings so far, for their references
}

func newServer(name, serverURL, appID, restKey, masterKey string) (*server, error) {
	parsed, err := url.Parse(serverURL)
	if err != nil {
		return nil, err
	}
	return &server{name: name, url: serverURL, address: parsed.Host, mount: parsed.Path,
		appID: appID, restKey: restKey, masterKey: masterKey}, nil
}

func (s *server) memory() (int64, error) {
	pids, err := s.pids()
	if err != nil {
		return 0, err
	}
	return memoryOf(pids)
}

// parseServer is the one that conformance/run.sh has started.
func parseServer() (*server, error) {
	env := func(name string) string { return os.Getenv("ISOAUDIT_PARSE_" + name) }
	stack := os.Getenv("ISOAUDIT_STACK")
	if env("URL") == "" || stack == "" {
		return nil, errors.New("no Parse Server to compare with: run this through conformance/run.sh")
	}
	s, err := newServer("Parse Server, PostgreSQL", env("URL"), env("APP_ID"), env("REST_KEY"), env("MASTER_KEY"))
	if err != nil {
		return nil, err
	}
	s.pids = func() ([]int, error) {
		files, err := filepath.Glob(filepath.Join(stack, "node*.pid"))
		if err != nil {
			return nil, err
		}
		var pids []int
		for _, file := range append(files, filepath.Join(stack, "pg", "postmaster.pid")) {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
			pid, err := strconv.Atoi(first)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			pids = append(pids, pid)
		}
		return pids, nil
	}
	return s, nil
}

// startAuditserver runs the program on a database file of its own, with what
// it does by default: every acknowledged write is synced.
func startAuditserver(ctx context.Context, program string) (*server, error) {
	folder, err := os.MkdirTemp("", "isoaudit-bench-")
	if err != nil {
		return nil, err
	}
	if program == "" {
		program = filepath.Join(folder, "auditserver")
		build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/auditserver")
		build.Dir = ".."
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building auditserver: %w\n%s", err, out)
		}
	}
	appID, restKey, masterKey := "bench", rand.Text(), rand.Text()
	command := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0", "-db", filepath.Join(folder, "bench.db"),
		"-app-id", appID, "-rest-key", restKey, "-master-key", masterKey)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		_ = os.RemoveAll(folder)
	}
	serverURL, err := printedURL(bufio.NewScanner(out))
	if err != nil {
		stop()
		return nil, err
	}
	s, err := newServer("auditserver", serverURL, appID, restKey, masterKey)
	if err != nil {
		stop()
		return nil, err
	}
	s.pids = func() ([]int, error) { return []int{command.Process.Pid}, nil }
	s.stop = stop
	return s, nil
}

var serverURL = regexp.MustCompile(`http://[0-9.]+:[0-9]+/\S*`)

// printedURL reads the URL that auditserver prints when it listens.
func printedURL(lines *bufio.Scanner) (string, error) {
	for lines.Scan() {
		if found := serverURL.FindString(lines.Text()); found != "" {
			go func() {
				for lines.Scan() { // or the program would block when it prints more
				}
			}()
			return found, nil
		}
	}
	return "", errors.New("auditserver ended without printing its URL")
}
