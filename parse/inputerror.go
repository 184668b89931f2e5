package parse

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// InputError is a mistake of the caller that was found before anything was
// sent: an empty id, an impossible option, a value that cannot be encoded.
type InputError struct {
	Package string // that found it; "": this one
	Op      string // "AuditPlan.Update"
	Class   string // "" where no class is concerned
	Field   string // the field, parameter or option; "" where it is the call as a whole
	Reason  string // what is wrong and what to do
}

// Error implements error.
func (e *InputError) Error() string {
	where := e.Op
	if e.Field != "" {
		where += ": " + e.Field
	}
	return cmp.Or(e.Package, "parse") + ": " + where + ": " + e.Reason + " (nothing was sent)"
}

func noClient(op, class string) error {
	return badInput(op, class, "", "the client is nil or zero; make one with NewClient")
}

func nilContext(op, class string) error {
	return badInput(op, class, "ctx", transport.NilContext)
}

func badInput(op, class, field, format string, args ...any) error {
	return &InputError{Op: op, Class: class, Field: field, Reason: fmt.Sprintf(format, args...)}
}

// mistakeIn turns a mistake in a condition or change into an InputError.
func mistakeIn(op, class string, err error) error {
	var mistake *wire.FieldError
	if errors.As(err, &mistake) {
		return badInput(op, class, mistake.Field, "%s", mistake.Reason)
	}
	return badInput(op, class, wire.FieldOf(err), "%v", wire.BareCause(err))
}
