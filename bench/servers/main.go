// Command servers measures auditserver beside its peers and the limits of the machine:
// the same data, the same requests, on the same machine, in one run.
//
//	NODE_ENV=production conformance/run.sh go run -C bench ./servers
//
// The peers are a real Parse Server on PostgreSQL, where conformance/run.sh says it
// is, and PocketBase (bench/pocketbase). The limits are a bare net/http handler
// that answers the same bytes, and a program that writes the same rows to SQLite. What
// can't be started is left out, and said. With -rows auditserver is measured alone, with
// growing tables; with -before, beside another build of it:
//
//	go run -C bench ./servers -rows 1000,100000,1000000
//	go run -C bench ./servers -before PROGRAM -job get
//
// The servers check the same things for every request: a session, the permissions of
// a class, and of every object whether a role of the user's may read it. They take
// turns, round by round, so that whatever else the machine does meets all.
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

	"github.com/isoaudit/isoaudit-go/bench/internal/program"
)

func main() {
	log.SetFlags(0)
	clients := flag.Int("clients", 32, "connections that send requests at the same time")
	rounds := flag.Int("rounds", 5, "times each server gets its turn for each job")
	turn := flag.Duration("turn", 2*time.Second, "how long a turn lasts")
	plans := flag.Int("plans", 10_000, "plans in the table")
	only := flag.String("job", "", "only the jobs whose names begin so")
	before := flag.String("before", "", "another build of the auditserver program, to compare with")
	rows := flag.String("rows", "", "measure auditserver alone with these numbers of plans, as in 1000,100000")
	given := flag.String("auditserver", "", "the auditserver program; default: built from the folder above")
	pocket := flag.String("pocketbase", "", "the program of bench/pocketbase; default: built")
	answers := flag.Bool("answers", false, "be the bare handler: what the command runs beside its measurements")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	load := load{clients: *clients, rounds: *rounds, turn: *turn, only: *only}
	err := run(ctx, load, *answers, programs{*given, *before, *pocket}, *rows, *plans)
	if err != nil {
		log.Fatal("servers: ", err)
	}
}

// programs are those that the command starts; an empty one is built.
type programs struct{ auditserver, before, pocket string }

func run(ctx context.Context, load load, answers bool, given programs, rows string, plans int) (err error) {
	if answers {
		return serveAnswers()
	}
	given.auditserver, err = program.Auditserver(ctx, given.auditserver)
	switch {
	case err != nil:
		return err
	case rows != "":
		return growth(ctx, load, given.auditserver, strings.Split(rows, ","))
	default:
		return compare(ctx, load, given, plans)
	}
}

// compare measures all servers with the same jobs.
func compare(ctx context.Context, load load, given programs, plans int) error {
	audit, err := startAuditserver(ctx, given.auditserver)
	if err != nil {
		return err
	}
	defer audit.stop()
	servers := []*server{audit}
	for _, peer := range given.peers(ctx) {
		s, err := peer.start()
		if err != nil {
			fmt.Printf("without %s: %v\n", peer.name, err)
			continue
		}
		if s.stop != nil {
			defer s.stop()
		}
		servers = append(servers, s)
	}
	for _, s := range servers {
		if err := s.seed(ctx, plans); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	bare, err := startLimit(ctx, audit)
	if err != nil {
		return err
	}
	defer bare.stop()
	return table{load, append(servers, bare)}.print(ctx)
}

// peer is a server that auditserver is compared with.
type peer struct {
	name  string
	start func() (*server, error)
}

// peers are all of them or, if there is another build of auditserver, that one alone.
func (p programs) peers(ctx context.Context) []peer {
	if p.before != "" {
		return []peer{{"the other build", func() (*server, error) {
			s, err := startAuditserver(ctx, p.before)
			if err == nil {
				s.name = "the other build"
			}
			return s, err
		}}}
	}
	return []peer{
		{"auditserver with the trail", func() (*server, error) { return startTrail(ctx, p.auditserver) }},
		{"Parse Server", parseServer},
		{"PocketBase", func() (*server, error) { return startPocketBase(ctx, p.pocket) }},
	}
}

// growth measures auditserver with more and more rows.
func growth(ctx context.Context, load load, auditserver string, sizes []string) error {
	fmt.Printf("auditserver, %d connections, %d rounds of %v; requests a second: median (slowest to fastest round)\n\n",
		load.clients, load.rounds, load.turn)
	first := map[string]float64{}
	for _, size := range sizes {
		plans, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return fmt.Errorf("-rows: %w", err)
		}
		if err := growthStep(ctx, load, auditserver, plans, first); err != nil {
			return err
		}
	}
	return nil
}

func growthStep(ctx context.Context, load load, auditserver string, plans int, first map[string]float64) error {
	audit, err := startAuditserver(ctx, auditserver)
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
	speeds, _, err := load.measure(ctx, job, []*server{audit})
	if err != nil {
		return err
	}
	if first[job.name] == 0 {
		first[job.name] = speeds[0].median()
	}
	fmt.Printf("  %-34s %28s   %.2f times slower than with the fewest rows\n", job.name, speeds[0], first[job.name]/speeds[0].median())
	return nil
}
