package isoaudit

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/transport"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Session is an auditor who is logged in. Its token is the auditor's power of
// attorney: it is shown by Token alone, never by printing.
type Session struct {
	// Auditor is who logged in; nil for a session made from a token.
	Auditor *Auditor

	token transport.Secret
}

// SessionWithToken takes up a session whose token was kept from Token. Nothing
// is sent; a token that has ended is rejected by the first call (209).
func SessionWithToken(token string) *Session { return &Session{token: transport.NewSecret(token)} }

// Token gives the session token, to be kept somewhere safe; "" where there is none.
func (s *Session) Token() string {
	if s == nil {
		return ""
	}
	return s.token.Value()
}

// Format prints whose session it is, whatever the verb.
func (s Session) Format(f fmt.State, _ rune) {
	who := "an auditor"
	if s.Auditor != nil {
		who = s.Auditor.Username
	}
	_, _ = fmt.Fprintf(f, "session of %s, token %s", who, transport.Redacted)
}

func (s *Session) check() error {
	switch {
	case s == nil:
		return badInput("Client.As", "", "session", "is nil; use what LogIn returned")
	case s.token.Empty():
		return badInput("Client.As", "", "session", "has no token; the server may want the e-mail address verified first")
	case checkCredential("", s.token.Value()) != nil:
		return badInput("Client.As", "", "session", "has a token that cannot stand in a header")
	}
	return nil
}

// SignUp creates an auditor with a user name and a password and starts a
// session. The auditor is filled as by Create. A name or address that is taken
// is ErrUsernameTaken or ErrEmailTaken. Where the server wants the address
// verified first, the session has no token.
func (c *Client) SignUp(ctx context.Context, auditor *Auditor) (*Session, error) {
	const op = "Session.SignUp"
	if c == nil || c.cfg == nil || auditor == nil {
		return nil, badInput(op, userClass, "", "the client or the auditor is nil")
	}
	users := NewCollection[Auditor](c, userClass)
	call := users.createCall(auditor)
	call.Op, call.NoSession = op, true
	switch {
	case auditor.Username == "":
		call.Err = badInput(op, userClass, "username", "is empty")
	case auditor.Password == "":
		call.Err = badInput(op, userClass, "password", "is empty")
	}
	session := &Session{Auditor: auditor}
	if err := c.do(ctx, call, &signUp{users.created(auditor), session}); err != nil {
		return nil, err
	}
	return session, nil
}

// signUp reads the answer to a create of a user, which brings a session too.
type signUp struct {
	created *creation[Auditor]
	session *Session
}

func (s *signUp) decodeBody(body []byte) (err error) {
	if s.session.token, err = sessionToken(body); err != nil {
		return err
	}
	return s.created.decodeBody(body)
}

// sessionToken reads the token out of an auditor's JSON; there may be none.
func sessionToken(body []byte) (transport.Secret, error) {
	var issued struct {
		Token string `json:"sessionToken"`
	}
	if err := json.Unmarshal(body, &issued, wire.Tolerant()); err != nil {
		return transport.Secret{}, errors.New("the session token is not a text") // the decoder's text might show it
	}
	return transport.NewSecret(issued.Token), nil
}

// LogIn starts a session for an auditor. Use it with As. A wrong name or
// password is ErrObjectNotFound, an address not yet verified ErrEmailNotFound.
func (c *Client) LogIn(ctx context.Context, username, password string) (*Session, error) {
	return c.startSession(ctx, c.passwordCall("Session.LogIn", "login", username, password))
}

// VerifyPassword checks a password without starting a session, and returns its
// auditor. A wrong name or password is ErrObjectNotFound.
func (c *Client) VerifyPassword(ctx context.Context, username, password string) (*Auditor, error) {
	auditor := new(Auditor)
	call := c.passwordCall("Auditor.VerifyPassword", "verifyPassword", username, password)
	call.Needs = []string{"objectId"}
	if err := c.do(ctx, call, auditor); err != nil {
		return nil, err
	}
	return auditor, nil
}

// passwordCall posts the password, so that it stands in no URL.
func (c *Client) passwordCall(op, path, username, password string) transport.Call {
	call := transport.Call{
		Op: op, Method: http.MethodPost, Path: []string{path}, Class: userClass, NoSession: true,
		Body: map[string]string{"username": username, "password": password}, Secrets: []string{password},
	}
	switch {
	case username == "":
		call.Err = badInput(op, userClass, "username", "is empty")
	case password == "":
		call.Err = badInput(op, userClass, "password", "is empty")
	}
	return call
}

// startSession sends a call that answers with an auditor and a session token.
func (c *Client) startSession(ctx context.Context, call transport.Call) (*Session, error) {
	if c == nil || c.cfg == nil {
		return nil, c.do(ctx, call, nil)
	}
	call.Needs = []string{"objectId", "sessionToken"}
	session := &Session{Auditor: new(Auditor)}
	if err := c.do(ctx, call, &logIn{c.cfg.codec, session}); err != nil {
		return nil, err
	}
	return session, nil
}

// logIn reads an auditor with a session token.
type logIn struct {
	codec   *codec
	session *Session
}

func (l *logIn) decodeBody(body []byte) (err error) {
	if l.session.token, err = sessionToken(body); err != nil {
		return err
	}
	return (&single[Auditor]{codec: l.codec, class: userClass, into: l.session.Auditor}).decodeBody(body)
}

// LogOut ends the client's session on the server. A session that has ended
// already (209) is no error.
func (c *Client) LogOut(ctx context.Context) error {
	call := transport.Call{Op: "Session.LogOut", Method: http.MethodPost, Path: []string{"logout"}, Body: struct{}{}, Safety: transport.SafeDelete, Class: userClass}
	if c != nil && c.cfg != nil && c.cfg.sessions != nil {
		session := c.cfg.sessions.forget()
		if session == nil {
			return nil
		}
		return c.As(session).LogOut(ctx)
	}
	call.Err = c.needsSession(call.Op)
	if err := c.do(ctx, call, nil); err != nil && !errors.Is(err, ErrInvalidSession) {
		return err
	}
	return nil
}

// CurrentAuditor reads the auditor whose session this client has.
func (c *Client) CurrentAuditor(ctx context.Context) (*Auditor, error) {
	call := currentAuditorCall()
	call.Needs, call.Err = []string{"objectId"}, c.needsSession(call.Op)
	auditor := new(Auditor)
	if err := c.do(ctx, call, auditor); err != nil {
		return nil, err
	}
	return auditor, nil
}

// currentAuditorCall asks the server whose session it is.
func currentAuditorCall() transport.Call {
	return transport.Call{Op: "Auditor.Current", Method: http.MethodGet, Path: []string{"users", "me"}, Safety: transport.SafeRead, Class: userClass}
}

func (c *Client) needsSession(op string) error {
	if c != nil && c.cfg != nil && c.cfg.Err == nil && c.cfg.sessions == nil && c.cfg.Credentials.Session.Empty() {
		return badInput(op, userClass, "", "needs a session; use a client made with As, or WithSessionSource")
	}
	return nil
}

// RequestPasswordReset has the server mail a link to set a new password. By
// default it is not told whether the address is known.
func (c *Client) RequestPasswordReset(ctx context.Context, email string) error {
	call := transport.Call{
		Op: "Auditor.RequestPasswordReset", Method: http.MethodPost, Path: []string{"requestPasswordReset"},
		Class: userClass, NoSession: true, Body: map[string]string{"email": email},
	}
	if email == "" {
		call.Err = badInput(call.Op, userClass, "email", "is empty")
	}
	return c.do(ctx, call, nil)
}
