package parse

import (
	"context"
	"errors"
	"net/http"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// do makes one call, in as many attempts as are safe, and reads the answer into
// out; a nil out discards it. Package transport describes how a call travels
// (call.go there). The error is an *InputError if nothing was sent, and an *Error
// otherwise.
func (c *Client) do(ctx context.Context, call transport.Call, out any) error {
	_, err := c.doWithHeader(ctx, call, out)
	return err
}

// doWithHeader is do for callers that need the header of the answer as well.
func (c *Client) doWithHeader(ctx context.Context, call transport.Call, out any) (http.Header, error) {
	if c == nil || c.cfg == nil {
		return nil, noClient(call.Op, call.Class)
	}
	header, err := c.cfg.Do(ctx, call, out)
	return header, c.cfg.publicError(err)
}

// publicError turns an error of package transport into one of this package. The
// transport has already decided whether the outcome is unknown (verdict.go there).
func (c *config) publicError(err error) error {
	switch err := err.(type) {
	case *transport.Mistake:
		return &InputError{Op: err.Op, Class: err.Class, Field: err.Field, Reason: err.Reason}
	case *transport.Failure:
		e := &Error{
			Code: Code(err.Code), HTTPStatus: err.Status, Message: err.Message, RetryAfter: err.RetryAfter, Attempts: err.Attempts,
			Op: err.Call.Op, Class: err.Call.Class, ObjectID: err.Call.ObjectID,
			unknown: err.Unknown, cause: err.Cause,
		}
		if err.Status != 0 && (err.Status < 200 || err.Status > 299) {
			e.Hint = hint(err)
			c.explain(e)
		}
		return e
	}
	return err
}

// explain adds what WithErrorDetails knows about an answer.
func (c *config) explain(e *Error) {
	if c.details == nil {
		return
	}
	if detail := c.details(e); detail != nil {
		e.cause, e.explained = errors.Join(detail, e.cause), true
		if e.cause.Error() == detail.Error() {
			e.cause = detail
		}
	}
}

// transient reports whether the same call may succeed later: the server is down,
// starting, busy or out of order.
func transient(err error) bool {
	var failure *Error
	if !errors.As(err, &failure) {
		return false
	}
	if login := new(logInFailure); errors.As(failure.cause, &login) {
		return login.transient
	}
	if errors.As(err, new(*transport.UnfitError)) || errors.Is(err, transport.ErrTooLarge) {
		return false
	}
	switch status := failure.HTTPStatus; {
	case status == 408, status == 425, status == 429, status >= 500:
		return true
	case status == 401, status == 403:
		return false
	}
	// Without a code it was not Parse Server that answered, or not yet: one that
	// starts answers 404 until its routes are there. ErrOther with 400 is how it
	// says that it could not look the session up.
	return failure.Code == 0 || failure.Code == ErrOther
}
