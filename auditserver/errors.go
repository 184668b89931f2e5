package auditserver

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Error is an error a client sees, with a Parse error code (protocol section 7).
// Triggers and functions return one to choose the code; any other error of
// theirs reaches the client as code 141.
type Error struct {
	Code    int
	Message string
	status  int // HTTP status where it is not the code's usual one
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }

func fail(code int, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// badName refuses a field's name, which may be long: JSON that is sent as a form,
// as curl -d does by itself, is one name as a whole.
func badName(name string) *Error {
	const most = 200
	switch {
	case strings.HasPrefix(name, "{"):
		return fail(wire.CodeInvalidKeyName, "Invalid field name: the body is JSON but was sent as a form; send it with Content-Type: application/json.")
	case len(name) > most:
		return fail(wire.CodeInvalidKeyName, "Invalid field name: %s... (%d bytes).", name[:most], len(name))
	}
	return fail(wire.CodeInvalidKeyName, "Invalid field name: %s.", name)
}

// plainError is an answer of {"error": text} without a code: what Parse Server
// sends for missing credentials, master-only routes and unreadable bodies.
type plainError struct {
	status  int
	message string
}

func (e *plainError) Error() string { return e.message }

var (
	errUnauthorized = &plainError{http.StatusForbidden, "unauthorized"}
	errMasterOnly   = &plainError{http.StatusForbidden, "Permission denied"}

	// Permission texts are the same for every denial, as Parse Server's
	// enableSanitizedErrorResponse makes them: a client maps codes, not texts.
	errPermission    = &Error{Code: wire.CodeForbidden, Message: "Permission denied"}
	errNeedsLogin    = &Error{Code: wire.CodeObjectNotFound, Message: "Permission denied"}
	errNotFound      = &Error{Code: wire.CodeObjectNotFound, Message: "Object not found."}
	errSession       = &Error{Code: wire.CodeInvalidSession, Message: "Invalid session token"}
	errUserForbidden = &Error{Code: wire.CodeSessionMissing, Message: "Permission denied"}
)

// status gives the HTTP status of a Parse error.
func (e *Error) httpStatus() int {
	switch {
	case e.status != 0:
		return e.status
	case e.Code == wire.CodeInternal:
		return http.StatusInternalServerError
	case e.Code == wire.CodeObjectNotFound:
		return http.StatusNotFound
	}
	return http.StatusBadRequest
}

// clientError turns any error of a handler into what a client may see.
// known is false for a fault of the server, whose text stays in the log.
func clientError(err error) (e *Error, known bool) {
	if errors.As(err, &e) {
		return e, true
	}
	var w *where.Error
	if errors.As(err, &w) {
		return &Error{Code: w.Code, Message: w.Message}, true
	}
	if errors.Is(err, store.ErrNotFound) {
		return errNotFound, true
	}
	return &Error{Code: wire.CodeInternal, Message: "Internal server error."}, false
}
