// Package policy holds the workflow rules of an ISO 9001 quality audit as one
// table, rules.json, and evaluates them. The embedded server runs them in the
// transaction of each save, clients may run them before sending, and
// cloud/main.js enforces the same table on a Parse Server.
package policy

import (
	"context"
	"time"
)

// Change is one save, in Parse's JSON as Go decodes it: strings, float64, bool,
// map[string]any and []any.
type Change struct {
	Class    string
	ObjectID string         // "" while the server has chosen none
	Original map[string]any // the stored row; nil when the save creates one
	Object   map[string]any // the row as it would be stored; on create with an ACL only if the client sent one
	User     string         // objectId of the caller; "" without a session
	Master   bool           // sent with the master key
	Now      time.Time      // the time of the save
	Reason   string         // why it is made, as its caller says
}

// Lookup reads what the rules need in addition to the save, with full access.
// The rules never write.
type Lookup interface {
	// Get returns a row, nil if there is none.
	Get(ctx context.Context, class, objectID string) (map[string]any, error)
	// Find returns all rows that a Parse where document matches. The documents
	// are conjunctions of equalities and $in.
	Find(ctx context.Context, class string, where map[string]any) ([]map[string]any, error)
	// HasRole reports whether a user is a member of a role, by nesting too.
	HasRole(ctx context.Context, user, role string) (bool, error)
}

// Verdict is what the rules say about a save. Without violations it may go on,
// together with the effects.
type Verdict struct {
	Violations []Violation // of enforced rules
	Warnings   []Violation // of rules that only warn
	Effects    []Effect    // other rows to be changed in the same save
}

// Violation is one rule that a save breaks.
type Violation struct {
	Rule     string `json:"rule"` // its id in rules.json
	Class    string `json:"class"`
	ObjectID string `json:"objectId,omitzero"` // "" for an object that was to be created
	Field    string `json:"field"`
	Message  string `json:"message"` // what to do
}

// Effect is a change of another row that a rule makes part of the save.
type Effect struct {
	Rule     string
	Class    string
	ObjectID string
	Set      map[string]any
}

// Check evaluates every rule on the save and returns all that it breaks. It asks
// look only for what the changed columns need. The master key is bound only by
// rules that bind it (see [Rule.BindsMaster]); a class without rules passes.
// An error is a failure of look.
func (r Rules) Check(ctx context.Context, change Change, look Lookup) (Verdict, error) {
	e := evaluation{ctx: ctx, rules: r, Change: change, look: look}
	for _, rule := range r.byClass[change.Class] {
		if rule.Severity == Off || (change.Master && !rule.BindsMaster) {
			continue
		}
		if err := checks[rule.Check](&e, rule); err != nil {
			return Verdict{}, err
		}
	}
	return e.verdict, nil
}

// Concerns reports whether any rule looks at the class.
func (r Rules) Concerns(class string) bool { return len(r.byClass[class]) > 0 }
