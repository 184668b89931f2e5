package livequery

import "time"

// A subscription that the server has accepted once survives refusals that may
// be temporary. They are counted in a row: the count starts again after an event,
// or after refusalMemory without a refusal.
const (
	// maxUnsigned is how many tokens in a row may be refused: a source may have
	// a new one each time, none of them valid. With the pauses between them that
	// takes half a minute, in which a server that is starting should have
	// reached its sessions.
	maxUnsigned = 6

	// scriptPatience is how long code of the application may go on refusing.
	scriptPatience = 10 * time.Minute

	refusalMemory = 2 * time.Minute
	maxPause      = 30 * time.Second
)

// refused acts on an error frame for s; needs client.mu. Its reconnect flag is
// not obeyed: servers set it where a second connection would only double the
// events (protocol section 12.8).
func (conn *connection) refused(s *Subscription, err *ServerError) {
	c := conn.client
	if s.state == leaving || s.closing {
		c.end(s, ErrClosed) // the server does not know it any more
		return
	}
	if s.state == waiting {
		return // about to be sent again
	}
	now := time.Now()
	if s.refusals == 0 || now.Sub(s.refused) > refusalMemory {
		s.refusals, s.firstRefused = 0, now
	}
	s.refusals++
	s.refused = now
	switch {
	case s.unsigned(err.Code):
		if s.refusals > maxUnsigned {
			c.end(s, err)
			return
		}
		c.rejected = s.token
	case !s.mayPass(err.Code):
		c.end(s, err)
		return
	}
	pause := pauseBefore(s.refusals)
	c.log.Warn("live query refused", "class", err.ClassName, "code", err.Code, "text", err.Message, "retry_in", pause)
	conn.again(s, s.live && s.state == established, pause) // a refused update has removed it
}

// unsigned reports whether the refusal may mean that the server did not find the
// session. The server answers in the same way where the session is valid but
// cannot be looked up; a subscription that it has accepted before may then also
// be told that the class is forbidden.
func (s *Subscription) unsigned(code int) bool {
	if s.token == "" || s.client.cfg.Session == nil {
		return false
	}
	return code == codeInvalidSession || code == codeNotFound || code == codeForbidden && s.accepted
}

// mayPass reports whether subscribing again may succeed. A refusal that comes
// while no request is open is that of an event that could not be sent; what the
// event would have told is read after subscribing again.
func (s *Subscription) mayPass(code int) bool {
	switch code {
	case codeInvalidSession, codeNotFound, codeForbidden:
		return false
	case codeNone, codeOther, codeInternal, codeConnection, codeTimeout, codeTooMany:
		return s.accepted
	case codeScript: // also what the server's own code throws
		return s.accepted && (s.state == established || s.refused.Sub(s.firstRefused) < scriptPatience)
	}
	return s.state == established
}

// pauseBefore is zero before the first new try, because most refusals do not
// come twice.
func pauseBefore(try int) time.Duration {
	if try < 2 {
		return 0
	}
	return min(time.Second<<min(try-2, 10), maxPause)
}

// again subscribes again after a pause, under another request id, so that
// errors still under way cannot be taken for the answer; needs client.mu.
func (conn *connection) again(s *Subscription, known bool, pause time.Duration) {
	delete(conn.byID, s.requestID)
	if known {
		conn.remove(s.requestID)
	}
	s.state, s.live = waiting, false
	if pause == 0 {
		conn.todo(s)
		return
	}
	time.AfterFunc(pause, func() {
		c := conn.client
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.conn == conn && s.state == waiting {
			conn.todo(s)
		}
	})
}
