package auditserver

import (
	"context"
	"errors"
	"time"
)

const (
	sweepInterval = time.Hour
	// More than requestTimeout: nobody writes to an upload that is older.
	abandonedUpload = time.Hour
)

// sweepRegularly removes what nobody needs any more, until the server closes.
func (s *Server) sweepRegularly() {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		if err := s.sweep(s.alive, time.Now()); err != nil && s.alive.Err() == nil {
			s.cfg.Logger.Warn("sweeping failed", "error", err)
		}
		select {
		case <-tick.C:
		case <-s.alive.Done():
			return
		}
	}
}

// sweep removes sessions that have ended, request ids and tokens that have
// expired, and what unfinished uploads have left.
func (s *Server) sweep(ctx context.Context, now time.Time) error {
	_, err := s.sessions.Sweep(ctx, now)
	_, err2 := s.store.Sweep(ctx)
	return errors.Join(err, err2, s.files.Sweep(now.Add(-abandonedUpload)))
}
