package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/bench/internal/program"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// server is one of the servers that are compared.
type server struct {
	name                string
	url, address, mount string
	api                 api
	master              map[string]string // headers of the preparation
	appID, restKey      string            // of one that speaks as Parse Server does
	token               string            // of the user's session there

	seed func(ctx context.Context, plans int) error
	pids func() ([]int, error) // its processes, without their children; nil: they are not measured
	stop func()

	headers string   // of every measured request
	plans   []string // their ids
	asked   int      // how many of the plans are asked for; 0: all
	created int64    // findings so far, for their references
}

func newServer(name, serverURL string) (*server, error) {
	parsed, err := url.Parse(serverURL)
	if err != nil {
		return nil, err
	}
	mount := strings.TrimRight(parsed.Path, "/")
	return &server{name: name, url: parsed.Scheme + "://" + parsed.Host + mount, address: parsed.Host, mount: mount}, nil
}

// speaksParse prepares a server for requests as Parse Server takes them.
func (s *server) speaksParse(appID, restKey, masterKey string) *server {
	s.appID, s.restKey, s.api = appID, restKey, parseAPI{s.mount}
	s.master = map[string]string{"X-Parse-Application-Id": appID, "X-Parse-Master-Key": masterKey}
	s.seed = func(ctx context.Context, plans int) error { return seedParse(ctx, s, plans) }
	return s
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
	s, err := newServer("Parse Server", env("URL"))
	if err != nil {
		return nil, err
	}
	s.speaksParse(env("APP_ID"), env("REST_KEY"), env("MASTER_KEY"))
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
func startAuditserver(ctx context.Context, path string) (*server, error) {
	folder, err := os.MkdirTemp("", "isoaudit-bench-")
	if err != nil {
		return nil, err
	}
	config := filepath.Join(folder, "config.json")
	if err := os.WriteFile(config, []byte(`{"liveQuery":{"classNames":["CheckFinding"]}}`), 0o600); err != nil {
		return nil, err
	}
	appID, restKey, masterKey := "bench", rand.Text(), rand.Text()
	command := exec.CommandContext(ctx, path, "-addr", "127.0.0.1:0", "-db", filepath.Join(folder, "bench.db"), "-app-id", appID, "-config", config)
	command.Env = append(os.Environ(), "ISOAUDIT_REST_KEY="+restKey, "ISOAUDIT_MASTER_KEY="+masterKey)
	s, err := startProgram("auditserver", command)
	if err != nil {
		return nil, err
	}
	end := s.stop
	s.stop = func() {
		end()
		_ = os.RemoveAll(folder)
	}
	return s.speaksParse(appID, restKey, masterKey), nil
}

// startTrail runs an auditserver that keeps the audit trail: each write is one more row.
func startTrail(ctx context.Context, path string) (*server, error) {
	s, err := startAuditserver(ctx, path)
	if err != nil {
		return nil, err
	}
	s.name = "with trail"
	seed := s.seed
	s.seed = func(ctx context.Context, plans int) error {
		class, _ := schema.ISO9001().Class(event.Class)
		for _, step := range schema.Diff(schema.Schema{Classes: []schema.Class{class}}, schema.Schema{}).Steps {
			body, err := json.Marshal(step.Delta)
			if err != nil {
				return err
			}
			if err := s.call(ctx, "POST", "/schemas/"+event.Class, string(body), nil); err != nil {
				return err
			}
		}
		return seed(ctx, plans)
	}
	return s, nil
}

// startProgram runs a program that prints its URL when it listens.
func startProgram(name string, command *exec.Cmd) (*server, error) {
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.Stderr = os.Stderr
	address, stop, err := program.Start(command, syscall.SIGTERM)
	if err != nil {
		return nil, err
	}
	s, err := newServer(name, address)
	if err != nil {
		stop()
		return nil, err
	}
	s.pids = func() ([]int, error) { return []int{command.Process.Pid}, nil }
	s.stop = stop
	return s, nil
}
