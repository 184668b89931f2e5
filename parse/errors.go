package parse

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// ErrOutcomeUnknown is matched, with errors.Is, by the error of a write that the
// server may or may not have carried out: the reply was lost, or a gateway answered
// in the server's place. Read the object before writing again. After a create the
// id is not known, so look for a reference of your own that is unique in the class.
// An object that is not there yet may still appear while the lost request is under
// way.
//
// A write that returns nil was done, and so was one whose error is [DecodeErrors]:
// it was answered, with a value that does not fit its field. A write that returns
// any other error was not done.
var ErrOutcomeUnknown = errors.New("outcome unknown: the server may or may not have carried out the write")

// Error is every answer of the server that is not a success, and every request
// that got no answer. It never holds a key, a token or a password.
//
// errors.Is(err, ErrObjectNotFound) and the other codes match on Code;
// errors.Is(err, ErrOutcomeUnknown) distinguishes an unknown outcome from a refusal;
// errors.Is(err, context.Canceled) and context.DeadlineExceeded hold where the
// caller's context ended the call.
type Error struct {
	Code       Code          // Parse's error code; 0 where there was no answer or it named none
	HTTPStatus int           // 0 where there was no answer
	Message    string        // the server's text, or the start of a body that is not Parse's
	Op         string        // "AuditPlan.Find"
	Class      string        // "" where the call concerns no class
	ObjectID   string        // "" where the call concerns no single object
	Attempts   int           // how often the request was sent
	RetryAfter time.Duration // what the server asked for; 0: nothing
	Hint       string        // what this SDK knows beyond the server's text; may be ""

	unknown   bool // an outcome that package transport could not learn: see verdict.go there
	cause     error
	explained bool // the cause stands in the place of the message in the text
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("parse: ")
	b.WriteString(e.Op)
	if e.ObjectID != "" {
		fmt.Fprintf(&b, " %q", e.ObjectID)
	}
	b.WriteString(": ")
	if e.unknown {
		b.WriteString("outcome unknown: ")
	}
	b.WriteString(e.what())
	var details []string
	if e.Code != 0 {
		details = append(details, "code "+strconv.Itoa(int(e.Code)))
	}
	if e.HTTPStatus != 0 {
		details = append(details, "HTTP "+strconv.Itoa(e.HTTPStatus))
	}
	if e.Attempts > 1 {
		details = append(details, strconv.Itoa(e.Attempts)+" attempts")
	}
	if len(details) > 0 {
		b.WriteString(" (" + strings.Join(details, ", ") + ")")
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *Error) what() string {
	var parts []string
	switch {
	case e.explained:
		return wire.Clip(e.cause.Error(), transport.MaxMessage)
	case e.Message != "":
		parts = append(parts, wire.Clip(e.Message, transport.MaxExcerpt))
	}
	if e.cause != nil && e.cause.Error() != e.Message {
		parts = append(parts, e.cause.Error())
	}
	switch {
	case len(parts) > 0:
	case e.Code != 0:
		return e.Code.Error()
	default:
		return "the server gives no reason"
	}
	return strings.Join(parts, ": ")
}

// Is matches a Code and ErrOutcomeUnknown.
func (e *Error) Is(target error) bool {
	if code, ok := target.(Code); ok {
		return e.Code == code && code != 0
	}
	return target == ErrOutcomeUnknown && e.unknown
}

// Unwrap gives what went wrong below: a transport's error, the end of the
// context, a decoding error, or what WithErrorDetails gave; nil where the server
// simply refused.
func (e *Error) Unwrap() error { return e.cause }

// Format prints the text of Error for every verb, so that no verb reaches into
// the cause's fields.
func (e *Error) Format(s fmt.State, verb rune) {
	if verb == 'q' {
		fmt.Fprintf(s, "%q", e.Error())
		return
	}
	_, _ = io.WriteString(s, e.Error())
}

// LogValue implements slog.LogValuer with attributes to search a log for.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("op", e.Op),
		slog.String("class", e.Class),
		slog.String("object_id", e.ObjectID),
		slog.Int("code", int(e.Code)),
		slog.Int("status", e.HTTPStatus),
		slog.Int("attempts", e.Attempts),
		slog.Bool("outcome_unknown", e.unknown),
		slog.String("message", e.Error()),
	)
}

// Code is an error code of Parse Server, and as an error the target for
// errors.Is. Applications may use numbers of their own in cloud code:
// errors.Is(err, parse.Code(4242)).
type Code int

// Error gives the code's meaning.
func (c Code) Error() string {
	if text := wire.CodeText(int(c)); text != "" {
		return text
	}
	return "error code " + strconv.Itoa(int(c))
}
