package parse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Option sets one property of a client. A bad value is reported by NewClient.
type Option func(*config) error

// WithApplicationID names the Parse application; it is required.
func WithApplicationID(id string) Option {
	return func(c *config) error {
		if err := checkCredential("WithApplicationID", id); err != nil {
			return err
		}
		c.Credentials.AppID = id
		return nil
	}
}

// WithRESTKey sends the key X-Parse-REST-API-Key. A server that has keys
// configured requires one of them; all of them grant the same.
func WithRESTKey(key string) Option {
	return credentialOption("WithRESTKey", key, func(c *transport.Credentials) *transport.Secret { return &c.RESTKey })
}

// WithJavaScriptKey sends the key X-Parse-Javascript-Key.
func WithJavaScriptKey(key string) Option {
	return credentialOption("WithJavaScriptKey", key, func(c *transport.Credentials) *transport.Secret { return &c.JavaScriptKey })
}

// WithClientKey sends the key X-Parse-Client-Key.
func WithClientKey(key string) Option {
	return credentialOption("WithClientKey", key, func(c *transport.Credentials) *transport.Secret { return &c.ClientKey })
}

// WithMaintenanceKey gives an [Admin] the key X-Parse-Maintenance-Key, which it sends
// with [Collection.BatchRestore] alone. A server accepts it only from the addresses in
// its maintenanceKeyIps, by default its own machine. [NewClient] refuses it.
func WithMaintenanceKey(key string) Option {
	return credentialOption("WithMaintenanceKey", key, func(c *transport.Credentials) *transport.Secret { return &c.MaintenanceKey })
}

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

// WithRetryPolicy sets how often calls are sent again, and after which pauses.
func WithRetryPolicy(policy RetryPolicy) Option {
	return func(c *config) error {
		if policy.MaxAttempts < 0 || policy.FirstWait < 0 || policy.MaxWait < 0 || policy.AttemptTimeout < 0 {
			return optionError("WithRetryPolicy", "a negative value; 0 means the default, MaxAttempts: 1 means no retries")
		}
		c.Retry = transport.RetryPolicy(policy.withDefaults())
		return nil
	}
}

// WithoutRetries sends each call once, whatever becomes of it: for tests, in which a
// made-up failure is otherwise repeated after pauses. An option WithRetryPolicy after it
// replaces it.
func WithoutRetries() Option {
	return func(c *config) error {
		c.Retry.MaxAttempts = 1
		return nil
	}
}

// RequestIDs is how far the client may rely on X-Parse-Request-Id.
type RequestIDs int

const (
	// RequestIDsSent is the default: every write that the server can recognise
	// by a request id has one, and nothing relies on the server doing so:
	// Parse Server has this turned off unless idempotencyOptions.paths is set,
	// and a client cannot find out. A write whose reply is lost is then never
	// repeated.
	RequestIDsSent RequestIDs = iota
	// RequestIDsHonoured says that the server's idempotencyOptions.paths cover
	// classes, users, functions and jobs. A write whose reply is lost is then
	// repeated under the same id; where the server answers that it has received
	// it before (159), the outcome is still unknown, because the server does
	// not repeat its first answer and a failed attempt uses the id up too.
	// If the server does not do this, writes may be carried out twice.
	RequestIDsHonoured
	// RequestIDsOff sends none.
	RequestIDsOff
)

// WithRequestIDs sets whether request ids are sent and relied upon.
func WithRequestIDs(ids RequestIDs) Option {
	return func(c *config) error {
		if ids < RequestIDsSent || ids > RequestIDsOff {
			return optionError("WithRequestIDs", "unknown value")
		}
		c.SendIDs, c.TrustIDs = ids != RequestIDsOff, ids == RequestIDsHonoured
		return nil
	}
}

// WithBodyLimits bounds the bytes of one request body and, after
// decompression, of one answer; 0 leaves the default of 20 MB, which is the
// server's own, and 64 MB. Files are streamed and not bounded by it.
func WithBodyLimits(request, response int64) Option {
	return func(c *config) error {
		return errors.Join(setLimit("WithBodyLimits", &c.MaxRequest, request), setLimit("WithBodyLimits", &c.MaxAnswer, response))
	}
}

// WithBatchLimits bounds the items of one batch request, also of a transaction,
// and the batch requests under way at once; 0 leaves the default of 50 items and
// 4 requests. A server may have a limit of its own
// (requestComplexity.batchRequestLimit) and then refuses the whole request.
func WithBatchLimits(items, parallel int) Option {
	return func(c *config) error {
		return errors.Join(setLimit("WithBatchLimits", &c.batchItems, items), setLimit("WithBatchLimits", &c.batchParallel, parallel))
	}
}

// WithLiveQueryLimits bounds the bytes of one live query message, and the events
// and bytes that wait for the consumer of each subscription; 0 leaves the
// defaults of 16 MiB, 1,024 events and 16 MiB. A larger message costs the
// connection, after which the subscription catches up. [Subscription] says what
// happens when a queue is full.
func WithLiveQueryLimits(message int64, events, bytes int) Option {
	return func(c *config) error {
		const option = "WithLiveQueryLimits"
		return errors.Join(setLimit(option, &c.liveMessage, message), setLimit(option, &c.liveEvents, events), setLimit(option, &c.liveBytes, bytes))
	}
}

// WithSessionSource lets the client log in by itself: at its first call, and
// again when the server rejects the token (209). All calls that wait for a
// session share one log-in. The rejected call is sent again, unless it runs the
// application's own code, which may have used 209 for itself.
func WithSessionSource(source SessionSource) Option {
	return func(c *config) error {
		if source == nil {
			return optionError("WithSessionSource", "the source is nil; leave the option out for none")
		}
		c.sessions = &sessionKeeper{source: source}
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

// validFunction is what Parse Server takes as the name of a cloud function.
var validFunction = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func credentialOption(option, value string, field func(*transport.Credentials) *transport.Secret) Option {
	return func(c *config) error {
		if err := checkCredential(option, value); err != nil {
			return err
		}
		*field(&c.Credentials) = transport.NewSecret(value)
		return nil
	}
}

// setLimit sets one bound of an option; 0 leaves the default.
func setLimit[N int | int64](option string, bound *N, limit N) error {
	switch {
	case limit < 0:
		return optionError(option, "a negative limit; 0 means the default")
	case limit > 0:
		*bound = limit
	}
	return nil
}

// checkCredential refuses a value that cannot stand in a header. The error does not
// show it.
func checkCredential(option, value string) error {
	if value == "" {
		return optionError(option, "the value is empty; leave the option out instead")
	}
	if strings.TrimSpace(value) != value || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return optionError(option, "the value has spaces around it or characters that cannot stand in a header")
	}
	return nil
}

func optionError(option, format string, args ...any) error {
	return &InputError{Op: "NewClient", Field: option, Reason: fmt.Sprintf(format, args...)}
}

const (
	defaultMaxRequest  = 20 << 20
	defaultMaxResponse = 64 << 20
	defaultUserAgent   = "isoaudit-go"

	defaultBatchItems    = 50
	defaultBatchParallel = 4
	maxTransactions      = 4
)

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
