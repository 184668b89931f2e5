package transport

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// RetryPolicy is how often a request is sent again, after which pauses, and how long
// each attempt may take.
type RetryPolicy struct {
	MaxAttempts    int
	FirstWait      time.Duration
	MaxWait        time.Duration
	AttemptTimeout time.Duration
}

// pauses gives the waits between the attempts of one trip.
func (p RetryPolicy) pauses() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     min(p.FirstWait, p.MaxWait),
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         p.MaxWait,
	}
}

// Wait waits for a pause, or for the end of the context, which it returns.
func Wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
