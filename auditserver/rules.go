package auditserver

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/policy"
)

// checkRules evaluates the business rules on the object as it will be stored,
// inside the transaction of the write. All violations come back together.
func (sv *save) checkRules() error {
	rules := sv.s.cfg.Rules
	if !rules.Concerns(sv.class.Name) {
		return nil
	}
	verdict, err := rules.Check(sv.ctx, sv.ruleChange(), ruleLookup{sv})
	if err != nil {
		return err
	}
	for _, w := range verdict.Warnings {
		sv.s.cfg.Logger.WarnContext(sv.ctx, "a rule is broken", "rule", w.Rule, "class", w.Class, "objectId", w.ObjectID, "field", w.Field)
	}
	if len(verdict.Violations) > 0 {
		text, err := policy.Message(verdict.Violations)
		if err != nil {
			return err
		}
		return &fault.Error{Code: policy.ErrorCode, Message: text}
	}
	sv.effects = verdict.Effects
	return nil
}

// ruleChange is the write as the rules see it. They only read it, so nothing
// below the top level is copied.
func (sv *save) ruleChange() policy.Change {
	change := policy.Change{
		Class: sv.class.Name, ObjectID: sv.id, Object: maps.Clone(sv.object.Fields),
		User: sv.req.caller.UserID, Master: sv.req.caller.Master, Now: time.Now(), Reason: sv.req.reason(),
	}
	for name, v := range change.Object { // in one spelling, so that rules can compare them
		if m, ok := v.(map[string]any); ok && m["__type"] == "Date" {
			iso, _ := m["iso"].(string)
			if t, ok := where.ParseDate(iso); ok {
				change.Object[name] = where.DateValue(t)
			}
		}
	}
	if sv.present == nil {
		if sv.aclGiven { // otherwise it is the class's default
			change.Object["ACL"] = access.ACLValue(sv.object.ACL)
		}
		return change
	}
	change.Original = maps.Clone(sv.present)
	change.Original["createdAt"] = sv.before.CreatedAt().Format(time.RFC3339Nano)
	before, after := sv.before.ACL(), sv.object.ACL
	if maps.Equal(before, after) && (before == nil) == (after == nil) {
		return change // no rule looks at an ACL that does not change
	}
	if before != nil {
		change.Original["ACL"] = access.ACLValue(before)
	}
	if after != nil {
		change.Object["ACL"] = access.ACLValue(after)
	}
	return change
}

// applyEffects makes the changes of other objects that rules demand, in the
// same transaction.
func (sv *save) applyEffects() error {
	for _, e := range sv.effects {
		req := *sv.req
		req.caller = &access.Caller{Master: true}
		other, err := sv.s.newSave(sv.ctx, sv.tx, &req, e.Class)
		if err != nil {
			return err
		}
		other.cause = e.Rule
		if _, err := other.update(e.ObjectID, e.Set); err != nil {
			return err
		}
	}
	return nil
}

// ruleLookup lets rules read what the transaction sees, with full access.
type ruleLookup struct{ sv *save }

// Get implements policy.Lookup.
func (l ruleLookup) Get(ctx context.Context, class, id string) (map[string]any, error) {
	row, err := l.sv.tx.Get(ctx, class, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row.Map(), nil
}

// Find implements policy.Lookup.
func (l ruleLookup) Find(ctx context.Context, class string, where map[string]any) ([]map[string]any, error) {
	return lookupFind(ctx, l.sv.tx, class, where, -1)
}

// HasRole implements policy.Lookup.
func (l ruleLookup) HasRole(ctx context.Context, user, role string) (bool, error) {
	roles := l.sv.req.caller.Roles
	if user != l.sv.req.caller.UserID {
		var err error
		if roles, err = session.RolesOf(ctx, l.sv.tx, user); err != nil {
			return false, err
		}
	}
	return slices.Contains(roles, "role:"+role), nil
}
