package auditserver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// How long a client may take; a slower one is cut off.
const (
	headerTimeout   = 10 * time.Second
	requestTimeout  = 5 * time.Minute // a large upload over a slow line
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 5 * time.Second // well within the 10 s that containers are given
)

// Serve answers requests from ln until ctx ends, then lets running requests
// finish for 5 seconds, cuts off the clients that are slower, and returns nil: a
// write that was answered is stored; for a write that was not answered, the
// client cannot know. It bounds headers (Limits.HeaderSize), connections
// (Limits.Connections) and slow clients. It does not close the server.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{Handler: s, MaxHeaderBytes: s.cfg.Limits.HeaderSize, ReadHeaderTimeout: headerTimeout,
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout, IdleTimeout: idleTimeout, ConnState: newConnections(s.cfg.Limits.Connections).changed,
		// A client can cause a line for each connection: they go where the operator looks.
		ErrorLog:    slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn),
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
		s.cfg.Logger.WarnContext(ctx, "shutting down with requests unanswered: their clients are cut off", "after", shutdownTimeout)
		err = server.Close()
	}
	<-failed
	return err
}
