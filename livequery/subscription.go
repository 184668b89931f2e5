package livequery

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Subscription is one query's stream of events. It outlives connections.
// Read it with Next from one goroutine.
type Subscription struct {
	client *Client
	queue  *queue
	ended  chan struct{} // closed when over
	err    error         // why; set before ended is closed

	// guarded by client.mu
	query     Query
	state     subscriptionState
	requestID int64  // on the present connection
	sent      int64  // when the unanswered request was sent, Unix ns
	token     Secret // that the request was sent with
	live      bool   // the server knows it under requestID
	changed   bool   // the query was replaced after the last request
	closing   bool
	accepted  bool          // at least once
	answer    chan struct{} // closed when the server has accepted the present query

	refusals              int       // in a row
	firstRefused, refused time.Time // the first and the last of them
}

// subscriptionState is where a subscription stands on the present connection.
type subscriptionState uint8

const (
	parked      subscriptionState = iota // no connection
	waiting                              // to be sent
	asked                                // subscribe or update sent
	established                          // subscribed received
	leaving                              // unsubscribe sent
	over                                 // ended
)

// Next returns the next event, waiting for it until ctx is done. After the
// subscription has ended it returns why: ErrClosed, or the *ServerError that
// ended it.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	return s.queue.pop(ctx)
}

// TryNext returns the next event if one is queued.
func (s *Subscription) TryNext() (Event, bool) {
	e, ok, _ := s.queue.take()
	return e, ok
}

// Ready receives when TryNext may have an event, or the subscription has ended.
func (s *Subscription) Ready() <-chan struct{} { return s.queue.ready }

// Done is closed when the subscription has ended.
func (s *Subscription) Done() <-chan struct{} { return s.ended }

// Dropped counts the events that a full queue could not keep. Each such loss
// is marked in the stream by an Overflowed event.
func (s *Subscription) Dropped() int { return s.queue.droppedCount() }

// Update replaces the query and waits until the server has accepted it. Events
// of the old query may be delivered until then; Resubscribed marks the change.
func (s *Subscription) Update(ctx context.Context, q Query) error {
	q, err := q.check()
	if err != nil {
		return err
	}
	c := s.client
	c.mu.Lock()
	if s.state == over || s.closing {
		c.mu.Unlock()
		return ErrClosed
	}
	s.query, s.changed = q, true
	select {
	case <-s.answer:
		s.answer = make(chan struct{})
	default: // no answer has come yet: one serves both
	}
	answer := s.answer
	if s.state == established {
		s.state = waiting
		c.conn.todo(s)
	}
	c.mu.Unlock()
	select {
	case <-answer:
		return nil
	case <-s.ended:
		return s.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close unsubscribes, waits until the server has confirmed it or the
// connection is gone, and drops what was not read. It may be called again.
func (s *Subscription) Close() error {
	s.Abandon()
	<-s.ended
	return nil
}

// Format shows the class and nothing of the query or the session.
func (s *Subscription) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "livequery.Subscription("+s.query.ClassName+")")
}

// Abandon is Close without waiting. The subscription ends when the server has
// confirmed it or the connection is gone.
func (s *Subscription) Abandon() {
	// An unsubscribe sent before the server's subscribed would be lost on the
	// server (protocol section 8.4), so it waits for that.
	c := s.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.state == over || s.closing {
		return
	}
	s.closing = true
	switch {
	case s.state == parked, s.state == waiting && !s.live, len(c.subs) == 1:
		c.end(s, ErrClosed) // the server does not know it, or the connection goes too
	case s.state == established, s.state == waiting:
		s.state, s.sent = waiting, time.Now().UnixNano()
		c.conn.todo(s)
	}
}
