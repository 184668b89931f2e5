package livequery

import (
	"context"
	"fmt"
	"time"
)

// todo hands s to the writer; needs client.mu.
func (conn *connection) todo(s *Subscription) {
	conn.queued = append(conn.queued, s)
	conn.rouse()
}

// remove makes the writer unsubscribe a subscription that nobody reads any
// longer; needs client.mu.
func (conn *connection) remove(requestID int64) {
	conn.orphans = append(conn.orphans, requestID)
	conn.rouse()
}

func (conn *connection) rouse() {
	select {
	case conn.wake <- struct{}{}:
	default:
	}
}

// write sends what the subscriptions need until ctx is done.
func (conn *connection) write(ctx context.Context) error {
	for {
		s, orphan, ok := conn.nextTodo()
		if orphan != 0 {
			if err := conn.send(ctx, request{Op: "unsubscribe", RequestID: orphan}); err != nil {
				return err
			}
			continue
		}
		if !ok {
			select {
			case <-conn.wake:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err := conn.signIn(ctx); err != nil {
			if isPermanent(err) {
				conn.endAll(err)
				return nil
			}
			return err
		}
		r, ok := conn.requestFor(s)
		if !ok {
			continue
		}
		if err := conn.send(ctx, r); err != nil {
			return err
		}
	}
}

// nextTodo returns the subscription to look at next, or the request id of one
// to remove.
func (conn *connection) nextTodo() (s *Subscription, orphan int64, ok bool) {
	conn.client.mu.Lock()
	defer conn.client.mu.Unlock()
	if len(conn.orphans) > 0 {
		orphan, conn.orphans = conn.orphans[0], conn.orphans[1:]
		return nil, orphan, true
	}
	if len(conn.queued) == 0 {
		return nil, 0, false
	}
	s, conn.queued = conn.queued[0], conn.queued[1:]
	return s, 0, true
}

// requestFor decides what s needs now, and records that the request is on its way.
func (conn *connection) requestFor(s *Subscription) (request, bool) {
	c := conn.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.state != waiting {
		return request{}, false
	}
	s.sent = time.Now().UnixNano()
	if s.closing {
		s.state = leaving
		return request{Op: "unsubscribe", RequestID: s.requestID}, true
	}
	if conn.token != "" && conn.token == c.rejected { // just now, for another subscription
		conn.todo(s)
		return request{}, false
	}
	op := "update"
	if !s.live {
		op = "subscribe"
		c.requestID++
		s.requestID = c.requestID
		conn.byID[s.requestID] = s
	}
	s.state, s.token, s.changed = asked, conn.token, false
	query := s.query
	return request{Op: op, RequestID: s.requestID, Query: &query, SessionToken: string(conn.token)}, true
}

func (conn *connection) endAll(err error) {
	conn.client.mu.Lock()
	defer conn.client.mu.Unlock()
	conn.client.shut(err)
}

// dispatch acts on one frame. Replies to requests that this connection did not
// send are ignored.
func (conn *connection) dispatch(f frame) {
	c := conn.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.RequestID == nil {
		if f.Op == "error" {
			conn.lastStray, conn.strayAt = c.refusal(&f, ""), time.Now()
			c.log.Warn("live query server reported an error for no request", "code", conn.lastStray.Code, "text", conn.lastStray.Message)
		}
		return
	}
	s := conn.byID[*f.RequestID]
	if s == nil {
		return
	}
	if kind := f.kind(); kind != 0 {
		if s.live {
			s.refusals = 0
			s.queue.push(Event{Kind: kind, Object: f.Object, Original: f.Original, Received: time.Now(), Connection: conn.number})
		}
		return
	}
	switch f.Op {
	case "subscribed":
		conn.subscribed(s)
	case "unsubscribed":
		if s.state == leaving {
			c.end(s, ErrClosed)
		}
	case "error":
		conn.refused(s, c.refusal(&f, s.query.ClassName))
	}
}

func (conn *connection) subscribed(s *Subscription) {
	if s.state != asked {
		return
	}
	s.state, s.live = established, true
	kind := Resubscribed
	if !s.accepted {
		s.accepted, kind = true, Subscribed
	}
	s.queue.push(Event{Kind: kind, Received: time.Now(), Connection: conn.number})
	if s.closing || s.changed {
		s.state = waiting
		conn.todo(s)
		return
	}
	select {
	case <-s.answer:
	default:
		close(s.answer)
	}
}

// checkReplies looks for requests that were not answered. If only one was open
// when the server reported a malformed request, it was that one; otherwise
// something is wrong with the server.
func (conn *connection) checkReplies(now time.Time) error {
	c := conn.client
	c.mu.Lock()
	defer c.mu.Unlock()
	var late []*Subscription
	for s := range c.subs {
		if now.Sub(time.Unix(0, s.sent)) < c.cfg.ReplyTimeout {
			continue
		}
		switch {
		case s.state == asked, s.state == leaving:
			late = append(late, s)
		case s.state == waiting && s.closing: // the writer waits for a session
			conn.remove(s.requestID)
			c.end(s, ErrClosed)
		}
	}
	if len(late) == 0 {
		return nil
	}
	s, stray := late[0], conn.lastStray
	if len(late) > 1 || s.state == leaving || stray == nil || stray.Code != codeMalformed || conn.strayAt.UnixNano() < s.sent {
		return fmt.Errorf("livequery: no answer to a request for %v", c.cfg.ReplyTimeout)
	}
	c.end(s, &ServerError{Code: stray.Code, Message: stray.Message, ClassName: s.query.ClassName})
	return nil
}
