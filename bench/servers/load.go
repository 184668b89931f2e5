package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load says how requests are sent: clients connections, each with one request
// at a time, for a turn, in rounds.
type load struct {
	clients, rounds int
	turn            time.Duration
	only            string // how the names of the jobs begin
}

// speed is the requests a second of each round.
type speed []float64

// spent is the requests of all rounds and how long the server used the processors for
// them. It says more than the speed where other programs run beside.
type spent struct {
	requests  int
	processor time.Duration
}

func (s spent) String() string {
	if s.processor == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.1f", s.each())
}

// each is the microseconds of one request.
func (s spent) each() float64 { return float64(s.processor.Microseconds()) / float64(s.requests) }

func (s speed) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

func (s speed) String() string {
	return fmt.Sprintf("%.0f (%.0f to %.0f)", s.median(), slices.Min(s), slices.Max(s))
}

// measure lets the servers take turns at a job. A first turn that counts for
// nothing warms each server up.
func (l load) measure(ctx context.Context, job job, servers []*server) ([]speed, []spent, error) {
	speeds, costs := make([]speed, len(servers)), make([]spent, len(servers))
	for round := range l.rounds + 1 {
		for i, s := range servers {
			before := s.processor()
			requests, took, err := l.turnOf(ctx, job, s)
			if err != nil {
				return nil, nil, fmt.Errorf("%s, %s: %w", s.name, job.name, err)
			}
			if round > 0 {
				speeds[i] = append(speeds[i], float64(requests)/took.Seconds())
				costs[i].requests += requests
				costs[i].processor += s.processor() - before
			}
		}
	}
	return speeds, costs, nil
}

// turnOf sends the job's requests for a turn, and those of the job beside it,
// and returns how many of the job's were answered as they should be, and how long it took.
// Any other answer ends the measurement.
func (l load) turnOf(ctx context.Context, job job, s *server) (requests int, took time.Duration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	deadline := start.Add(l.turn)
	counts := make([]int, l.clients)
	beside := func(n int) bool { return job.beside != nil && n%2 == 1 }
	var wg sync.WaitGroup
	for n := range l.clients {
		does := job
		if beside(n) {
			does = *job.beside
		}
		wg.Go(func() {
			count, err := s.work(ctx, does, deadline, rand.New(rand.NewPCG(uint64(start.UnixNano()), uint64(n))))
			if err != nil {
				cancel(err)
			}
			counts[n] = count
		})
	}
	wg.Wait()
	took = time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return 0, 0, err
	}
	for n, count := range counts {
		if !beside(n) {
			requests += count
		}
	}
	return requests, took, nil
}

// once sends one request of a job and returns the body of the answer.
func (s *server) once(ctx context.Context, job job, dice *rand.Rand) ([]byte, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write(job.request(nil, s, dice)); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(response.Body)
}

// work sends requests on one connection, one after the other. It speaks HTTP
// by hand: a full client would take much of the processor from a fast server.
func (s *server) work(ctx context.Context, job job, deadline time.Time, dice *rand.Rand) (int, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	reader := bufio.NewReaderSize(conn, 64<<10)
	var request []byte
	for count := 0; ; count++ {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return count, nil
		}
		request = job.request(request[:0], s, dice)
		if _, err := conn.Write(request); err != nil {
			return count, err
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return count, err
		}
		if response.StatusCode/100 != 2 {
			text, _ := io.ReadAll(io.LimitReader(response.Body, 500))
			return count, fmt.Errorf("answered %s: %s", response.Status, text)
		}
		size, err := io.Copy(io.Discard, response.Body)
		if err != nil {
			return count, err
		}
		if size < job.atLeast {
			return count, fmt.Errorf("answered only %d bytes", size)
		}
	}
}
