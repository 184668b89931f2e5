// Package ratelimit counts requests in windows of time, as Parse Server's option
// rateLimit asks for.
package ratelimit

import (
	"sync"
	"time"
)

// maxKeys bounds how many clients are told apart. Those that come when so many are
// counted share one count.
const maxKeys = 100_000

// Limiter lets each key take a number of requests in a window of time, which begins
// with the first of them.
type Limiter struct {
	window time.Duration
	limit  int64

	mu     sync.Mutex
	counts map[string]*count
	sweep  time.Time // when counts is to be looked through again
}

type count struct {
	taken int64
	ends  time.Time
}

// New gives a limiter of so many requests in each window.
func New(limit int64, window time.Duration) *Limiter {
	return &Limiter{window: window, limit: limit, counts: map[string]*count{}}
}

// Take counts one request of a key at a time, and tells whether the limit admits it
// and when its window ends.
func (l *Limiter) Take(key string, now time.Time) (admitted bool, ends time.Time) {
	return l.TakeMany(key, 1, now)
}

// TakeMany is Take for what counts n. What comes when the limit is reached is not
// admitted; the last that was may have gone beyond it.
func (l *Limiter) TakeMany(key string, n int64, now time.Time) (admitted bool, ends time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.After(l.sweep) {
		for k, c := range l.counts {
			if !now.Before(c.ends) {
				delete(l.counts, k)
			}
		}
		l.sweep = now.Add(l.window)
	}
	c := l.counts[key]
	if c == nil && len(l.counts) >= maxKeys {
		key = ""
		c = l.counts[key]
	}
	if c == nil || !now.Before(c.ends) {
		c = &count{ends: now.Add(l.window)}
		l.counts[key] = c
	}
	if c.taken <= l.limit {
		c.taken += n
	}
	return c.taken <= l.limit, c.ends
}
