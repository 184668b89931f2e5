package isoaudit

import (
	"context"
	"errors"
	"sync"
)

// Session is an auditor who is logged in. Its token is the auditor's power of
// attorney: it is shown by Token alone, never by printing.
type Session struct {
	// Auditor is who logged in; nil for a session made from a token.
	Auditor *Auditor

	token secret
}

// SessionWithToken takes up a session whose token was kept from Token. Nothing
// is sent; a token that has ended is rejected by the first call (209).
func SessionWithToken(token string) *Session { return &Session{token: newSecret(token)} }

// Token gives the session token, to be kept somewhere safe.
func (s *Session) Token() string { return s.token.value() }

func (s *Session) check() error {
	switch {
	case s == nil:
		return badInput("Client.As", "", "session", "is nil; use what LogIn returned")
	case s.token.empty():
		return badInput("Client.As", "", "session", "has no token; the server may want the e-mail address verified first")
	case checkCredential("", s.token.value()) != nil:
		return badInput("Client.As", "", "session", "has a token that cannot stand in a header")
	}
	return nil
}

// SessionSource gets a new session when a client needs one. The client it is
// given has the application's keys and no session.
type SessionSource func(ctx context.Context, client *Client) (*Session, error)

// PasswordLogin is the SessionSource that logs in with a user name and a password.
func PasswordLogin(username string, password Password) SessionSource {
	return func(ctx context.Context, client *Client) (*Session, error) {
		return nil, nil
	}
}

// sessionKeeper holds the current session of a client with a session source.
type sessionKeeper struct {
	source  SessionSource
	mu      sync.Mutex
	current *Session
	pending *pendingLogin
}

// pendingLogin is one log-in that several calls wait for.
type pendingLogin struct {
	done    chan struct{}
	session *Session // both valid after done is closed
	err     error
	waiting int // calls; the log-in is given up when none is left
	cancel  context.CancelFunc
}

// get returns the current session, or a new one where there is none or the
// current one is the one the server has rejected. All calls that need a new
// one at the same time wait for the same log-in; each stops waiting when its
// own context ends, and the log-in is given up with the last of them.
func (k *sessionKeeper) get(ctx context.Context, client *Client, rejected *Session) (*Session, error) {
	k.mu.Lock()
	if k.current != nil && k.current != rejected {
		defer k.mu.Unlock()
		return k.current, nil
	}
	login := k.pending
	if login == nil {
		login = k.start(ctx, client)
	}
	login.waiting++
	k.mu.Unlock()

	select {
	case <-login.done:
		return login.session, login.err
	case <-ctx.Done():
		k.mu.Lock()
		defer k.mu.Unlock()
		if login.waiting--; login.waiting == 0 {
			login.cancel()
			if k.pending == login {
				k.pending = nil // whoever comes next starts anew
			}
		}
		return nil, ctx.Err()
	}
}

// start runs the source outside any single caller's deadline. The lock is held.
func (k *sessionKeeper) start(ctx context.Context, client *Client) *pendingLogin {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	login := &pendingLogin{done: make(chan struct{}), cancel: cancel}
	k.pending = login
	go func() {
		defer cancel()
		defer k.settle(login) // also where the source ends the goroutine
		login.err = errors.New("the session source did not return")
		login.session, login.err = k.source(ctx, client)
		if login.err == nil {
			login.err = login.session.check()
		}
	}()
	return login
}

func (k *sessionKeeper) settle(login *pendingLogin) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if login.err == nil {
		k.current = login.session
	}
	if k.pending == login {
		k.pending = nil
	}
	close(login.done)
}
