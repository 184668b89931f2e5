// Command hostile measures what an honest client of auditserver notices of a hostile
// one: for each kind of attack the times of its gets, creates and live events without
// and with the attack, and the most memory that the server took.
//
//	go run -C bench ./hostile
//	go run -C bench ./hostile -auditserver OLD -attack bodies
//
// The attacks are what anybody can do who knows the application id, or has signed up.
// They share the machine with the server. The command fails if an attack makes the
// honest client's 99th percentile more than ten times as long as it was without or
// longer than 250 ms, if its requests fail, if the server takes more than 1 GiB, or if
// it has more descriptors or goroutines after the attack than without one.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go/bench/internal/program"
)

func main() {
	log.SetFlags(0)
	turn := flag.Duration("turn", 5*time.Second, "how long each attack lasts")
	given := flag.String("auditserver", "", "the auditserver program; default: built from the folder above")
	only := flag.String("attack", "", "only the attacks whose names begin so")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *given, *only, *turn); err != nil {
		log.Fatal("hostile: ", err)
	}
}

func run(ctx context.Context, given, only string, turn time.Duration) error {
	auditserver, err := program.Auditserver(ctx, given)
	if err != nil {
		return err
	}
	fmt.Printf("%-14s %18s %18s %18s %7s %9s %14s\n", "attack", "get p50 / p99", "create p50 / p99", "live p50 / p99", "failed", "memory", "held after")
	quiet, err := measure(ctx, auditserver, attack{name: "none"}, turn)
	if err != nil {
		return err
	}
	var hurt []string
	for _, a := range attacks {
		if !strings.HasPrefix(a.name, only) {
			continue
		}
		m, err := measure(ctx, auditserver, a, turn)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		for _, what := range m.beyond(quiet) {
			hurt = append(hurt, "\n  "+a.name+": "+what)
		}
	}
	if len(hurt) > 0 {
		return fmt.Errorf("the honest client was hurt:%s", strings.Join(hurt, ""))
	}
	return nil
}

// The bounds of what an attack may do to an honest client.
const (
	mostTimes  = 10 // as long as without an attack
	mostWait   = 250 * time.Millisecond
	mostMemory = 1 << 30
)

// measurement is what was seen during one attack.
type measurement struct {
	result
	peak  int64
	after held // when the attack and the honest client have ended
}

// beyond names the bounds that an attack has broken.
func (m measurement) beyond(quiet measurement) (broken []string) {
	for _, each := range []struct {
		what        string
		now, before times
	}{
		{"get", m.gets, quiet.gets}, {"create", m.creates, quiet.creates}, {"live", m.events, quiet.events},
	} {
		if p99 := each.now.at(0.99); p99 > mostWait || p99 > mostTimes*each.before.at(0.99) {
			broken = append(broken, fmt.Sprintf("%s %v, without the attack %v", each.what, each.now, each.before))
		}
	}
	if m.failed > 0 {
		broken = append(broken, fmt.Sprintf("%d requests failed, the last with: %s", m.failed, m.lastFailure))
	}
	if !m.after.within(quiet.after) {
		broken = append(broken, fmt.Sprintf("%v are left, without the attack %v", m.after, quiet.after))
	}
	if m.peak > mostMemory {
		broken = append(broken, fmt.Sprintf("%d MiB of memory", m.peak>>20))
	}
	return broken
}

// measure gives each attack a server of its own.
func measure(ctx context.Context, auditserver string, a attack, turn time.Duration) (measurement, error) {
	s, err := start(ctx, auditserver)
	if err != nil {
		return measurement{}, err
	}
	defer s.stop()
	h, err := newHonest(ctx, s)
	if err != nil {
		return measurement{}, err
	}
	defer h.live.CloseNow()
	if a.prepare != nil {
		if err := a.prepare(ctx, s); err != nil {
			return measurement{}, err
		}
	}
	hostile, end := context.WithCancel(ctx)
	var attackers sync.WaitGroup
	for n := range a.clients {
		attackers.Go(func() {
			for hostile.Err() == nil {
				a.do(hostile, s, n)
			}
		})
	}
	if a.clients > 0 {
		wait(ctx, time.Second) // until it is under way
	}
	m := measurement{result: h.work(ctx, turn), peak: s.peak()}
	end()
	attackers.Wait()
	if m.after, err = s.settled(ctx, h.http); err != nil {
		return measurement{}, err
	}
	fmt.Printf("%-14s %18s %18s %18s %7d %5d MiB %9d / %d\n", a.name, m.gets, m.creates, m.events, m.failed, m.peak>>20, m.after.descriptors, m.after.goroutines)
	return m, ctx.Err()
}
