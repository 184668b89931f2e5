package auditserver

import (
	"context"
	"sync"
)

// running serialises requests with the same id.
type running struct {
	mu  sync.Mutex
	ids map[string]chan struct{}
}

func (r *running) enter(ctx context.Context, id string) (leave func(), err error) {
	for {
		r.mu.Lock()
		if r.ids == nil {
			r.ids = map[string]chan struct{}{}
		}
		busy, taken := r.ids[id]
		if !taken {
			done := make(chan struct{})
			r.ids[id] = done
			r.mu.Unlock()
			return func() {
				r.mu.Lock()
				delete(r.ids, id)
				r.mu.Unlock()
				close(done)
			}, nil
		}
		r.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
