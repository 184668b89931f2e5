// Command quickstart is the main job of isoaudit from beginning to end: plan an
// audit, record findings with evidence, raise a corrective action, close it,
// issue a document revision, review the audit, and print what a quality manager
// wants to see.
//
//	go run ./examples/quickstart
//
// does it on an embedded server that lives in memory and ends with the program.
//
//	go run ./examples/quickstart -url https://parse.example/parse -app-id ID
//
// does it on any Parse Server; the keys come from PARSE_REST_KEY and
// PARSE_MASTER_KEY, or from a file named by -keys with lines of that form. A
// server without client keys needs no PARSE_REST_KEY.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"
	"time"
)

func main() {
	log.SetFlags(0)
	url := flag.String("url", "", "a Parse Server's URL with its mount path; default: an embedded server")
	appID := flag.String("app-id", "", "the application id there")
	keys := flag.String("keys", "", "a file with PARSE_REST_KEY=... and PARSE_MASTER_KEY=... lines; default: the environment")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("quickstart: unexpected argument %q: everything is given by flags", flag.Arg(0))
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	backend, err := open(ctx, *url, *appID, *keys)
	if err == nil {
		err = errors.Join(run(ctx, backend, os.Stdout, time.Now()), backend.close())
	}
	if err != nil {
		log.Fatal("quickstart: ", err)
	}
}
