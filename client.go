package isoaudit

import "github.com/isoaudit/isoaudit-go/internal/transport"

// Client speaks to one application on one server as one identity. It is
// immutable and safe for concurrent use; As and Anonymous derive clients with
// another identity and leave the original as it was.
type Client struct {
	Auditors            *Collection[Auditor]
	AuditPlans          *Collection[AuditPlan]
	AuditFindings       *Collection[AuditFinding]
	CorrectiveActions   *Collection[CorrectiveAction]
	DocumentControlLogs *Collection[DocumentControlLog]
	AuditReviews        *Collection[AuditReview]
	Roles               *Collection[Role]
	Sessions            *Collection[SessionRecord]

	cfg  *config
	live *liveLink
}

// NewClient makes a client for the server at serverURL, which includes the
// mount path, as in "https://parseapi.back4app.com" or
// "http://127.0.0.1:1337/parse". WithApplicationID is required. Nothing is
// sent. All mistakes in the URL and the options are reported together.
func NewClient(serverURL string, options ...Option) (*Client, error) {
	cfg, err := newConfig(serverURL, options)
	if err != nil {
		return nil, err
	}
	return newClient(cfg), nil
}

func newClient(cfg *config) *Client {
	c := &Client{cfg: cfg}
	c.live = &liveLink{client: c}
	if cfg.sessions != nil {
		cfg.Sessions = clientSessions{cfg.sessions, c}
	}
	// Made without the checks of NewCollection, which are for types of others: a
	// server may derive a client for every request.
	c.Auditors = &Collection[Auditor]{client: c, class: cfg.auditorClass}
	c.AuditPlans = &Collection[AuditPlan]{client: c, class: classAuditPlan}
	c.AuditFindings = &Collection[AuditFinding]{client: c, class: classAuditFinding}
	c.CorrectiveActions = &Collection[CorrectiveAction]{client: c, class: classCorrectiveAction}
	c.DocumentControlLogs = &Collection[DocumentControlLog]{client: c, class: classDocumentControlLog}
	c.AuditReviews = &Collection[AuditReview]{client: c, class: classAuditReview}
	c.Roles = &Collection[Role]{client: c, class: roleClass}
	c.Sessions = &Collection[SessionRecord]{client: c, class: sessionClass}
	return c
}

// Anonymous derives a client that sends its keys but no session, and no master key.
func (c *Client) Anonymous() *Client {
	if c == nil || c.cfg == nil {
		return new(Client) // every call of it says so
	}
	cfg := *c.cfg
	cfg.Credentials.Session, cfg.Credentials.MasterKey = transport.Secret{}, transport.Secret{}
	cfg.sessions, cfg.Sessions = nil, nil
	return newClient(&cfg)
}

// As derives a client that acts as session's auditor, and without the master
// key, beside which the server would ignore the session. A nil session or one
// without a token is reported by every call of the derived client.
func (c *Client) As(session *Session) *Client {
	derived := c.Anonymous()
	if derived.cfg == nil {
		return derived
	}
	if err := session.check(); err != nil {
		derived.cfg.Err = err
		return derived
	}
	derived.cfg.Credentials.Session = session.token
	return derived
}

// userClass is Parse Server's own class of users.
const userClass = "_User"
