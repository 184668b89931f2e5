// Package metrics counts what a server does and writes it in the text format of
// Prometheus. The official client library would bring ten modules for three kinds
// of numbers; a test holds what is written to the format.
package metrics

import (
	"sync"
	"sync/atomic"
	"time"
)

// buckets are the upper bounds of a histogram of times, in seconds.
var buckets = [...]float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// Kind is what requests are counted by. Its values must be few: no names, no ids.
type Kind struct {
	Method, Route string
	Status        int
}

// Requests counts requests. The zero value is ready; it is safe for concurrent use.
type Requests struct {
	running atomic.Int64
	mu      sync.RWMutex
	kinds   map[Kind]*atomic.Int64
	times   map[string]*histogram // by route
}

type histogram struct {
	counts [len(buckets) + 1]atomic.Int64 // the last: longer than all bounds
	nanos  atomic.Int64
}

// Begin counts a request that runs.
func (r *Requests) Begin() { r.running.Add(1) }

// End counts a request that has ended.
func (r *Requests) End(k Kind, took time.Duration) {
	r.running.Add(-1)
	r.mu.RLock()
	count, times := r.kinds[k], r.times[k.Route]
	r.mu.RUnlock()
	if count == nil || times == nil {
		count, times = r.add(k)
	}
	count.Add(1)
	at := 0
	for at < len(buckets) && took.Seconds() > buckets[at] {
		at++
	}
	times.counts[at].Add(1)
	times.nanos.Add(int64(took))
}

func (r *Requests) add(k Kind) (*atomic.Int64, *histogram) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kinds == nil {
		r.kinds, r.times = map[Kind]*atomic.Int64{}, map[string]*histogram{}
	}
	if r.kinds[k] == nil {
		r.kinds[k] = new(atomic.Int64)
	}
	if r.times[k.Route] == nil {
		r.times[k.Route] = new(histogram)
	}
	return r.kinds[k], r.times[k.Route]
}
