package isoaudit

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// Violation is one workflow rule that a save breaks.
type Violation = policy.Violation

// PolicyError holds every workflow rule that a save breaks. [Client.Check]
// returns it, and the error of a save that the server refused holds one:
//
//	var broken *isoaudit.PolicyError
//	if errors.As(err, &broken) { ... }
//
// Both match [parse.ErrValidation].
type PolicyError struct {
	Violations []Violation
}

// Error lists what is wrong and what to do.
func (e *PolicyError) Error() string {
	texts := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		texts[i] = v.Class + "." + v.Field + ": " + v.Message + " (" + v.Rule + ")"
	}
	return "rules broken: " + strings.Join(texts, "; ")
}

// Is matches [parse.ErrValidation].
func (e *PolicyError) Is(target error) bool { return target == error(parse.ErrValidation) }

// brokenRules reads the broken rules from a server's refusal of a save.
func brokenRules(e *parse.Error) error {
	if e.Code != parse.ErrValidation {
		return nil
	}
	violations, ok := policy.ParseMessage(e.Message)
	if !ok {
		return nil
	}
	return &PolicyError{Violations: violations}
}

// Checkable is a pointer to an object of a class with rules, such as one of the six, or
// to a struct that embeds one.
type Checkable interface {
	parse.Classed
	parse.Stored
}

// Check runs the workflow rules on an object before it is saved: as a new object if
// it has no CreatedAt, and as a change of the stored one otherwise. It returns the
// broken rules that only warn, and a [*PolicyError] with those for which the server
// would refuse the save.
//
// It reads over REST what the rules need, with this client's rights: rows and
// roles it may not read count as missing. The server decides again at the save,
// and others may have written in between.
func (c *Client) Check(ctx context.Context, object Checkable) (warnings []Violation, err error) {
	return CheckRules(ctx, c.engine(), policy.Default(), object)
}

// CheckRules is [Client.Check] with another table of rules, for the classes that it is
// about.
func CheckRules(ctx context.Context, c *parse.Client, rules policy.Rules, object Checkable) (warnings []Violation, err error) {
	const op = "Client.Check"
	if c == nil {
		return nil, badInput(op, "", "", "the client is nil or zero: use NewClient")
	}
	if object == nil || reflect.ValueOf(object).IsNil() {
		return nil, badInput(op, "", "", "the object is nil")
	}
	base := parse.ObjectOf(object)
	change := policy.Change{
		Class: c.ClassName(object), ObjectID: base.ObjectID, Master: c.HasMasterKey(), Now: time.Now(), Reason: parse.Reason(ctx),
	}
	look := &policyLookup{client: c}
	if change.User, err = look.caller(ctx); err != nil {
		return nil, err
	}
	if !base.CreatedAt.IsZero() {
		if change.Original, err = look.Get(ctx, change.Class, change.ObjectID); err != nil {
			return nil, err
		}
	}
	encoded, err := c.EncodeJSON(op, object)
	if input := new(parse.InputError); errors.As(err, &input) {
		return nil, badInput(op, change.Class, input.Field, input.Reason)
	} else if err != nil {
		return nil, err
	}
	var given map[string]any
	if err := json.Unmarshal(encoded, &given); err != nil {
		return nil, badInput(op, change.Class, "", err.Error())
	}
	// What the Go type does not know, or does not send, stays as it is stored.
	change.Object = make(map[string]any, len(given)+len(change.Original))
	maps.Copy(change.Object, change.Original)
	maps.Copy(change.Object, given)
	verdict, err := rules.Check(ctx, change, look)
	if err != nil {
		return nil, err
	}
	if len(verdict.Violations) > 0 {
		return verdict.Warnings, &PolicyError{Violations: verdict.Violations}
	}
	return verdict.Warnings, nil
}

// caller is the objectId of the client's user, "" without a session.
func (l *policyLookup) caller(ctx context.Context) (string, error) {
	if l.client.HasMasterKey() || !l.client.HasSession() {
		return "", nil
	}
	me, err := parse.CurrentUser[struct{ parse.Object }](ctx, l.client)
	if err != nil {
		return "", err
	}
	return me.ObjectID, nil
}

// badInput is a mistake of the caller that this package found itself.
func badInput(op, class, field, reason string) error {
	return &parse.InputError{Package: "isoaudit", Op: op, Class: class, Field: field, Reason: reason}
}
