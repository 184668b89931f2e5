package isoaudit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// RetryPolicy says how often and how patiently a call is sent again. Which
// failures may be repeated at all is not a matter of policy: reads on any
// passing failure, writes only where a repetition cannot write twice.
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

// pauses gives the waits between the attempts of one call.
func (p RetryPolicy) pauses() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     min(p.FirstWait, p.MaxWait),
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         p.MaxWait,
	}
}

// do sends one call, again where its safety allows, and decodes the answer into
// out; a nil out discards it. Errors are *InputError where nothing was sent,
// and *Error otherwise.
func (c *Client) do(ctx context.Context, call call, out any) error {
	_, err := c.exchange(ctx, call, out)
	return err
}

// exchange is do for who needs the answer's header as well.
func (c *Client) exchange(ctx context.Context, call call, out any) (http.Header, error) {
	r, err := c.prepare(ctx, call)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, r, out)
}

// send is exchange for a call that was made ready before.
func (c *Client) send(ctx context.Context, r *request, out any) (http.Header, error) {
	s := &sending{client: c, request: r, pauses: c.cfg.retry.pauses()}
	for {
		header, failure, err := s.once(ctx, out)
		if err != nil || failure == nil {
			return header, err
		}
		if err := s.next(ctx, failure); err != nil {
			return nil, err
		}
	}
}

// sending is one call under way.
type sending struct {
	client   *Client
	request  *request
	pauses   *backoff.ExponentialBackOff
	session  *Session // of the session source; nil without one
	renewed  bool     // a rejected token has been replaced once
	attempts int
	verdict  verdict // on the latest attempt
	inDoubt  bool    // an attempt may have been carried out
}

// once obtains a session where there is a source, sends, and writes the log.
func (s *sending) once(ctx context.Context, out any) (http.Header, *Error, error) {
	c, r := s.client, s.request
	if err := ctx.Err(); err != nil {
		return nil, nil, s.finish(&Error{Op: r.op, Class: r.class, ObjectID: r.objectID, cause: err})
	}
	identity := c.cfg.credentials
	if r.noSession {
		identity.session = secret{}
	} else if c.cfg.sessions != nil {
		session, err := c.cfg.sessions.get(ctx, c)
		if err != nil {
			return nil, nil, s.finish(&Error{Op: r.op, Class: r.class, ObjectID: r.objectID, cause: &logInFailure{err, c.cfg.sessions.passing(err)}})
		}
		s.session = session
		identity.session = session.token
	}
	s.attempts++
	start := time.Now()
	resp, failure, verdict := c.attempt(ctx, r, identity, out)
	s.verdict = verdict
	c.logAttempt(ctx, s, resp, failure, time.Since(start))
	if failure != nil && failure.Code == ErrInvalidSession && s.session != nil {
		c.cfg.sessions.reject(s.session)
	}
	if failure != nil {
		return nil, failure, nil
	}
	return resp.Header, nil, nil
}

// next decides after a failure: nil means send again, now.
func (s *sending) next(ctx context.Context, failure *Error) error {
	policy := s.client.cfg.retry
	if err := ctx.Err(); err != nil && failure.HTTPStatus == 0 {
		failure.because(err)
	}
	if s.renews(failure) {
		s.renewed = true
		return nil
	}
	if !s.repeatable(failure) {
		return s.finish(failure)
	}
	if err := ctx.Err(); err != nil {
		return s.finish(failure.because(err))
	}
	if s.attempts >= policy.MaxAttempts || failure.RetryAfter > policy.MaxWait {
		return s.finish(failure)
	}
	if err := wait(ctx, max(s.pauses.NextBackOff(), failure.RetryAfter)); err != nil {
		return s.finish(failure.because(err))
	}
	return nil
}

// renews says whether a rejected token may be replaced and the call sent again.
// The server checks the token before anything else, so the call was not done;
// code of the application may use 209 for itself, after whatever it did.
func (s *sending) renews(failure *Error) bool {
	r := s.request
	return failure.Code == ErrInvalidSession && s.session != nil && !s.renewed && !r.cloudCode && r.content.untouched()
}

// repeatable says whether sending again cannot carry out the call twice, and
// remembers whether the attempt leaves a doubt.
func (s *sending) repeatable(failure *Error) bool {
	if s.request.once || !s.request.content.untouched() {
		s.inDoubt = s.inDoubt || s.verdict == uncertain || s.verdict == garbled
		return false
	}
	if s.request.safety == safeRead {
		return s.verdict != refused
	}
	switch s.verdict {
	case notDone:
		return true
	case refused:
		// 159 to an id of our own: somebody delivered the request before, if not
		// we ourselves then a proxy, and how that ended is not told.
		if failure.Code == ErrDuplicateRequest && s.request.id != "" {
			s.inDoubt = true
		}
		return false
	case garbled:
		s.inDoubt = true
		return false
	}
	s.inDoubt = true
	switch s.request.safety {
	case safeDelete:
		return true
	case safeWithID:
		return s.client.cfg.requestIDs == RequestIDsHonoured
	}
	return false
}

// finish gives a failure its last word. After one attempt in doubt every later
// refusal leaves the doubt: 101 may be the trace of our own delete.
func (s *sending) finish(failure *Error) error {
	failure.Attempts = s.attempts
	failure.unknown = s.inDoubt && s.request.safety != safeRead
	return failure
}

// because adds the end of the caller's context to a failure.
func (e *Error) because(err error) *Error {
	if !errors.Is(e.cause, err) {
		e.cause = errors.Join(e.cause, err)
	}
	return e
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// logAttempt writes what may be known to anybody: no values, no texts of the
// server, no addresses.
func (c *Client) logAttempt(ctx context.Context, s *sending, resp *http.Response, failure *Error, took time.Duration) {
	level, attrs := slog.LevelDebug, []slog.Attr{
		slog.String("op", s.request.op),
		slog.String("class", s.request.class),
		slog.Int("attempt", s.attempts),
		slog.Duration("duration", took),
	}
	if failure == nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode))
	} else {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Int("status", failure.HTTPStatus), slog.Int("code", int(failure.Code)))
	}
	c.cfg.logger.LogAttrs(ctx, level, "isoaudit request", attrs...)
}
