// Command importer brings a register of findings, a CSV file, to an audit server. It may be
// run again and again: rows that the server has already are left as they are.
//
//	IMPORT_PASSWORD=... go run ./examples/importer -url https://parse.example/parse -app-id ID -user lena findings.csv
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
	url := flag.String("url", "", "the server's URL with its mount path")
	appID := flag.String("app-id", "", "the application id")
	user := flag.String("user", "", "who imports: an auditor or a coordinator")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("importer: want one file, and -url, -app-id and -user")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *url, *appID, *user, flag.Arg(0)); err != nil {
		log.Fatal("importer: ", err)
	}
}

func run(ctx context.Context, url, appID, user, file string) error {
	options := []parse.Option{
		parse.WithApplicationID(appID),
		parse.WithSessionSource(parse.PasswordLogin(user, os.Getenv("IMPORT_PASSWORD"))),
	}
	if key := os.Getenv("PARSE_REST_KEY"); key != "" {
		options = append(options, parse.WithRESTKey(key))
	}
	client, err := isoaudit.NewClient(url, options...)
	if err != nil {
		return err
	}
	register, err := os.Open(file)
	if err != nil {
		return err
	}
	return errors.Join(bring(ctx, client, register, os.Stdout), register.Close())
}
