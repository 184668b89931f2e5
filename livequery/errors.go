package livequery

import (
	"errors"
	"fmt"
	"time"
)

// ErrClosed is returned by a subscription or client that has been closed.
var ErrClosed = errors.New("livequery: closed")

// Codes of error frames that the client acts on (protocol sections 7 and 8.2).
const (
	codeOther          = -1
	codeNone           = 0 // the frame has none that can be read
	codeInternal       = 1
	codeMalformed      = 1 // without a request: it does not fit the server's schema of requests
	codeBadKey         = 4
	codeConnection     = 100 // of the server to something behind it
	codeNotFound       = 101 // the class needs a user, and the subscription is not signed in
	codeForbidden      = 119
	codeTimeout        = 124
	codeScript         = 141
	codeTooMany        = 155
	codeInvalidSession = 209
)

// ServerError is an error frame of the server. It ends the one subscription it
// belongs to, or, if the connection itself was refused, all of them.
type ServerError struct {
	Code      int
	Message   string // the server's text
	ClassName string // of the subscription; empty for the connection
}

// Error says what was refused and, where the code tells, what to change.
func (e *ServerError) Error() string {
	what := "connection refused"
	if e.ClassName != "" {
		what = "subscription to " + e.ClassName + " refused"
	}
	text := fmt.Sprintf("livequery: %s: %s (code %d)", what, e.Message, e.Code)
	if hint := e.hint(); hint != "" {
		text += ": " + hint
	}
	return text
}

func (e *ServerError) hint() string {
	switch e.Code {
	case codeBadKey:
		return "send a key that the server's liveQuery keyPairs list"
	case codeNotFound:
		return "the class needs a signed-in user: subscribe with a valid session"
	case 102:
		return "the server cannot evaluate this query"
	case codeForbidden:
		return "class permissions or a protected field forbid this query; role-based find permissions do not count in live queries"
	case codeInvalidSession:
		return "the session has ended: log in again"
	}
	return ""
}

// HandshakeError is an HTTP answer that was not a switch to WebSocket. It is
// permanent if the client has never been connected and the status says that
// asking again will not help.
type HandshakeError struct {
	StatusCode int           // HTTP status
	RetryAfter time.Duration // what the server asked for; 0: nothing
}

// Error names the status and the likely cause.
func (e *HandshakeError) Error() string {
	text := fmt.Sprintf("livequery: server answered HTTP %d instead of a WebSocket", e.StatusCode)
	if e.permanent() {
		text += ": check the Live Query URL and that the server has live queries switched on"
	}
	return text
}

func (e *HandshakeError) permanent() bool {
	switch e.StatusCode {
	case 400, 401, 403, 404, 405, 410, 426, 501:
		return true
	}
	return e.StatusCode >= 200 && e.StatusCode < 400
}

// Permanent marks an error of Config.Session as one that will not go away when
// the session is asked for again: the subscriptions end with err instead of
// waiting.
func Permanent(err error) error { return &permanentError{err} }

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

func isPermanent(err error) bool {
	var marked *permanentError
	var refused *ServerError
	return errors.As(err, &marked) || errors.As(err, &refused)
}
