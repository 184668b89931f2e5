// Command plain is an auditserver as a program embeds it: without playground and GraphQL.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os/signal"
	"syscall"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := serve(ctx); err != nil {
		log.Fatal(err)
	}
}

func serve(ctx context.Context) error {
	server, err := auditserver.Open(ctx, auditserver.Config{AppID: "bench", MasterKey: "bench-master-key-of-its-own"})
	if err != nil {
		return err
	}
	defer server.Close(context.WithoutCancel(ctx))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s%s\n", ln.Addr(), server.MountPath())
	return server.Serve(ctx, ln)
}
