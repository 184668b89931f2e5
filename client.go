package isoaudit

import (
	"context"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Client speaks to one audit backend as one identity: a [parse.Client] with the
// six classes, roles and sessions. It is immutable and safe for concurrent use; As
// and Anonymous derive clients with another identity and leave the original as it
// was.
type Client struct {
	Auditors            *Collection[Auditor]
	AuditPlans          *Collection[AuditPlan]
	AuditFindings       *Collection[AuditFinding]
	CorrectiveActions   *Collection[CorrectiveAction]
	DocumentControlLogs *Collection[DocumentControlLog]
	AuditReviews        *Collection[AuditReview]
	Roles               *Collection[Role]
	Sessions            *Collection[SessionRecord]
	AuditTrail          *Collection[TrailEvent] // managers and coordinators read it, nobody writes it

	*parse.Client
}

// The names of package parse that stand in the types and calls of a program on the
// six classes. All others are parse's alone.
type (
	// Collection is [parse.Collection]: one class on the server.
	Collection[T any] = parse.Collection[T]
	// Query is [parse.Query]: a search in one class.
	Query[T any] = parse.Query[T]
	// Pointer is [parse.Pointer]: a reference to one object.
	Pointer[T any] = parse.Pointer[T]
	// Subscription is [parse.Subscription]: the changes of what a query finds.
	Subscription[T any] = parse.Subscription[T]
	// Event is [parse.Event]: one change.
	Event[T any] = parse.Event[T]
)

// PointerTo is [parse.PointerTo]: a pointer to the object with this id.
func PointerTo[T any](id string) Pointer[T] { return parse.PointerTo[T](id) }

// NewClient makes a client for the server at serverURL, which includes the
// mount path, as in "https://parseapi.back4app.com" or
// "http://127.0.0.1:1337/parse". [parse.WithApplicationID] is required. Nothing is
// sent. All mistakes in the URL and the options are reported together.
func NewClient(serverURL string, options ...parse.Option) (*Client, error) {
	client, err := parse.NewClient(serverURL, ownOptions(options)...)
	if err != nil {
		return nil, err
	}
	return ClientOf(client), nil
}

// ownOptions adds what this package knows of the servers' messages and Cloud Code.
func ownOptions(options []parse.Option) []parse.Option {
	return append(options[:len(options):len(options)], parse.WithErrorDetails(brokenRules), parse.WithCloudCodeACLs(cloudCodeACLs))
}

// WithAuditorClass names the class that holds auditors: "_User", the default,
// or a plain class such as "Auditor" in applications that have one.
func WithAuditorClass(class string) parse.Option { return parse.WithUserClass(class) }

// ClientOf gives a client of package parse the classes, roles and trail of this package,
// for a program that reaches one server with both.
func ClientOf(c *parse.Client) *Client {
	return &Client{
		Auditors:            parse.NewCollection[Auditor](c, c.ClassName((*Auditor)(nil))),
		AuditPlans:          parse.NewCollection[AuditPlan](c, planClass.Name()),
		AuditFindings:       parse.NewCollection[AuditFinding](c, findingClass.Name()),
		CorrectiveActions:   parse.NewCollection[CorrectiveAction](c, actionClass.Name()),
		DocumentControlLogs: parse.NewCollection[DocumentControlLog](c, documentClass.Name()),
		AuditReviews:        parse.NewCollection[AuditReview](c, reviewClass.Name()),
		Roles:               parse.NewCollection[Role](c, roleClass.Name()),
		Sessions:            parse.NewCollection[SessionRecord](c, sessionClass),
		AuditTrail:          parse.NewCollection[TrailEvent](c, event.Class),
		Client:              c,
	}
}

// Anonymous derives a client that sends its keys but no session, and no master key.
func (c *Client) Anonymous() *Client { return derive(c.engine().Anonymous()) }

// As derives a client that acts as session's auditor, and without the master
// key, beside which the server would ignore the session. A nil session or one
// without a token is reported by every call of the derived client.
func (c *Client) As(session *Session) *Client { return derive(c.engine().As(session.engine())) }

// derive makes a client for engine; that of a zero Client stays zero.
func derive(c *parse.Client) *Client {
	if *c == (parse.Client{}) {
		return new(Client) // every call on it reports that it is zero
	}
	return ClientOf(c)
}

// engine is the parse.Client that the calls go through. It is nil for a nil or zero
// Client, which every call reports. Promoted methods would panic on a nil *Client, so
// this file and admin.go have a method for each of package parse's.
func (c *Client) engine() *parse.Client {
	if c == nil {
		return nil
	}
	return c.Client
}

// Batch sends many writes in few requests; see [parse.Client.Batch].
func (c *Client) Batch(ctx context.Context, items ...parse.BatchItem) ([]parse.BatchResult, error) {
	return c.engine().Batch(ctx, items...)
}

// Transaction carries out all items or none; see [parse.Client.Transaction].
func (c *Client) Transaction(ctx context.Context, items ...parse.BatchItem) error {
	return c.engine().Transaction(ctx, items...)
}

// Upload streams a file to the server; see [parse.Client.Upload].
func (c *Client) Upload(ctx context.Context, upload parse.Upload) (parse.File, error) {
	return c.engine().Upload(ctx, upload)
}

// Open reads a stored file; see [parse.Client.Open].
func (c *Client) Open(ctx context.Context, file parse.File) (*parse.FileContent, error) {
	return c.engine().Open(ctx, file)
}

// GraphQL sends one GraphQL document; see [parse.Client.GraphQL].
func (c *Client) GraphQL(ctx context.Context, document string, variables, out any) error {
	return c.engine().GraphQL(ctx, document, variables, out)
}

// Config reads the application's parameters; see [parse.Client.Config].
func (c *Client) Config(ctx context.Context) (*parse.Config, error) { return c.engine().Config(ctx) }

// Health asks once whether the server is ready; see [parse.Client.Health].
func (c *Client) Health(ctx context.Context) error { return c.engine().Health(ctx) }
