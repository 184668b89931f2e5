package parse

import "github.com/isoaudit/isoaudit-go/parse/internal/transport"

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
