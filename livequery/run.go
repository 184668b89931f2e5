package livequery

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// errHungUp ends a connection that nobody needs any more.
var errHungUp = errors.New("livequery: no subscription left")

// settled is how long a connection must have been usable for the next pause to
// be short again.
const settled = time.Second

// run connects again and again while there are subscriptions. Connections
// follow one another: one is gone, with all its goroutines, before the next is
// dialed.
func (c *Client) run() {
	delays := &backoff.ExponentialBackOff{
		InitialInterval:     c.cfg.MinBackoff,
		MaxInterval:         c.cfg.MaxBackoff,
		Multiplier:          2,
		RandomizationFactor: 0.5,
	}
	delays.Reset()
	attempt := 0
	for {
		ctx, proceed := c.begin()
		if !proceed {
			return
		}
		lasted, err := c.connect(ctx)
		if errors.Is(err, errHungUp) {
			continue
		}
		if lasted > 0 {
			attempt = 0
		}
		// A server that accepts and hangs up at once is not dialed again at once.
		if lasted >= settled {
			delays.Reset()
		}
		attempt++
		delay := max(min(delays.NextBackOff(), c.cfg.MaxBackoff), askedToWait(err))
		if c.failed(err, attempt) {
			continue
		}
		c.log.Info("live query connection down", "attempt", attempt, "retry_in", delay, "error", err)
		c.sleep(delay)
	}
}

// longestAsked bounds how long a server can make a client wait.
const longestAsked = 5 * time.Minute

// askedToWait is how long the server has asked to wait, in an answer to the handshake.
func askedToWait(err error) time.Duration {
	var handshake *HandshakeError
	if !errors.As(err, &handshake) {
		return 0
	}
	return min(handshake.RetryAfter, longestAsked)
}

// begin starts a round, or ends the loop when there is nothing to connect for.
func (c *Client) begin() (context.Context, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hangUp != nil {
		c.hangUp()
		c.hangUp = nil
	}
	if c.closed || len(c.subs) == 0 {
		state := Idle
		if c.closed {
			state = Shut
		}
		c.setStatus(Status{State: state, Connection: c.connection, Err: c.status.Err})
		c.looping = false
		return nil, false
	}
	ctx, cancel := context.WithCancel(c.ctx)
	c.hangUp = cancel
	return ctx, true
}

// failed records why there is no connection. If it is for good, it ends all
// subscriptions and returns true.
func (c *Client) failed(err error, attempt int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := Connecting
	if c.connected {
		state = Reconnecting
	}
	c.setStatus(Status{State: state, Attempt: attempt, Connection: c.connection, Err: err})
	var handshake *HandshakeError
	if isPermanent(err) || (errors.As(err, &handshake) && handshake.permanent() && !c.connected) {
		c.shut(err)
		return true
	}
	return false
}

// sleep waits for the delay or until no subscription is left.
func (c *Client) sleep(delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-c.ctx.Done():
			return
		case <-c.kick:
			c.mu.Lock()
			none := len(c.subs) == 0
			c.mu.Unlock()
			if none {
				return
			}
		}
	}
}
