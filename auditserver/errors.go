package auditserver

import (
	"errors"
	"fmt"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Error is an error a client sees, with a Parse error code (protocol section 7).
// Triggers and functions return one to choose the code; any other error of
// theirs reaches the client as code 141.
type Error struct {
	Code    int
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }

// ErrDamaged says that a database does not hold writes that were acknowledged: its
// log is damaged or gone, or it was emptied. [Config].Recover goes on without them.
var ErrDamaged = store.ErrDamaged

// published turns an error of the internal packages into an [*Error], which a
// program can look at.
func published(err error) error {
	var e *fault.Error
	if errors.As(err, &e) {
		return &Error{Code: e.Code, Message: e.Message}
	}
	return err
}

// clientError turns any error of a handler into what a client may see.
// known is false for an internal error, whose text stays in the log.
func clientError(err error) (e *fault.Error, known bool) {
	if e, known = fault.Shown(err); !known && errors.Is(err, store.ErrNotFound) {
		return fault.ErrNotFound, true
	}
	return e, known
}
