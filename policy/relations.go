package policy

import (
	"cmp"
	"slices"
)

// The checks that look at the caller, at roles or at other classes.

// parentNot: neither the row that the column points to, nor the one it pointed to
// before, is in one of the states. Pointers to no row are ignored.
func (e *evaluation) parentNot(rule Rule) error {
	if !e.changed(rule.Field) && !e.anyChanged(rule.Also...) {
		return nil
	}
	asked := ""
	for _, value := range []any{e.Object[rule.Field], e.Original[rule.Field]} {
		class, id, ok := pointerTo(value)
		if !ok || class != rule.Parent.Class || id == asked {
			continue
		}
		asked = id
		row, err := e.look.Get(e.ctx, class, id)
		if err != nil {
			return err
		}
		if state, ok := row[rule.Parent.Field].(string); ok && slices.Contains(rule.Parent.Values, state) {
			e.report(rule, rule.Field, nil, "")
			return nil
		}
	}
	return nil
}

// parentIsCaller: in the row that the column points to, the parent's column points to
// the caller, unless the caller has one of the roles. A row that is moved is judged by
// where it was; a pointer to no row names nobody.
func (e *evaluation) parentIsCaller(rule Rule) error {
	value := e.Object[rule.Field]
	if !e.creates() {
		value = e.Original[rule.Field]
	}
	class, id, ok := pointerTo(value)
	if !ok || class != rule.Parent.Class || !(e.creates() || e.changesAnything()) {
		return nil
	}
	row, err := e.look.Get(e.ctx, class, id)
	if err != nil {
		return err
	}
	if owner, user, ok := pointerTo(row[rule.Parent.Field]); ok && owner == userClass && e.isUser(user) {
		return nil
	}
	exempt, err := e.hasAny(rule.Roles)
	if err == nil && !exempt {
		e.report(rule, rule.Field, rule.Roles, "")
	}
	return err
}

// childrenClosed: when the condition begins to hold, no child has a row below it
// that is neither done nor ignored, and each child of the listed values has one
// that is done. Whether a child may be left open is thus not a matter of its value.
func (e *evaluation) childrenClosed(rule Rule) error {
	if !e.becomes(rule.When) || e.ObjectID == "" {
		return nil
	}
	spec := rule.Children
	found := []map[string]any{{"objectId": e.ObjectID, spec.Field: e.Object[spec.Field], spec.Name: e.Object[spec.Name]}}
	if spec.Pointer != "" {
		var err error
		found, err = e.look.Find(e.ctx, spec.Class, map[string]any{spec.Pointer: pointer(e.Class, e.ObjectID)})
		if err != nil {
			return err
		}
	}
	open, err := e.openOf(found, spec)
	if err == nil && len(open) > 0 {
		e.report(rule, rule.Field, nil, few(names(open, spec.Name)))
	}
	return err
}

// openOf keeps the children that are not settled, in the order of their ids.
func (e *evaluation) openOf(found []map[string]any, spec *children) ([]map[string]any, error) {
	done, pending := map[string]bool{}, map[string]bool{}
	for chunk := range slices.Chunk(found, 100) {
		var ids []any
		for _, child := range chunk {
			id, _ := child["objectId"].(string)
			ids = append(ids, pointer(spec.Class, id))
		}
		below, err := e.look.Find(e.ctx, spec.Below.Class, map[string]any{spec.Below.Pointer: map[string]any{"$in": ids}})
		if err != nil {
			return nil, err
		}
		for _, row := range below {
			_, child, _ := pointerTo(row[spec.Below.Pointer])
			state, _ := row[spec.Below.Field].(string)
			switch {
			case slices.Contains(spec.Below.Done, state):
				done[child] = true
			case !slices.Contains(spec.Below.Ignored, state):
				pending[child] = true
			}
		}
	}
	open := slices.DeleteFunc(found, func(child map[string]any) bool {
		id, _ := child["objectId"].(string)
		value, _ := child[spec.Field].(string)
		return !pending[id] && (done[id] || !slices.Contains(spec.Values, value))
	})
	slices.SortFunc(open, func(a, b map[string]any) int {
		aID, _ := a["objectId"].(string)
		bID, _ := b["objectId"].(string)
		return cmp.Compare(aID, bID)
	})
	return open, nil
}

// notCaller: when the condition begins to hold, the caller is not the user whom
// the column points to.
func (e *evaluation) notCaller(rule Rule) error {
	class, id, ok := pointerTo(e.Object[rule.Field])
	if ok && class == userClass && e.isUser(id) && e.becomes(rule.When) {
		e.report(rule, rule.Field, nil, "")
	}
	return nil
}

// isCaller: in a new object the column points to the caller, unless the caller
// has one of the roles.
func (e *evaluation) isCaller(rule Rule) error {
	class, id, ok := pointerTo(e.Object[rule.Field])
	if !e.creates() || !ok || class != userClass || e.isUser(id) {
		return nil
	}
	exempt, err := e.hasAny(rule.Roles)
	if err == nil && !exempt {
		e.report(rule, rule.Field, rule.Roles, "")
	}
	return err
}

// differ: two pointers do not name the same row.
func (e *evaluation) differ(rule Rule) error {
	if _, _, ok := pointerTo(e.Object[rule.Field]); ok && e.anyChanged(rule.Field, rule.Other) &&
		same(e.Object[rule.Field], e.Object[rule.Other]) {
		e.report(rule, rule.Field, nil, "")
	}
	return nil
}

// holdsRole: the user whom the column points to is a member of one of the roles.
// Where the class of auditors is not the class of users, nobody but coordinators
// writes an auditor's label, so there the label counts.
func (e *evaluation) holdsRole(rule Rule) error {
	class, id, ok := pointerTo(e.Object[rule.Field])
	if !ok || !(e.changed(rule.Field) || rule.When != nil && e.becomes(rule.When)) {
		return nil
	}
	for _, role := range rule.Roles {
		var holds bool
		if class == userClass {
			has, err := e.look.HasRole(e.ctx, id, role)
			if err != nil {
				return err
			}
			holds = has
		} else {
			row, err := e.look.Get(e.ctx, class, id)
			if err != nil {
				return err
			}
			holds = row["role"] == role
		}
		if holds {
			return nil
		}
	}
	e.report(rule, rule.Field, rule.Roles, "")
	return nil
}

// unchanged: a client does not give the columns another value, unless the caller
// has one of the roles; with onCreate it does not set them in a new object either.
// With children the rule holds only for an object that has some.
func (e *evaluation) unchanged(rule Rule) error {
	changed := slices.DeleteFunc(append([]string{rule.Field}, rule.Also...), func(field string) bool { return !e.changed(field) })
	if len(changed) == 0 || (e.creates() && !rule.OnCreate) {
		return nil
	}
	if spec := rule.Children; spec != nil {
		found, err := e.look.Find(e.ctx, spec.Class, map[string]any{spec.Pointer: pointer(e.Class, e.ObjectID)})
		if err != nil || len(found) == 0 {
			return err
		}
	}
	exempt, err := e.hasAny(rule.Roles)
	if err != nil || exempt {
		return err
	}
	for _, field := range changed {
		e.report(rule, field, rule.Roles, "")
	}
	return nil
}

// names are what rows have in a column, or else their ids.
func names(rows []map[string]any, column string) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		ref, ok := row[column].(string)
		if !ok {
			ref, _ = row["objectId"].(string)
		}
		list[i] = clip(ref)
	}
	return list
}
