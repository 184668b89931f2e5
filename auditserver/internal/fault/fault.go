// Package fault holds the errors that a client of the server sees, in the two
// shapes of protocol section 7: [Error] has a Parse error code, [Plain] has only
// a text. Any other error is the server's own fault and is not shown.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Error is answered as {"code": Code, "error": Message}.
type Error struct {
	Code    int // one of the codes in package wire, or the application's own
	Message string
}

// New makes an error with a formatted message.
func New(code int, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }

// Status is the HTTP status of the answer.
func (e *Error) Status() int {
	switch e.Code {
	case wire.CodeInternal:
		return http.StatusInternalServerError
	case wire.CodeObjectNotFound:
		return http.StatusNotFound
	}
	return http.StatusBadRequest
}

// Plain is answered as {"error": Message} with a status of its own: what Parse
// Server sends for missing credentials, routes of the master key and bodies that
// cannot be read.
type Plain struct {
	Status  int
	Message string
	After   time.Duration // when to come again; 0: that would not help
}

// Error implements error.
func (e *Plain) Error() string { return e.Message }

// BadRequest is a Plain for a request that cannot be read.
func BadRequest(message string) *Plain {
	return &Plain{Status: http.StatusBadRequest, Message: message}
}

// Refusals that several parts of the server give.
var (
	ErrUnauthorized = &Plain{Status: http.StatusForbidden, Message: "unauthorized"}
	ErrMasterOnly   = &Plain{Status: http.StatusForbidden, Message: "Permission denied"}

	// The text of a denied permission is always the same, as it is with Parse
	// Server's enableSanitizedErrorResponse: clients look at codes, not at texts.
	ErrPermission    = &Error{Code: wire.CodeForbidden, Message: "Permission denied"}
	ErrNeedsLogin    = &Error{Code: wire.CodeObjectNotFound, Message: "Permission denied"}
	ErrNotFound      = &Error{Code: wire.CodeObjectNotFound, Message: "Object not found."}
	ErrSession       = &Error{Code: wire.CodeInvalidSession, Message: "Invalid session token"}
	ErrUserForbidden = &Error{Code: wire.CodeSessionMissing, Message: "Permission denied"}
)

// Shown gives an error as a client may see it. For an error that is the server's
// own fault, known is false and the text stays in the log.
func Shown(err error) (e *Error, known bool) {
	if errors.As(err, &e) {
		return e, true
	}
	var w *where.Error
	if errors.As(err, &w) {
		message := w.Message
		if option, limited := whereOptions[w.Limit]; limited {
			message += " (option " + option + ")"
		}
		return &Error{Code: w.Code, Message: message}, true
	}
	return &Error{Code: wire.CodeInternal, Message: "Internal server error."}, false
}

// whereOptions are the options of the server that set what package where bounds.
var whereOptions = map[where.Limit]string{
	where.LimitDepth:      "requestComplexity.queryDepth",
	where.LimitConditions: "limits.conditions",
	where.LimitRegex:      "allowRegex",
}

// TooLarge refuses a body or a file of more bytes than the limit.
func TooLarge(limit int64) *Plain {
	return &Plain{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("request entity too large: the limit is %d bytes (option maxUploadSize)", limit)}
}

// InvalidName refuses the name of a field, which may be long.
func InvalidName(name string) *Error {
	const most = 200
	if len(name) > most {
		return New(wire.CodeInvalidKeyName, "Invalid field name: %s... (%d bytes).", name[:most], len(name))
	}
	return New(wire.CodeInvalidKeyName, "Invalid field name: %s.", name)
}
