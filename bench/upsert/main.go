// Command upsert measures Collection.Upsert beside a load that is written by hand:
// the same rows, looked up and sent in the same batches, to the same Parse Server.
//
//	conformance/run.sh go run -C bench ./upsert
//
// Both look for the keys of 100 rows in one query and create 50 rows in one batch, four
// requests at a time. They take turns, each time with other keys, so that every row is new.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

const (
	className = "BenchImport"
	inBatch   = 50
	inQuery   = 100
	atOnce    = 4
)

// finding is a row.
type finding struct {
	parse.Object
	Ref       string    `json:"ref"`
	Severity  string    `json:"severity"`
	Statement string    `json:"statement"`
	Due       time.Time `json:"due"`
}

func main() {
	log.SetFlags(0)
	rows := flag.Int("rows", 10_000, "rows of one load")
	rounds := flag.Int("rounds", 3, "loads of each kind")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rows, *rounds); err != nil {
		log.Fatal("upsert: ", err)
	}
}

func run(ctx context.Context, rows, rounds int) error {
	env := func(name string) string { return os.Getenv("ISOAUDIT_PARSE_" + name) }
	if env("URL") == "" {
		return errors.New("no Parse Server: run this through conformance/run.sh")
	}
	client, err := parse.NewAdmin(env("URL"), env("MASTER_KEY"), parse.WithApplicationID(env("APP_ID")), parse.WithBatchLimits(inBatch, atOnce))
	if err != nil {
		return err
	}
	hand := byHand{url: env("URL"), headers: map[string]string{
		"X-Parse-Application-Id": env("APP_ID"), "X-Parse-Master-Key": env("MASTER_KEY"),
	}}
	schema := `{"className":"` + className + `","fields":{"ref":{"type":"String"},"severity":{"type":"String"},"statement":{"type":"String"},"due":{"type":"Date"}},"indexes":{"ref":{"ref":1}}}`
	if err := hand.send(ctx, http.MethodPost, "/schemas/"+className, schema, nil); err != nil {
		return err
	}
	findings := parse.NewCollection[finding](client, className)
	ref := parse.NewTextField[finding, string]("ref")
	var ours, theirs costs
	for round := range rounds + 1 {
		meter := begin()
		for done, err := range findings.Upsert(ctx, made(rows, fmt.Sprintf("U%d", round)), ref) {
			if err := errors.Join(err, done.Err); err != nil {
				return err
			}
		}
		upserted := meter.end()
		meter = begin()
		if err := hand.load(ctx, made(rows, fmt.Sprintf("H%d", round))); err != nil {
			return err
		}
		if round > 0 { // the first one warmed the server up
			ours = append(ours, upserted)
			theirs = append(theirs, meter.end())
		}
	}
	fmt.Printf("%d rows, median of %d rounds: Upsert %v, by hand %v: %.0f %% of its speed\n", rows, rounds, ours, theirs, 100*float64(theirs.median().time)/float64(ours.median().time))
	return nil
}

// made makes rows with keys of their own.
func made(n int, prefix string) []*finding {
	rows := make([]*finding, n)
	for i := range rows {
		rows[i] = &finding{Ref: fmt.Sprintf("%s-%06d", prefix, i), Severity: "minor",
			Statement: fmt.Sprintf("The torque of the casing bolts of pump %d is not recorded.", i), Due: time.Date(2026, 3, 1+i%28, 8, 0, 0, 0, time.UTC)}
	}
	return rows
}
