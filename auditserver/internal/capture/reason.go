package capture

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/policy"
)

// The rules that a reason can break here. The table of package policy has the second
// one for the changes of records.
const (
	reasonFits     = "reason-fits"
	reasonRequired = "reason-required"
)

// CheckReason refuses a reason that is too long for the trail, as a broken rule.
func CheckReason(reason, class, id string) error {
	if n := utf8.RuneCountInString(reason); n > policy.MaxReason {
		return broken(reasonFits, class, id, fmt.Sprintf("the reason has %d characters, the limit is %d: say it shorter", n, policy.MaxReason))
	}
	return nil
}

// RequireReason is CheckReason for what needs a reason.
func RequireReason(reason, class, id string) error {
	if strings.TrimSpace(reason) == "" {
		return broken(reasonRequired, class, id, "a redaction says why it is made: send a reason with it")
	}
	return CheckReason(reason, class, id)
}

func broken(rule, class, id, message string) error {
	text, err := policy.Message([]policy.Violation{{Rule: rule, Class: class, ObjectID: id, Field: "reason", Message: message}})
	if err != nil {
		return err
	}
	return &fault.Error{Code: policy.ErrorCode, Message: text}
}
