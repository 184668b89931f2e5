// Command watch shows the open findings and the overdue corrective actions in a
// terminal, live: a change made anywhere is on the screen at once, and nothing is
// lost when the server restarts or the connection breaks.
//
//	WATCH_PASSWORD=... go run ./examples/watch -url https://parse.example/parse -app-id ID -user ada
//
// The REST key, where the server has one, comes from PARSE_REST_KEY.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func main() {
	log.SetFlags(0)
	url := flag.String("url", "http://127.0.0.1:1337/parse", "the server's URL with its mount path")
	appID := flag.String("app-id", "", "the application id")
	user := flag.String("user", "", "who watches; the password comes from WATCH_PASSWORD")
	plain := flag.Bool("plain", false, "print each picture below the last one instead of in its place")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	options := []parse.Option{
		parse.WithApplicationID(*appID),
		parse.WithSessionSource(parse.PasswordLogin(*user, os.Getenv("WATCH_PASSWORD"))),
	}
	if key := os.Getenv("PARSE_REST_KEY"); key != "" {
		options = append(options, parse.WithRESTKey(key))
	}
	client, err := isoaudit.NewClient(*url, options...)
	if err == nil {
		err = watch(ctx, client, screen(os.Stdout, *plain))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		log.Fatal("watch: ", err)
	}
}
