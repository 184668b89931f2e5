// Command dashboard is a web application for quality audits: the audit queue,
// findings with evidence, the board of corrective actions, the document register,
// key figures, and the history of each record. Pages follow the changes of others
// as they are made.
//
//	go run ./examples/dashboard
//
// serves it on an embedded backend with a year of sample data, which lives in
// memory and ends with the program.
//
//	go run ./examples/dashboard -url https://parse.example/parse -app-id ID
//
// serves it on any Parse Server that has the schema and the rules (docs/deploy.md);
// the REST key, where the server has one, comes from PARSE_REST_KEY. To keep
// evidence, the class AuditFinding there needs a column evidence of type File.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "127.0.0.1:8080", "the address to serve pages on")
	url := flag.String("url", "", "a Parse Server's URL with its mount path; default: an embedded server with sample data")
	appID := flag.String("app-id", "", "the application id there")
	secure := flag.Bool("secure", false, "browsers reach the pages over HTTPS, by a proxy in front: they send the cookie over nothing else")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("dashboard: unexpected argument %q: everything is given by flags", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	backend, err := open(ctx, *url, *appID)
	if err == nil {
		err = errors.Join(run(ctx, *listen, *secure, backend), backend.close())
	}
	if err != nil {
		log.Fatal("dashboard: ", err)
	}
}

// run serves the pages until ctx ends.
func run(ctx context.Context, listen string, secure bool, backend *backend) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("open http://%s\n", listener.Addr())
	return serve(ctx, listener, newApp(ctx, backend, secure, slog.Default()))
}

// shutdown is how long requests may last once the program is to end.
const shutdown = 10 * time.Second

// serve ends when ctx does: live streams at once, as the application has the same
// context, and other requests when they are answered.
func serve(ctx context.Context, listener net.Listener, a *app) error {
	server := &http.Server{
		Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout: time.Minute, WriteTimeout: time.Minute, // a live stream moves its own
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	return server.Shutdown(grace)
}
