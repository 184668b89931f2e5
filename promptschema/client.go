package promptschema

import (
	"context"
	"iter"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Client speaks to one backend of the four classes as one identity: a [parse.Client]
// with the classes, roles and sessions. It is immutable and safe for concurrent use; As
// and Anonymous derive clients with another identity and leave the original as it was.
type Client struct {
	Users               *parse.Collection[User]
	Audits              *parse.Collection[Audit]
	DocumentControlLogs *parse.Collection[DocumentControlLog]
	NonConformances     *parse.Collection[NonConformance]
	CAPAs               *parse.Collection[CAPA]
	Roles               *parse.Collection[isoaudit.Role]
	AuditTrail          *parse.Collection[isoaudit.TrailEvent] // managers and coordinators read it, nobody writes it

	*parse.Client
}

// NewClient makes a client for the server at serverURL, as [isoaudit.NewClient] does.
// Nothing is sent.
func NewClient(serverURL string, options ...parse.Option) (*Client, error) {
	client, err := isoaudit.NewClient(serverURL, options...)
	if err != nil {
		return nil, err
	}
	return clientOf(client.Client), nil
}

func clientOf(c *parse.Client) *Client {
	return &Client{
		Users:               parse.NewCollection[User](c, userClass.Name()),
		Audits:              parse.NewCollection[Audit](c, auditClass.Name()),
		DocumentControlLogs: parse.NewCollection[DocumentControlLog](c, documentClass.Name()),
		NonConformances:     parse.NewCollection[NonConformance](c, nonConformanceClass.Name()),
		CAPAs:               parse.NewCollection[CAPA](c, capaClass.Name()),
		Roles:               isoaudit.ClientOf(c).Roles,
		AuditTrail:          isoaudit.ClientOf(c).AuditTrail,
		Client:              c,
	}
}

// engine is the parse.Client that the calls go through. It is nil for a nil or zero
// Client, which every call reports.
func (c *Client) engine() *parse.Client {
	if c == nil {
		return nil
	}
	return c.Client
}

// Anonymous derives a client that sends its keys but no session, and no master key.
func (c *Client) Anonymous() *Client { return clientOf(c.engine().Anonymous()) }

// As derives a client that acts as session's user, and without the master key. A nil
// session or one without a token is reported by every call of the derived client.
func (c *Client) As(session *parse.Session) *Client { return clientOf(c.engine().As(session)) }

// SignUp creates a user with a user name and a password and starts a session. The user
// is filled as by Create. A name or address that is taken is [parse.ErrUsernameTaken] or
// [parse.ErrEmailTaken]. Where the server wants the address verified first, the session
// has no token.
func (c *Client) SignUp(ctx context.Context, user *User) (*parse.Session, error) {
	return parse.SignUp(ctx, c.engine(), user)
}

// LogIn starts a session for a user. Use it with As; LogOut ends it. A wrong name or
// password is [parse.ErrObjectNotFound], an address not yet verified
// [parse.ErrEmailNotFound].
func (c *Client) LogIn(ctx context.Context, username, password string) (*User, *parse.Session, error) {
	return parse.LogIn[User](ctx, c.engine(), username, password)
}

// CurrentUser reads the user whose session this client has.
func (c *Client) CurrentUser(ctx context.Context) (*User, error) {
	return parse.CurrentUser[User](ctx, c.engine())
}

// Check runs the rules of [policy.Prompt] on an object before it is saved, as
// [isoaudit.Client.Check] does for the six classes. Broken rules for which the server
// would refuse the save are an [*isoaudit.PolicyError].
func (c *Client) Check(ctx context.Context, object isoaudit.Checkable) (warnings []policy.Violation, err error) {
	return isoaudit.CheckRules(ctx, c.engine(), policy.Prompt(), object)
}

// History gives the audit trail of one object, the oldest event first; see
// [isoaudit.Client.History].
func (c *Client) History(ctx context.Context, of parse.Reference) iter.Seq2[event.Event, error] {
	return isoaudit.ClientOf(c.engine()).History(ctx, of)
}
