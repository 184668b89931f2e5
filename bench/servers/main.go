// Command servers measures auditserver side by side with a real Parse Server
// on PostgreSQL: the same data, the same requests, on the same machine, in one
// run. It starts auditserver itself, as a process of its own on a database
// file with its durable default, and finds the Parse Server where
// conformance/run.sh says it is:
//
//	NODE_ENV=production conformance/run.sh go run -C bench ./servers
//
// With -rows it measures auditserver alone, with growing tables:
//
//	go run -C bench ./servers -rows 1000,100000,1000000
//
// Both servers check the same things for every request: a session, class-level
// permissions, and the ACL of every object through a role. The servers take
// turns, round by round, so that whatever else the machine does meets both.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	clients := flag.Int("clients", 32, "connections that send requests at the same time")
	rounds := flag.Int("rounds", 5, "times each server gets its turn for each job")
	turn := flag.Duration("turn", 2*time.Second, "how long a turn lasts")
	plans := flag.Int("plans", 10_000, "plans in the table")
	rows := flag.String("rows", "", "measure auditserver alone with these numbers of plans, as in 1000,100000")
	server := flag.String("auditserver", "", "the auditserver program; default: built from the folder above")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	load := load{clients: *clients, rounds: *rounds, turn: *turn}
	var err error
	if *rows != "" {
		err = growth(ctx, load, *server, strings.Split(*rows, ","))
	} else {
		err = compare(ctx, load, *server, *plans)
	}
	if err != nil {
		log.Fatal("servers: ", err)
	}
}

// compare measures both servers with the same jobs and prints their ratio.
func compare(ctx context.Context, load load, program string, plans int) error {
	parse, err := parseServer()
	if err != nil {
		return err
	}
	audit, err := startAuditserver(ctx, program)
	if err != nil {
		return err
	}
	defer audit.stop()

	servers := []*server{audit, parse}
	for _, s := range servers {
		if err := s.seed(ctx, plans); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	fmt.Printf("%d plans, %d connections, %d rounds of %v; requests a second: median (slowest to fastest round)\n\n",
		plans, load.clients, load.rounds, load.turn)
	fmt.Printf("%-34s %28s %28s %9s\n", "", audit.name, parse.name, "ratio")
	for _, job := range jobs() {
		speeds, err := load.measure(ctx, job, servers)
		if err != nil {
			return err
		}
		fmt.Printf("%-34s %28s %28s %8.1fx\n", job.name, speeds[0], speeds[1], speeds[0].median()/speeds[1].median())
	}
	fmt.Println()
	for _, s := range servers {
		memory, err := s.memory()
		if err != nil {
			return err
		}
		fmt.Printf("memory after it, %-18s %4d MiB\n", s.name, memory>>20)
	}
	return nil
}

// growth measures auditserver with more and more rows.
func growth(ctx context.Context, load load, program string, sizes []string) error {
	fmt.Printf("auditserver, %d connections, %d rounds of %v; requests a second: median (slowest to fastest round)\n\n",
		load.clients, load.rounds, load.turn)
	first := map[string]float64{}
	for _, size := range sizes {
		plans, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return fmt.Errorf("-rows: %w", err)
		}
		if err := growthStep(ctx, load, program, plans, first); err != nil {
			return err
		}
	}
	return nil
}

func growthStep(ctx context.Context, load load, program string, plans int, first map[string]float64) error {
	audit, err := startAuditserver(ctx, program)
	if err != nil {
		return err
	}
	defer audit.stop()
	start := time.Now()
	if err := audit.seed(ctx, plans); err != nil {
		return err
	}
	fmt.Printf("%d rows (written in %v)\n", plans, time.Since(start).Round(time.Second/10))
	// The same number of plans is asked for in every table, so that what grows
	// is the table and not what the machine must keep in memory.
	audit.asked = min(plans, 1000)
	for _, job := range reads() {
		if err := growthOf(ctx, load, audit, job, first); err != nil {
			return err
		}
	}
	audit.asked = 0
	get := reads()[0]
	get.name = "get, any of all rows"
	if err := growthOf(ctx, load, audit, get, first); err != nil {
		return err
	}
	memory, err := audit.memory()
	if err != nil {
		return err
	}
	fmt.Printf("  memory after it %d MiB\n\n", memory>>20)
	return nil
}

func growthOf(ctx context.Context, load load, audit *server, job job, first map[string]float64) error {
	speeds, err := load.measure(ctx, job, []*server{audit})
	if err != nil {
		return err
	}
	if first[job.name] == 0 {
		first[job.name] = speeds[0].median()
	}
	fmt.Printf("  %-34s %28s   %.2f times slower than with the fewest rows\n", job.name, speeds[0], first[job.name]/speeds[0].median())
	return nil
}
