// Command backup copies everything of an application on a Parse Server into a folder, and
// puts it into another application. Each may be run again where it ended early.
//
//	go run ./examples/backup -url https://audits.example/parse -app-id ID folder
//	go run ./examples/backup -url http://127.0.0.1:1337/parse -app-id ID -restore folder
//
// The keys come from PARSE_MASTER_KEY and, to keep times, PARSE_MAINTENANCE_KEY. The
// command isoaudit dump does the same with more options.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
)

// backup is the whole of it.
func backup(ctx context.Context, from *parse.Admin, folder string) error {
	_, err := dump.Write(ctx, from, folder, dump.Options{})
	return err
}

func restore(ctx context.Context, to *parse.Admin, folder string) error {
	_, err := dump.Restore(ctx, to, folder, dump.Options{})
	return err
}

func main() {
	log.SetFlags(0)
	url := flag.String("url", "", "the server's URL with its mount path")
	appID := flag.String("app-id", "", "the application id")
	back := flag.Bool("restore", false, "from the folder into an application without rows")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("backup: want one folder, -url and -app-id")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	options := []parse.Option{parse.WithApplicationID(*appID)}
	if key := os.Getenv("PARSE_MAINTENANCE_KEY"); key != "" {
		options = append(options, parse.WithMaintenanceKey(key))
	}
	admin, err := parse.NewAdmin(*url, os.Getenv("PARSE_MASTER_KEY"), options...)
	if err == nil && *back {
		err = restore(ctx, admin, flag.Arg(0))
	} else if err == nil {
		err = backup(ctx, admin, flag.Arg(0))
	}
	if err != nil {
		log.Fatal("backup: ", err)
	}
}
