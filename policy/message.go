package policy

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// ErrorCode is the Parse error code of a save that breaks rules: VALIDATION_ERROR.
const ErrorCode = 142

// A message is this prefix and the violations as a JSON array, in the order of
// rules.json. cloud/main.js writes the same.
const messagePrefix = "Rules broken: "

// Message is the text of the Parse error that refuses a save: "Rules broken: "
// and a JSON array of [Violation].
func Message(violations []Violation) (string, error) {
	list, err := json.Marshal(violations)
	if err != nil {
		return "", fmt.Errorf("policy: message: %w", err)
	}
	return messagePrefix + string(list), nil
}

// ParseMessage reads what [Message] wrote, from either server. It reports false
// for any other text.
func ParseMessage(text string) ([]Violation, bool) {
	list, ok := strings.CutPrefix(text, messagePrefix)
	if !ok {
		return nil, false
	}
	var violations []Violation
	if err := json.Unmarshal([]byte(list), &violations); err != nil || len(violations) == 0 {
		return nil, false
	}
	return violations, true
}
