package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
)

// The limits of the machine: what a server could do that had nothing to do.

// serveAnswers is a bare handler: it answers with what was put at a path, in a process
// of its own as the other servers are.
func serveAnswers() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var answers sync.Map
	fmt.Printf("http://%s/\n", listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // it measures, and lives no longer than that
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			answers.Store(r.URL.Path, body)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		answer, _ := answers.Load(r.URL.Path)
		body, _ := answer.([]byte)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(body)
	}))
}

// limitAPI asks the bare handler; the bodies are those of a Parse client.
type limitAPI struct{ parseAPI }

func (limitAPI) get(string) string       { return "/get" }
func (limitAPI) newest() string          { return "/newest" }
func (limitAPI) page() string            { return "/page" }
func (limitAPI) site(string) string      { return "/site" }
func (limitAPI) reference(string) string { return "/reference" }
func (limitAPI) findings() string        { return "/findings" }
func (a limitAPI) batch(of []string) (path, body string) {
	return "/batch", a.requests("CheckFinding", of)
}

// startLimit starts the bare handler, which answers as the given server did.
func startLimit(ctx context.Context, like *server) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s, err := startProgram("bare handler", exec.CommandContext(ctx, self, "-answers"))
	if err != nil {
		return nil, err
	}
	s.headers, s.plans, s.api = like.headers, like.plans, limitAPI{parseAPI{like.mount}}
	dice := rand.New(rand.NewPCG(1, 1))
	for _, job := range jobs() {
		if job.beside != nil {
			continue
		}
		answer, err := like.once(ctx, job, dice)
		if err != nil {
			s.stop()
			return nil, err
		}
		path := bytes.Fields(job.request(nil, s, dice))[1]
		if err := s.call(ctx, "PUT", string(path), string(answer), nil); err != nil {
			s.stop()
			return nil, err
		}
	}
	return s, nil
}
