package parse

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Option sets one property of a client. A bad value is reported by NewClient.
type Option func(*config) error

// WithHTTPClient sends everything through a copy of client: REST, files,
// GraphQL and live queries. The client itself is not changed. Its Timeout ends
// file transfers too; RetryPolicy.AttemptTimeout does not.
//
// A transport that repeats requests by itself defeats the promise that a write
// is never sent twice.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return optionError("WithHTTPClient", "the client is nil; leave the option out for the default")
		}
		before := c.HTTP.Transport
		c.HTTP = *client
		if c.HTTP.Transport == nil {
			c.HTTP.Transport = before
		}
		return nil
	}
}

// WithTransport sends everything through roundTripper: the place for tracing,
// metrics and fakes. It replaces the transport of WithHTTPClient. It must not
// repeat requests by itself.
func WithTransport(roundTripper http.RoundTripper) Option {
	return func(c *config) error {
		if roundTripper == nil {
			return optionError("WithTransport", "the transport is nil; leave the option out for the default")
		}
		c.roundTripper = roundTripper
		return nil
	}
}

// WithLogger writes one record for each request sent: operation, class, status,
// code, attempt and duration, never values, keys or tokens. Successes are at
// level debug, failures at level warning.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return optionError("WithLogger", "the logger is nil; leave the option out for none")
		}
		c.Logger = logger
		return nil
	}
}

// WithUserClass names the class that stands for users in pointers and paths:
// "_User", the default, or a plain class of applications that have one.
func WithUserClass(class string) Option {
	return func(c *config) error {
		if class != userClass && !validColumn(class) {
			return optionError("WithUserClass", "want _User or a class name of letters, digits and _")
		}
		c.userClass = class
		return nil
	}
}

// WithErrorDetails calls explain for every answer that is not a success. An error
// that explain returns becomes the cause of the [Error], where errors.As finds it,
// and its text replaces the server's message. If explain returns nil the error stays
// as it is. The option is for servers whose messages hold more than text.
func WithErrorDetails(explain func(*Error) error) Option {
	return func(c *config) error {
		if explain == nil {
			return optionError("WithErrorDetails", "the function is nil; leave the option out for none")
		}
		c.details = explain
		return nil
	}
}

const defaultUserAgent = "isoaudit-go"

// WithUserAgent replaces the User-Agent header "isoaudit-go".
func WithUserAgent(agent string) Option {
	return func(c *config) error {
		if err := checkCredential("WithUserAgent", agent); err != nil {
			return err
		}
		c.UserAgent = agent
		return nil
	}
}

// WithLiveQueryURL sets the address of the live query server, as in
// "wss://example.b4a.io"; the default is the server's own address with the
// scheme ws or wss.
func WithLiveQueryURL(address string) Option {
	return func(c *config) error {
		u, err := parseAddress("WithLiveQueryURL", address, "ws", "wss")
		c.live = u
		return err
	}
}

// WithGraphQLURL sets the address of the GraphQL endpoint; the default is
// /graphql at the root of the server's host.
func WithGraphQLURL(address string) Option {
	return func(c *config) error {
		u, err := parseAddress("WithGraphQLURL", address, "http", "https")
		c.graphQL = u
		return err
	}
}

// WithCloudCodeACLs gives [Admin.PlanSchema] and [Admin.ApplySchema] a function that
// asks the application's Cloud Code for the ACLs that it gives to new objects, by
// class (see [schema.CloudCodeACLs]). It is called for servers that keep no default
// ACLs themselves; nil means that there is no such Cloud Code.
func WithCloudCodeACLs(ask func(context.Context, *Admin) (map[string]map[string]schema.Access, error)) Option {
	return func(c *config) error {
		if ask == nil {
			return optionError("WithCloudCodeACLs", "the function is nil; leave the option out for none")
		}
		c.cloudACLs = ask
		return nil
	}
}

func optionError(option, format string, args ...any) error {
	return &InputError{Op: "NewClient", Field: option, Reason: fmt.Sprintf(format, args...)}
}
