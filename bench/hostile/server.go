package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/bench/internal/ask"
	"github.com/isoaudit/isoaudit-go/bench/internal/program"
)

// server is a running auditserver with its own database file.
type server struct {
	url, host string
	pid       int
	stop      func()
}

const appID, masterKey = "bench", "bench-master-key-of-its-own"

// classes with live queries.
const configuration = `{"liveQuery":{"classNames":["Note"]},"allowClientClassCreation":true}`

// start runs the program on an empty database.
func start(ctx context.Context, path string) (*server, error) {
	folder, err := os.MkdirTemp("", "isoaudit-hostile-")
	if err != nil {
		return nil, err
	}
	config := filepath.Join(folder, "config.json")
	if err := os.WriteFile(config, []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, path, "-addr", "127.0.0.1:0", "-db", filepath.Join(folder, "bench.db"),
		"-app-id", appID, "-master-key", masterKey, "-config", config)
	at, end, err := program.Start(command, syscall.SIGKILL) // what it holds for attackers is of no interest
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	_, rest, _ := strings.Cut(at, "://")
	host, _, _ := strings.Cut(rest, "/")
	return &server{url: at, host: host, pid: command.Process.Pid, stop: func() {
		end()
		_ = os.RemoveAll(folder)
	}}, nil
}

// peak is the most memory that the server had at a time.
func (s *server) peak() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return kilobytes << 10
}

// call sends one request and reads the answer into out.
func (s *server) call(ctx context.Context, client *http.Client, header map[string]string, method, path, body string, out any) (int, error) {
	headers := map[string]string{"X-Parse-Application-Id": appID}
	maps.Copy(headers, header)
	status, answer, err := ask.Send(ctx, client, method, s.url+path, headers, body)
	if err != nil || out == nil {
		return status, err
	}
	return status, json.Unmarshal(answer, out)
}

// must is call for what must succeed.
func (s *server) must(ctx context.Context, client *http.Client, header map[string]string, method, path, body string, out any) error {
	status, err := s.call(ctx, client, header, method, path, body, out)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s was answered %d", method, path, status)
	}
	return err
}

// signUp gives the session token of a new user.
func (s *server) signUp(ctx context.Context, name string) (string, error) {
	var made struct {
		Token string `json:"sessionToken"`
	}
	err := s.must(ctx, http.DefaultClient, nil, http.MethodPost, "/users", `{"username":"`+name+`","password":"p"}`, &made)
	return made.Token, err
}
