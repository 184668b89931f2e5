package auditserver

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/policy"
)

// checkRules evaluates the business rules on the object as it will be stored,
// inside the transaction of the write. All violations come back together.
func (sv *save) checkRules() error {
	rules := sv.s.cfg.Rules
	if !rules.Concerns(sv.class.Name) {
		return nil
	}
	change := policy.Change{Class: sv.class.Name, ObjectID: sv.id, User: sv.req.caller.userID, Master: sv.req.caller.master, Now: time.Now()}
	t := sv.trigger(sv.object.Fields, sv.object.ACL)
	change.Original, change.Object = t.Original, t.Object
	if t.Original == nil && !sv.aclGiven {
		delete(change.Object, "ACL")
	}
	verdict, err := rules.Check(sv.ctx, change, ruleLookup{sv.tx})
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
		return &Error{Code: policy.ErrorCode, Message: text}
	}
	sv.effects = verdict.Effects
	return nil
}

// applyEffects makes the changes of other objects that rules demand, in the
// same transaction.
func (sv *save) applyEffects() error {
	for _, e := range sv.effects {
		req := *sv.req
		req.caller = &caller{master: true}
		other, err := sv.s.newSave(sv.ctx, sv.tx, &req, e.Class)
		if err != nil {
			return err
		}
		if _, err := other.update(e.ObjectID, e.Set); err != nil {
			return err
		}
	}
	return nil
}

// ruleLookup lets rules read what the transaction sees, with full access.
type ruleLookup struct{ tx *store.Tx }

func (l ruleLookup) Get(ctx context.Context, class, id string) (map[string]any, error) {
	row, err := l.tx.Get(ctx, class, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row.Map(), nil
}

func (l ruleLookup) Find(ctx context.Context, class string, where map[string]any) ([]map[string]any, error) {
	return lookupFind(ctx, l.tx, class, where, -1)
}

func (l ruleLookup) HasRole(ctx context.Context, user, role string) (bool, error) {
	roles, err := rolesOf(ctx, l.tx, user)
	return slices.Contains(roles, "role:"+role), err
}
