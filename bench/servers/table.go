package main

import (
	"context"
	"fmt"
	"strings"
)

// table prints the servers side by side; the first is the one that the others are
// compared with.
type table struct {
	load    load
	servers []*server
}

func (t table) print(ctx context.Context) error {
	fmt.Printf("%d plans, %d connections, %d rounds of %v; requests a second: median (slowest to fastest round), and how many times that the first server's is;\nbelow, how long the server uses the processors for one, and how many times as long as the first\n\n",
		len(t.servers[0].plans), t.load.clients, t.load.rounds, t.load.turn)
	t.row("", func(s *server) string { return s.name })
	for _, job := range jobs() {
		if !strings.HasPrefix(job.name, t.load.only) {
			continue
		}
		speeds, costs, err := t.load.measure(ctx, job, t.servers)
		if err != nil {
			return err
		}
		t.cells(job.name, func(i int) string {
			if i == 0 {
				return speeds[0].String()
			}
			return fmt.Sprintf("%v %5.2fx", speeds[i], speeds[0].median()/speeds[i].median())
		})
		t.cells("  microseconds of processor", func(i int) string {
			if i == 0 || costs[i].processor == 0 {
				return costs[i].String()
			}
			return fmt.Sprintf("%v %5.2fx", costs[i], costs[i].each()/costs[0].each())
		})
	}
	for _, part := range []struct {
		name  string
		print func(context.Context) error
	}{{liveEvents, t.live}, {syncedRows, t.synced}} {
		if !strings.HasPrefix(part.name, t.load.only) {
			continue
		}
		if err := part.print(ctx); err != nil {
			return err
		}
	}
	t.row("memory afterwards", func(s *server) string {
		memory, err := s.memory()
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("%d MiB", memory>>20)
	})
	return nil
}

func (t table) row(name string, cell func(s *server) string) {
	t.cells(name, func(i int) string { return cell(t.servers[i]) })
}

func (t table) cells(name string, cell func(i int) string) {
	fmt.Printf("%-30s", name)
	for i := range t.servers {
		fmt.Printf(" %30s", cell(i))
	}
	fmt.Println()
}

// What is measured beside the jobs.
const (
	liveEvents = "live events"
	syncedRows = "rows a second into SQLite"
)

// live measures the events of live queries on those that speak Parse's protocol.
func (t table) live(ctx context.Context) error {
	seen := make([]string, len(t.servers))
	var first float64
	for i, s := range t.servers {
		if s.token == "" {
			seen[i] = "not measured"
			continue
		}
		l, err := t.load.live(ctx, s)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", s.name, liveEvents, err)
		}
		if seen[i] = l.String(); i == 0 {
			first = l.perSecond
		} else {
			seen[i] += fmt.Sprintf(" %5.2fx", first/l.perSecond)
		}
	}
	t.cells(fmt.Sprintf("%s, %d subscriptions", liveEvents, liveConnections*liveEach), func(i int) string { return seen[i] })
	return nil
}

// synced prints the limit of creates.
func (t table) synced(ctx context.Context) error {
	var each []string
	for _, group := range []int{1, t.load.clients, batchSize * t.load.clients} {
		rows, err := t.load.syncedRows(ctx, t.servers[0].plans, group)
		if err != nil {
			return err
		}
		each = append(each, fmt.Sprintf("%v with a sync for every %d", rows, group))
	}
	fmt.Printf("%s, by a program that does nothing else: %s\n", syncedRows, strings.Join(each, ", "))
	return nil
}
