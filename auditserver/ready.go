package auditserver

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

const (
	readyFor     = 10 * time.Second // a write that worked is not tried again for so long
	unreadyFor   = 2 * time.Second  // one that failed is not
	readyTimeout = 5 * time.Second  // a write that lasts longer has failed
)

// readiness knows whether writes really work. One write is tried at a time, and
// seldom, so that nobody can use it to keep the disk busy.
type readiness struct {
	mu      sync.Mutex
	tried   time.Time     // when the last write ended
	err     error         // of it
	running chan struct{} // closed when the write that runs has ended; nil: none runs
}

// check tells whether writes work, as far as was known a moment ago. write is
// called beside the caller, and may last longer than ctx.
func (r *readiness) check(ctx context.Context, write func() error) error {
	r.mu.Lock()
	fresh := readyFor
	if r.err != nil {
		fresh = unreadyFor
	}
	if !r.tried.IsZero() && r.running == nil && time.Since(r.tried) < fresh {
		defer r.mu.Unlock()
		return r.err
	}
	running := r.running
	if running == nil {
		running = make(chan struct{})
		r.running = running
		go func() {
			err := write()
			r.mu.Lock()
			defer r.mu.Unlock()
			r.tried, r.err, r.running = time.Now(), err, nil
			close(running)
		}()
	}
	r.mu.Unlock()
	select {
	case <-running:
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readyBucket holds when a write was last tried.
const readyBucket = "ready"

var errNotReady = &fault.Plain{Status: http.StatusServiceUnavailable, Message: "writes do not work at the moment: the server's log says why", After: unreadyFor}

// ready answers GET /ready, without keys: whether a write works. /health says only
// that the server answers.
func (s *Server) ready(ctx context.Context, _ *request) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	err := s.readiness.check(ctx, func() error {
		err := s.store.Write(s.alive, func(tx *store.Tx) error {
			return tx.PutValue(readyBucket, "", []byte(time.Now().UTC().Format(time.RFC3339)), 0)
		})
		if err != nil && !errors.Is(err, store.ErrClosed) {
			s.cfg.Logger.Error("not ready: a write failed", "error", err)
		}
		return err
	})
	if err != nil {
		return nil, errNotReady
	}
	return &response{body: []byte(`{"status":"ok"}`)}, nil
}
