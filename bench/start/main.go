// Command start measures how large the programs of auditserver are, and how soon they
// answer: one without playground and GraphQL, the one of this repository, which has
// both, and those that are named.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/isoaudit/isoaudit-go/bench/internal/program"
)

const rounds = 20

func main() {
	if err := measure(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func measure(ctx context.Context, others []string) error {
	folder, err := os.MkdirTemp("", "isoaudit-start-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	own, plain := filepath.Join(folder, "auditserver"), filepath.Join(folder, "plain")
	if err := program.Build(ctx, "..", "./cmd/auditserver", own); err != nil {
		return err
	}
	if err := program.Build(ctx, ".", "./start/plain", plain); err != nil {
		return err
	}
	runs := []*run{
		{name: "without playground and GraphQL", path: plain}, {name: "auditserver", path: own},
		{name: "auditserver -graphql", path: own, flags: []string{"-graphql"}}, {name: "auditserver -sample", path: own, flags: []string{"-sample"}},
	}
	for _, path := range others {
		runs = append(runs, &run{name: path, path: path})
	}
	for range rounds { // they take turns, so that all of them have the same machine
		for _, r := range runs {
			if err := r.start(ctx); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	for _, r := range runs {
		if err := r.print(); err != nil {
			return err
		}
	}
	return nil
}

// run is a program with its flags, and how long it took until it answered.
type run struct {
	name, path string
	flags      []string
	took       []time.Duration
}

// start starts the program and waits until it has answered GET /health.
func (r *run) start(ctx context.Context) error {
	began := time.Now()
	url, stop, err := program.Start(exec.CommandContext(ctx, r.path, append(r.flags, "-addr", "127.0.0.1:0")...), syscall.SIGKILL)
	if err != nil {
		return err
	}
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET /health: %s", res.Status)
	}
	r.took = append(r.took, time.Since(began))
	return nil
}

func (r *run) print() error {
	info, err := os.Stat(r.path)
	if err != nil {
		return err
	}
	slices.Sort(r.took)
	fmt.Printf("%-32s %5.1f MB   answers after %v (%v to %v)\n", r.name, float64(info.Size())/1e6,
		r.took[rounds/2].Round(time.Millisecond), r.took[0].Round(time.Millisecond), r.took[rounds-1].Round(time.Millisecond))
	return nil
}
