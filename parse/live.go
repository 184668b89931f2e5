package parse

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/isoaudit/isoaudit-go/parse/internal/follow"
)

// LiveState is the state of the connection of live queries.
type LiveState = livequery.State

// The states of LiveState.
const (
	LiveIdle         = livequery.Idle         // no subscription, no connection
	LiveConnecting   = livequery.Connecting   // not connected yet
	LiveConnected    = livequery.Connected    //
	LiveReconnecting = livequery.Reconnecting // was connected; waiting or dialing
	LiveClosed       = livequery.Shut         // refused by the server for good
)

// LiveStatus is a LiveState with its circumstances: failed attempts, the number
// of connections so far, and why the last one ended.
type LiveStatus = livequery.Status

// liveLink is the WebSocket that all subscriptions of one identity share. It is open
// while there are subscriptions. liveLinks tells which identities have one.
type liveLink struct {
	client *Client
	sums   *follow.Sums // made with the socket

	mu      sync.Mutex
	socket  *livequery.Client
	session *Session  // of the source, as last given to the socket
	probed  time.Time // when the session was last seen to be good
}

// open returns the socket's client, which connects by itself when needed.
func (l *liveLink) open() (*livequery.Client, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket != nil {
		return l.socket, nil
	}
	cfg := l.client.cfg
	if cfg.Err != nil {
		return nil, cfg.Err
	}
	dialer := cfg.HTTP
	if cfg.HTTP.Transport != nil { // of the caller's, who may want to know
		dialer.Transport = handshakes{cfg.HTTP.Transport, l.attempt}
	}
	socket, err := livequery.New(livequery.Config{
		URL:        cfg.live.String(),
		HTTPClient: &dialer,
		Credentials: livequery.Credentials{
			ApplicationID: cfg.Credentials.AppID,
			RESTKey:       livequery.Secret(cfg.Credentials.RESTKey.Value()),
			JavaScriptKey: livequery.Secret(cfg.Credentials.JavaScriptKey.Value()),
			ClientKey:     livequery.Secret(cfg.Credentials.ClientKey.Value()),
			MasterKey:     livequery.Secret(cfg.Credentials.MasterKey.Value()),
		},
		Session:    l.token,
		ReadLimit:  cfg.liveMessage,
		QueueSize:  cfg.liveEvents,
		QueueBytes: cfg.liveBytes,
		Logger:     cfg.Logger,
	})
	if err != nil {
		return nil, err
	}
	l.socket, l.sums = socket, follow.NewSums()
	return socket, nil
}

// attempt counts the tries to connect since there was a connection.
func (l *liveLink) attempt() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	status, _ := l.socket.Status()
	return status.Attempt + 1
}

// token is the socket's session source.
func (l *liveLink) token(ctx context.Context, rejected string) (string, error) {
	cfg := l.client.cfg
	take, passes := l.fixedToken, transient
	if cfg.sessions != nil {
		take, passes = l.sourceToken, cfg.sessions.transient
	}
	token, err := take(ctx, rejected)
	// When the connection breaks, the log-in that it waits for is given up.
	if err != nil && ctx.Err() == nil && !passes(err) {
		err = livequery.Permanent(err)
	}
	return token, err
}

// fixedToken gives the client's session. Parse Server refuses a good one too
// while it cannot look it up, so REST is asked.
func (l *liveLink) fixedToken(ctx context.Context, rejected string) (string, error) {
	token := l.client.cfg.Credentials.Session.Value()
	if token == "" || token != rejected {
		return token, nil
	}
	if err := l.lookUp(ctx); ended(err) || transient(err) {
		return "", err
	}
	return token, nil
}

// lookUp asks REST whether there is such a session; the user in the answer is not
// read.
func (l *liveLink) lookUp(ctx context.Context) error {
	return l.client.do(ctx, currentUserCall(), nil)
}

// ended reports whether a failure to look up the session means that it has ended
// and the source gives no new one. After any other failure live queries go on.
func ended(err error) bool {
	var login *logInFailure
	return errors.Is(err, ErrInvalidSession) || errors.As(err, &login) && !login.transient
}

// sourceToken gives the source's session, a new one for one that was rejected.
func (l *liveLink) sourceToken(ctx context.Context, rejected string) (string, error) {
	cfg := l.client.cfg
	l.mu.Lock()
	last := l.session
	l.mu.Unlock()
	if last != nil && last.token.Value() == rejected {
		cfg.sessions.reject(last)
	}
	session, err := cfg.sessions.get(ctx, l.client)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session = session
	return session.token.Value(), nil
}

// probe asks the server for the session, at most once an interval for all
// subscriptions. A session that has ended is renewed where the client has a
// source; without one its end is returned.
func (l *liveLink) probe(ctx context.Context) error {
	cfg := l.client.cfg
	if cfg.sessions == nil && cfg.Credentials.Session.Empty() {
		return nil
	}
	l.mu.Lock()
	due := time.Since(l.probed) >= follow.ProbeInterval
	if due {
		l.probed = time.Now()
	}
	l.mu.Unlock()
	if !due {
		return nil
	}
	switch err := l.lookUp(ctx); {
	case err == nil:
		l.follow()
	case ended(err):
		return err
	}
	return nil
}

// follow makes the socket use the session that REST calls use now.
func (l *liveLink) follow() {
	cfg := l.client.cfg
	if cfg.sessions == nil {
		return
	}
	cfg.sessions.mu.Lock()
	current := cfg.sessions.current
	cfg.sessions.mu.Unlock()
	l.mu.Lock()
	stale := l.session != nil && current != nil && l.session != current
	socket := l.socket
	l.mu.Unlock()
	if stale && socket != nil {
		socket.Refresh()
	}
}

// liveError gives an error of the socket the form of all errors of the client.
func liveError(op, class string, err error) error {
	var refused *livequery.ServerError
	if errors.As(err, &refused) {
		return &Error{Code: Code(refused.Code), Op: op, Class: class, Message: refused.Error(), Attempts: 1, cause: err}
	}
	return err
}
