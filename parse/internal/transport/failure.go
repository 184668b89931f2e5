package transport

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Mistake is a mistake of the caller that was found before anything was sent.
type Mistake struct{ Op, Class, Field, Reason string }

// Error implements error.
func (m *Mistake) Error() string { return m.Op + ": " + m.Field + ": " + m.Reason }

func (c *Call) mistake(field, format string, args ...any) error {
	return &Mistake{Op: c.Op, Class: c.Class, Field: field, Reason: fmt.Sprintf(format, args...)}
}

// Failure is an answer that is not a success, or a request that got none.
type Failure struct {
	Call       *Call
	AsMaster   bool          // it was sent with the master key
	InSession  bool          // it was sent with a session
	Code       int           // Parse's error code; 0 where there was no answer or it named none
	Status     int           // of HTTP; 0 where there was no answer
	Message    string        // the server's text, or the start of a body that is not Parse's
	RetryAfter time.Duration // what the server asked for; 0: nothing
	Location   string        // where the server redirects to
	Attempts   int           // how often the request was sent
	Unknown    bool          // the server may or may not have carried out the write
	Cause      error         // what went wrong below; nil where the server simply refused
}

// Error implements error.
func (f *Failure) Error() string {
	if f.Cause != nil {
		return f.Call.Op + ": " + f.Cause.Error()
	}
	return f.Call.Op + ": " + f.Message
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// because adds the end of the caller's context to a failure.
func (f *Failure) because(err error) *Failure {
	if !errors.Is(f.Cause, err) {
		f.Cause = errors.Join(f.Cause, err)
	}
	return f
}

// failure describes an attempt that brought no answer that could be used.
func (r *Request) failure(identity *Credentials, err error) *Failure {
	return &Failure{Call: &r.Call, Cause: identity.scrubError(err, r.Secrets)}
}

// scrubError returns an error unchanged unless its text shows a credential, as the
// error of a transport that prints whole requests would.
func (c *Credentials) scrubError(err error, secrets []string) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		// Its URL is in Op, Class and ObjectID already, and may hold a long query.
		err = wrapped.Err
	}
	text := err.Error()
	clean := c.Scrub(text, secrets...)
	if clean == text {
		return err
	}
	for _, kind := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return &scrubbedError{clean, kind}
		}
	}
	return &scrubbedError{clean, nil}
}

// scrubbedError is an error whose text was changed. Of the original it only wraps the
// end of a context.
type scrubbedError struct {
	text string
	kind error
}

func (e *scrubbedError) Error() string { return e.text }
func (e *scrubbedError) Unwrap() error { return e.kind }
