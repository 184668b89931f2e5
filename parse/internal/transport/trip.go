package transport

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Send makes the trip of a request: it makes attempts, as many as are safe, until one
// of them gets the answer. It returns the header of that answer.
func (c *Client) Send(ctx context.Context, r *Request, out any) (http.Header, error) {
	t := &trip{client: c, request: r, pauses: c.Retry.pauses()}
	for {
		header, failure, err := t.attempt(ctx, out)
		if err != nil || failure == nil {
			return header, err
		}
		if err := t.afterFailure(ctx, failure); err != nil {
			return header, err
		}
	}
}

// trip is a request under way.
type trip struct {
	client   *Client
	request  *Request
	pauses   *backoff.ExponentialBackOff
	reject   func() // drops the session that was sent; nil: it is not from Sessions
	renewed  bool   // a rejected token has been replaced once
	attempts int
	verdict  verdict // on the latest attempt
	inDoubt  bool    // an attempt may have been carried out
}

// attempt obtains a session where there is a source of them, sends the request
// once, and writes the log. An error ends the trip; a failure may be repeated.
func (t *trip) attempt(ctx context.Context, out any) (http.Header, *Failure, error) {
	c, r := t.client, t.request
	if err := ctx.Err(); err != nil {
		return nil, nil, t.finish(&Failure{Call: &r.Call, Cause: err})
	}
	identity := c.Credentials
	if r.NoSession {
		identity.Session = Secret{}
	} else if c.Sessions != nil {
		token, reject, err := c.Sessions.Session(ctx)
		if err != nil {
			return nil, nil, t.finish(&Failure{Call: &r.Call, Cause: err})
		}
		t.reject = reject
		identity.Session = token
	}
	t.attempts++
	ctx = t.withOperation(ctx)
	start := time.Now()
	resp, failure, verdict := c.attempt(ctx, r, &identity, out)
	t.verdict = verdict
	t.log(ctx, resp, failure, time.Since(start))
	if failure != nil && failure.Code == wire.CodeInvalidSession && t.reject != nil {
		t.reject()
	}
	if resp == nil {
		return nil, failure, nil
	}
	return resp.Header, failure, nil
}

// afterFailure decides how the trip goes on. It returns nil, after the pause, if there
// is to be another attempt.
func (t *trip) afterFailure(ctx context.Context, failure *Failure) error {
	policy := t.client.Retry
	if err := ctx.Err(); err != nil && failure.Status == 0 {
		failure.because(err)
	}
	if t.renews(failure) {
		t.renewed = true
		return nil
	}
	if !t.repeatable(failure) {
		return t.finish(failure)
	}
	if err := ctx.Err(); err != nil {
		return t.finish(failure.because(err))
	}
	if t.attempts >= policy.MaxAttempts || failure.RetryAfter > policy.MaxWait {
		return t.finish(failure)
	}
	if err := Wait(ctx, max(t.pauses.NextBackOff(), failure.RetryAfter)); err != nil {
		return t.finish(failure.because(err))
	}
	return nil
}

// renews reports whether a rejected token may be replaced and the request sent again.
// The server checks the token before anything else, so the call was not carried out.
// Code of the application is an exception: it may use 209 for its own purposes, after
// it has done something.
func (t *trip) renews(failure *Failure) bool {
	r := t.request
	return failure.Code == wire.CodeInvalidSession && t.reject != nil && !t.renewed && !r.CloudCode && r.Content.untouched()
}

// log writes one record. It holds nothing confidential: no values, no texts of the
// server, no addresses.
func (t *trip) log(ctx context.Context, resp *http.Response, failure *Failure, took time.Duration) {
	level, attrs := slog.LevelDebug, []slog.Attr{
		slog.String("op", t.request.Op),
		slog.String("class", t.request.Class),
		slog.Int("attempt", t.attempts),
		slog.Duration("duration", took),
	}
	if failure == nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode))
	} else {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Int("status", failure.Status), slog.Int("code", failure.Code))
	}
	t.client.Logger.LogAttrs(ctx, level, t.client.LogMessage, attrs...)
}
