package auditserver

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// How long a client may take; a slower one is cut off.
const (
	headerTimeout   = 10 * time.Second
	requestTimeout  = 5 * time.Minute // a large upload over a slow line
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
)

// Serve answers requests from ln until ctx ends, then lets running requests
// finish and returns nil. It bounds headers (Limits.HeaderSize) and slow
// clients. It does not close the server.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{Handler: s, MaxHeaderBytes: s.cfg.Limits.HeaderSize, ReadHeaderTimeout: headerTimeout,
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout, IdleTimeout: idleTimeout,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(err, server.Close())
	}
	<-failed
	return err
}
