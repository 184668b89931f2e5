package parse

import (
	"context"
	"errors"
	"sync"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// SessionSource gets a new session when a client needs one. The client it is
// given has the application's keys and no session.
type SessionSource func(ctx context.Context, client *Client) (*Session, error)

// PasswordLogin is the SessionSource that logs in with a user name and a password.
func PasswordLogin(username, password string) SessionSource {
	return func(ctx context.Context, client *Client) (*Session, error) {
		_, session, err := LogIn[struct{ Object }](ctx, client, username, password)
		if session != nil { // whatever else of the user cannot be read
			return session, nil
		}
		return nil, err
	}
}

// sessionKeeper holds the current session of a client with a session source.
type sessionKeeper struct {
	source  SessionSource
	mu      sync.Mutex
	current *Session
	pending *pendingLogin
	worked  bool // the source has given a session before
}

// pendingLogin is one log-in that several calls wait for.
type pendingLogin struct {
	done    chan struct{}
	session *Session // both valid after done is closed
	err     error
	waiting int // calls; the log-in is given up when none is left
	cancel  context.CancelFunc
}

// clientSessions is the keeper's way to give sessions to the calls of a client.
type clientSessions struct {
	keeper *sessionKeeper
	client *Client
}

// Session implements transport.Sessions.
func (s clientSessions) Session(ctx context.Context) (transport.Secret, func(), error) {
	session, err := s.keeper.get(ctx, s.client)
	if err != nil {
		return transport.Secret{}, nil, &logInFailure{err, s.keeper.transient(err)}
	}
	return session.token, func() { s.keeper.reject(session) }, nil
}

// get returns the current session, or a new one where there is none. All calls
// that need a new one at the same time wait for the same log-in; each stops
// waiting when its own context ends, and the log-in is given up with the last
// of them.
func (k *sessionKeeper) get(ctx context.Context, client *Client) (*Session, error) {
	k.mu.Lock()
	if k.current != nil {
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
				k.pending = nil // whoever comes next starts again
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
		login.session, login.err = k.source(ctx, client.Anonymous())
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
		k.current, k.worked = login.session, true
	}
	if k.pending == login {
		k.pending = nil
	}
	close(login.done)
}

// reject drops a session that the server no longer takes. Another call may have
// replaced it by now.
func (k *sessionKeeper) reject(session *Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current == session {
		k.current = nil
	}
}

// transient reports whether a source that has failed may succeed later. For an error
// that is not of this package that is so if the source has worked before.
func (k *sessionKeeper) transient(err error) bool {
	var failure *Error
	var mistake *InputError
	switch {
	case errors.As(err, &failure):
		return transient(failure)
	case errors.As(err, &mistake):
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.worked
}

// logInFailure is the reason why a call had no session. The call was not sent, so it
// must not match the codes and the outcome of the log-in's own request: a wrong
// password (101) is not a missing object.
type logInFailure struct {
	err       error
	transient bool // trying again later may help
}

func (f *logInFailure) Error() string { return "logging in: " + f.err.Error() }

// Is matches what the source reported, except codes and unknown outcomes.
func (f *logInFailure) Is(target error) bool {
	if _, ok := target.(Code); ok || target == ErrOutcomeUnknown {
		return false
	}
	return errors.Is(f.err, target)
}

// As finds the error of the log-in below the error of the call.
func (f *logInFailure) As(target any) bool { return errors.As(f.err, target) }

// forget drops the current session and returns it; nil where there is none.
func (k *sessionKeeper) forget() *Session {
	k.mu.Lock()
	defer k.mu.Unlock()
	session := k.current
	k.current = nil
	return session
}
