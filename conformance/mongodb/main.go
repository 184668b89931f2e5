// Command mongodb stands in for MongoDB in the conformance stack: FerretDB speaks
// its protocol, with SQLite below. It serves on 127.0.0.1 until it is interrupted, and
// makes the file READY when it listens:
//
//	mongodb PORT FOLDER READY
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("mongodb PORT FOLDER READY")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// What is written lives as long as a run, so nothing waits for the disk.
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:" + os.Args[1]},
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[2] + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[3], nil, 0o600); err != nil {
		log.Fatal(err)
	}
	if err := db.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
