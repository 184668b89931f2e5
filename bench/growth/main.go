// Command growth measures how the work of auditserver grows with what it has to do
// with: rows, events of the audit trail, roles, entries of an ACL, includes,
// subscriptions and live queries.
//
//	go run -C bench ./growth                            # all kinds, some minutes
//	go run -C bench ./growth -kind roles                # one of them
//	go run -C bench ./growth -rows 1000,100000,1000000  # with other numbers of rows
//
// Each kind of work is asked of a server in this process, on a database file, with
// growing numbers of one thing. What is printed beside each median is how often that
// with the smallest number goes into it, and how often the size of the result
// does: where the first grows faster than the second, the work does more than it
// answers.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	turn := flag.Duration("turn", time.Second, "how long each measurement lasts")
	rows := flag.String("rows", "1000,30000,300000", "numbers of rows and events")
	only := flag.String("kind", "", "only the kinds whose names begin so")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *turn, *rows, *only); err != nil {
		log.Fatal("growth: ", err)
	}
}

// kind is one thing of which there can be more and more.
type kind struct {
	name  string
	sizes []int
	fill  func(ctx context.Context, s *server, size int) ([]work, error)
}

// work is what is done again and again where there are so many of a thing. do gives
// the size of its result.
type work struct {
	name string
	do   func(ctx context.Context, n int) (result int, err error)
}

// measured is the time of a work, median and longest, and the size of its result.
type measured struct {
	each, longest time.Duration
	result        int
}

func run(ctx context.Context, turn time.Duration, rows, only string) error {
	numbers, err := numbersOf(rows)
	if err != nil {
		return err
	}
	for _, k := range []kind{
		{"rows", numbers, fillRows},
		{"events of the trail", numbers, fillEvents},
		{"roles of a user", []int{1, 10, 100, 1000}, fillRoles},
		{"ACL entries of an object", []int{1, 10, 100, 1000}, fillACLs},
		{"levels of include", []int{0, 1, 2, 3, 4}, fillIncludes},
		{"subscriptions", []int{1, 10, 100, 1000, 10_000}, fillSubscriptions},
		{"distinct live queries", []int{1, 10, 100, 1000}, fillQueries},
	} {
		if !strings.HasPrefix(k.name, only) {
			continue
		}
		if err := k.measure(ctx, turn); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return nil
}

func numbersOf(list string) (numbers []int, err error) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-rows %s: want whole numbers from 1 with commas between them", list)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// measure prints the table of a kind: a line for each size.
func (k kind) measure(ctx context.Context, turn time.Duration) error {
	first := map[string]measured{}
	fmt.Println()
	for _, size := range k.sizes {
		s, err := open(ctx)
		if err != nil {
			return err
		}
		works, err := k.fill(ctx, s, size)
		if err != nil {
			s.close()
			return fmt.Errorf("%d: %w", size, err)
		}
		for _, w := range works {
			m, err := w.measure(ctx, turn)
			if err != nil {
				s.close()
				return fmt.Errorf("%d: %s: %w", size, w.name, err)
			}
			if _, known := first[w.name]; !known {
				first[w.name] = m
			}
			least := first[w.name]
			fmt.Printf("%-26s %9d  %-32s %12v %8.2fx %10.2fx of the result, at most %v\n", k.name, size, w.name, m.each.Round(time.Microsecond/10),
				float64(m.each)/float64(least.each), float64(m.result)/float64(max(1, least.result)), m.longest.Round(time.Millisecond/10))
		}
		fmt.Printf("%-26s %9d  %-32s %9d MiB\n", k.name, size, "memory of the process", memory()>>20)
		s.close()
	}
	return nil
}

// measure repeats the work for a turn, after a tenth of it that does not count. One time
// in some thousands a write moves the whole log into the file, which takes as long as
// hundreds of them: a mean would tell whether that happened.
func (w work) measure(ctx context.Context, turn time.Duration) (m measured, err error) {
	n := 0
	for _, part := range []time.Duration{turn / 10, turn} {
		var times []time.Duration
		for began := time.Now(); len(times) == 0 || time.Since(began) < part; n++ {
			from := time.Now()
			if m.result, err = w.do(ctx, n); err != nil {
				return m, err
			}
			times = append(times, time.Since(from))
		}
		slices.Sort(times)
		m.each, m.longest = times[len(times)/2], times[len(times)-1]
	}
	return m, nil
}
