package parse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Session is a user who is logged in. Whoever has its token can act for the user, so
// only Token returns it and printing a Session never shows it.
type Session struct {
	token transport.Secret
}

// SessionWithToken makes a session from a token that Token returned earlier. Nothing
// is sent; if the session has ended, the first call returns ErrInvalidSession.
func SessionWithToken(token string) *Session { return &Session{token: transport.NewSecret(token)} }

// Token gives the session token, to be kept somewhere safe; "" where there is none.
func (s *Session) Token() string {
	if s == nil {
		return ""
	}
	return s.token.Value()
}

// Format prints that it is a session, and not the token, for every verb.
func (s Session) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "session of a user, token "+transport.Redacted)
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

// SignUp creates a user with a name and a password, the columns username and
// password of U, and starts a session. The user is filled as by Create. A name or
// address that is taken is ErrUsernameTaken or ErrEmailTaken. Where the server
// wants the address verified first, the session has no token.
func SignUp[U any, P Entity[U]](ctx context.Context, c Caller, user *U) (*Session, error) {
	const op = "Session.SignUp"
	client := clientOf(c)
	if client == nil || client.cfg == nil || user == nil {
		return nil, badInput(op, userClass, "", "the client or the user is nil")
	}
	users := &Collection[U]{client: client, class: userClass, mistake: client.cfg.codec.mistakeIn(reflect.TypeFor[U]())}
	call := users.createCall(user)
	call.Op, call.NoSession = op, true
	var given struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if body, ok := call.Body.(jsontext.Value); ok && json.Unmarshal(body, &given, wire.Tolerant()) == nil {
		switch {
		case given.Username == "":
			call.Err = badInput(op, userClass, "username", "is empty")
		case given.Password == "":
			call.Err = badInput(op, userClass, "password", "is empty")
		}
	}
	session := new(Session)
	err := client.do(ctx, call, &signUp{users.created(user), session})
	if err != nil && unreadIn(err) == nil {
		return nil, err
	}
	return session, err
}

// signUp reads the answer to a create of a user, which brings a session too.
type signUp struct {
	created bodyDecoder
	session *Session
}

func (s *signUp) decodeBody(body []byte) (err error) {
	if s.session.token, err = sessionToken(body); err != nil {
		return err
	}
	return s.created.decodeBody(body)
}

// sessionToken reads the token out of a user's JSON; there may be none.
func sessionToken(body []byte) (transport.Secret, error) {
	var issued struct {
		Token string `json:"sessionToken"`
	}
	if err := json.Unmarshal(body, &issued, wire.Tolerant()); err != nil {
		return transport.Secret{}, errors.New("the session token is not a text") // the decoder's text might show it
	}
	return transport.NewSecret(issued.Token), nil
}

// opLogIn names the call of LogIn in errors.
const opLogIn = "Session.LogIn"

// LogIn starts a session for a user. With [DecodeErrors] too it was started, and the
// user has what could be read. Use it with As. A wrong name or password is
// ErrObjectNotFound, an address not yet verified ErrEmailNotFound.
func LogIn[U any, P Entity[U]](ctx context.Context, c Caller, username, password string) (*U, *Session, error) {
	return startSession[U](ctx, clientOf(c), passwordCall(opLogIn, "login", username, password))
}

// LoginAs starts a session of any user without a password. It returns
// ErrObjectNotFound if there is no such user.
func LoginAs[U any, P Entity[U]](ctx context.Context, admin AdminCaller, userID string) (*U, *Session, error) {
	call := transport.Call{
		Op: "Session.LoginAs", Method: http.MethodPost, Path: []string{"loginAs"},
		Class: userClass, ObjectID: userID, Body: map[string]string{"userId": userID}, Master: true,
	}
	if userID == "" {
		call.Err = badInput(call.Op, userClass, "userID", "is empty")
	}
	return startSession[U](ctx, adminOf(admin).own(), call)
}

// VerifyPassword checks a password without starting a session, and returns its
// user. A wrong name or password is ErrObjectNotFound.
func VerifyPassword[U any, P Entity[U]](ctx context.Context, c Caller, username, password string) (*U, error) {
	call := passwordCall("User.VerifyPassword", "verifyPassword", username, password)
	call.Needs = []string{"objectId"}
	return oneUser[U](ctx, clientOf(c), call)
}

// passwordCall sends the password in a POST, so that it is in no URL.
func passwordCall(op, path, username, password string) transport.Call {
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

// startSession sends a call that answers with a user and a session token.
func startSession[U any](ctx context.Context, c *Client, call transport.Call) (*U, *Session, error) {
	if c == nil || c.cfg == nil {
		return nil, nil, c.do(ctx, call, nil)
	}
	call.Needs = []string{"objectId", "sessionToken"}
	user, session := new(U), new(Session)
	err := c.do(ctx, call, &logIn[U]{c.cfg.codec, user, session})
	if err != nil && unreadIn(err) == nil {
		return nil, nil, err
	}
	return user, session, err
}

// logIn reads a user with a session token.
type logIn[U any] struct {
	codec   *codec
	user    *U
	session *Session
}

func (l *logIn[U]) decodeBody(body []byte) (err error) {
	if l.session.token, err = sessionToken(body); err != nil {
		return err
	}
	return (&single[U]{codec: l.codec, class: userClass, into: l.user}).decodeBody(body)
}

// LogOut ends the client's session on the server. It is not an error if the session
// has ended already (209).
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

// CurrentUser reads the user whose session the client has.
func CurrentUser[U any, P Entity[U]](ctx context.Context, c Caller) (*U, error) {
	client, call := clientOf(c), currentUserCall()
	call.Needs, call.Err = []string{"objectId"}, client.needsSession(call.Op)
	return oneUser[U](ctx, client, call)
}

// oneUser makes a call that answers with a user.
func oneUser[U any](ctx context.Context, c *Client, call transport.Call) (*U, error) {
	if c == nil || c.cfg == nil {
		return nil, c.do(ctx, call, nil)
	}
	user := new(U)
	err := c.do(ctx, call, &single[U]{codec: c.cfg.codec, class: userClass, into: user})
	if err != nil && unreadIn(err) == nil {
		return nil, err
	}
	return user, err
}

// currentUserCall asks the server whose session it is.
func currentUserCall() transport.Call {
	return transport.Call{Op: "User.Current", Method: http.MethodGet, Path: []string{"users", "me"}, Safety: transport.SafeRead, Class: userClass}
}

func (c *Client) needsSession(op string) error {
	if c != nil && c.cfg != nil && c.cfg.Err == nil && !c.HasSession() {
		return badInput(op, userClass, "", "needs a session; use a client made with As, or WithSessionSource")
	}
	return nil
}

// RequestPasswordReset makes the server mail a link to set a new password. By
// default the answer does not show whether the address is known.
func (c *Client) RequestPasswordReset(ctx context.Context, email string) error {
	call := transport.Call{
		Op: "User.RequestPasswordReset", Method: http.MethodPost, Path: []string{"requestPasswordReset"},
		Class: userClass, NoSession: true, Body: map[string]string{"email": email},
	}
	if email == "" {
		call.Err = badInput(call.Op, userClass, "email", "is empty")
	}
	return c.do(ctx, call, nil)
}
