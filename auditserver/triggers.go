package auditserver

import (
	"reflect"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/schema"
)

// beforeSave runs the triggers of a write, then the rules, inside its
// transaction, and takes over what the triggers changed.
func (sv *save) beforeSave() error {
	hooks := sv.s.cloud.triggersOf(beforeSave, sv.class.Name)
	if len(hooks) > 0 {
		t := sv.trigger(sv.object.Fields, sv.object.ACL)
		given := values.CloneObject(t.Object)
		for _, hook := range hooks {
			if err := sv.s.guarded(func() error { return hook(sv.ctx, t) }); err != nil {
				return scriptError(err)
			}
		}
		if err := sv.adopt(given, t.Object); err != nil {
			return err
		}
	}
	if sv.object.Restored {
		return nil
	}
	return sv.checkRules()
}

// trigger describes the write to triggers: the object with the given fields, and
// the object as it was.
func (sv *save) trigger(fields map[string]any, acl map[string]schema.Access) *Trigger {
	t := &Trigger{Caller: publicCaller(sv.req.caller), Class: sv.class.Name, Context: sv.req.context,
		Object: values.CloneObject(fields), Data: lookup{sv.ctx, sv.tx}}
	for name, v := range t.Object {
		if v == nil {
			delete(t.Object, name)
		}
	}
	if acl != nil {
		t.Object["ACL"] = access.ACLValue(acl)
	}
	if sv.id != "" {
		t.Object["objectId"] = sv.id
	}
	if sv.present != nil {
		t.Original = sv.before.Map()
	}
	return t
}

// adopt applies the changes that triggers made to the object, and adds them to
// the response.
func (sv *save) adopt(before, after map[string]any) error {
	changed := map[string]any{}
	for name, v := range after {
		if old, had := before[name]; !had || !reflect.DeepEqual(old, v) {
			changed[name] = v
		}
	}
	for name := range before {
		if _, kept := after[name]; !kept {
			changed[name] = nil
		}
	}
	delete(changed, "objectId")
	delete(changed, "createdAt")
	delete(changed, "updatedAt")
	if v, ok := changed["ACL"]; ok {
		delete(changed, "ACL")
		sv.object.ACL = nil
		if v != nil {
			acl, err := access.ParseACL(v)
			if err != nil {
				return err
			}
			sv.object.ACL = acl
			sv.aclGiven = sv.aclGiven || sv.present != nil
			sv.echo["ACL"] = v
		}
	}
	for name, v := range changed {
		sv.changes.Set[name] = v
		sv.object.Fields[name] = v
		if v == nil {
			delete(sv.object.Fields, name)
			continue
		}
		sv.echo[name] = v
	}
	return nil
}

func (sv *save) afterSave(row store.Row) {
	hooks := sv.s.cloud.triggersOf(afterSave, sv.class.Name)
	if len(hooks) == 0 {
		return
	}
	t := sv.trigger(nil, nil)
	t.Object = row.Map()
	sv.runLater(hooks, t)
}

func (sv *save) beforeDelete() error {
	hooks := sv.s.cloud.triggersOf(beforeDelete, sv.class.Name)
	if len(hooks) == 0 {
		return nil
	}
	t := sv.trigger(nil, nil)
	t.Object = sv.before.Map()
	for _, hook := range hooks {
		if err := sv.s.guarded(func() error { return hook(sv.ctx, t) }); err != nil {
			return scriptError(err)
		}
	}
	return nil
}

func (sv *save) afterDelete() {
	hooks := sv.s.cloud.triggersOf(afterDelete, sv.class.Name)
	if len(hooks) == 0 {
		return
	}
	t := sv.trigger(nil, nil)
	t.Object = sv.before.Map()
	sv.runLater(hooks, t)
}

// runLater runs after triggers once the transaction is committed.
func (sv *save) runLater(hooks []TriggerFunc, t *Trigger) {
	t.Data = lookup{sv.ctx, sv.s.store}
	s, ctx := sv.s, sv.ctx
	sv.req.later(func() {
		for _, hook := range hooks {
			if err := s.guarded(func() error { return hook(ctx, t) }); err != nil {
				s.cfg.Logger.ErrorContext(ctx, "after trigger failed", "class", t.Class, "error", err)
			}
		}
	})
}
