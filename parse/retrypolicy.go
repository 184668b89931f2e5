package parse

import "time"

// RetryPolicy is how often a call is sent again, and after which pauses. It does not
// decide what may be sent again: reads after any failure that may pass, and writes
// only if sending them again cannot write twice.
type RetryPolicy struct {
	// MaxAttempts bounds how often a call is sent; 0: 4 times, 1: no retries.
	MaxAttempts int
	// FirstWait is the mean pause after the first attempt; it doubles with each
	// further one and is spread at random by half. 0: 250 ms.
	FirstWait time.Duration
	// MaxWait bounds a pause. Where the server's Retry-After asks for more, the
	// call ends with the error, whose RetryAfter says how long. 0: 30 s.
	MaxWait time.Duration
	// AttemptTimeout bounds one attempt, up to the last byte of its answer;
	// file contents are bounded by the context alone. 0: 60 s.
	AttemptTimeout time.Duration
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = 4
	}
	if p.FirstWait == 0 {
		p.FirstWait = 250 * time.Millisecond
	}
	if p.MaxWait == 0 {
		p.MaxWait = 30 * time.Second
	}
	if p.AttemptTimeout == 0 {
		p.AttemptTimeout = time.Minute
	}
	return p
}
