package isoaudit

import (
	"context"
	"fmt"

	"github.com/isoaudit/isoaudit-go/parse"
)

// Session is an auditor who is logged in. Its token is the auditor's power of
// attorney: it is shown by Token alone, never by printing.
type Session struct {
	// Auditor is who logged in; nil for a session made from a token.
	Auditor *Auditor

	session *parse.Session
}

// SessionWithToken takes up a session whose token was kept from Token. Nothing
// is sent; a token that has ended is rejected by the first call (209).
func SessionWithToken(token string) *Session {
	return &Session{session: parse.SessionWithToken(token)}
}

func newSession(auditor *Auditor, session *parse.Session, err error) (*Session, error) {
	if session == nil {
		return nil, err
	}
	return &Session{auditor, session}, err
}

// Token gives the session token, to be kept somewhere safe; "" where there is none.
func (s *Session) Token() string { return s.engine().Token() }

// engine is what package parse knows of the session; nil for nil.
func (s *Session) engine() *parse.Session {
	switch {
	case s == nil:
		return nil
	case s.session == nil:
		return new(parse.Session) // has no token
	}
	return s.session
}

// Format prints whose session it is, whatever the verb.
func (s Session) Format(f fmt.State, _ rune) {
	who := "an auditor"
	if s.Auditor != nil {
		who = s.Auditor.Username
	}
	_, _ = fmt.Fprintf(f, "session of %s, token [redacted]", who)
}

// SignUp creates an auditor with a user name and a password and starts a
// session. The auditor is filled as by Create. A name or address that is taken
// is [parse.ErrUsernameTaken] or [parse.ErrEmailTaken]. Where the server wants the
// address verified first, the session has no token.
func (c *Client) SignUp(ctx context.Context, auditor *Auditor) (*Session, error) {
	session, err := parse.SignUp(ctx, c, auditor)
	return newSession(auditor, session, err)
}

// LogIn starts a session for an auditor. Use it with As. A wrong name or
// password is [parse.ErrObjectNotFound], an address not yet verified
// [parse.ErrEmailNotFound].
func (c *Client) LogIn(ctx context.Context, username, password string) (*Session, error) {
	return newSession(parse.LogIn[Auditor](ctx, c, username, password))
}

// VerifyPassword checks a password without starting a session, and returns its
// auditor. A wrong name or password is [parse.ErrObjectNotFound].
func (c *Client) VerifyPassword(ctx context.Context, username, password string) (*Auditor, error) {
	return parse.VerifyPassword[Auditor](ctx, c, username, password)
}

// CurrentAuditor reads the auditor whose session this client has.
func (c *Client) CurrentAuditor(ctx context.Context) (*Auditor, error) {
	return parse.CurrentUser[Auditor](ctx, c)
}

// LogOut ends the client's session on the server; see [parse.Client.LogOut].
func (c *Client) LogOut(ctx context.Context) error { return c.engine().LogOut(ctx) }

// RequestPasswordReset has the server mail a link to set a new password; see
// [parse.Client.RequestPasswordReset].
func (c *Client) RequestPasswordReset(ctx context.Context, email string) error {
	return c.engine().RequestPasswordReset(ctx, email)
}
