package policy

import (
	"context"
	"slices"
	"strings"
)

// evaluation is one run of the rules over one save.
type evaluation struct {
	Change
	ctx     context.Context // of the one Check call
	rules   Rules
	look    Lookup
	verdict Verdict
}

func (e *evaluation) creates() bool { return e.Original == nil }

// changed reports whether the save gives the column another value.
func (e *evaluation) changed(field string) bool {
	if e.creates() {
		return e.Object[field] != nil
	}
	return !same(e.Original[field], e.Object[field])
}

func (e *evaluation) anyChanged(fields ...string) bool { return slices.ContainsFunc(fields, e.changed) }

// becomes reports whether the save brings a column to one of the values.
func (e *evaluation) becomes(when *condition) bool {
	return e.changed(when.Field) && e.is(when)
}

func (e *evaluation) is(when *condition) bool {
	value, ok := e.Object[when.Field].(string)
	return ok && slices.Contains(when.Values, value)
}

// isUser reports whether the id is the caller's. Without a session nobody is.
func (e *evaluation) isUser(id string) bool { return e.User != "" && id == e.User }

// hasAny reports whether the caller is a member of one of the roles.
func (e *evaluation) hasAny(roles []string) (bool, error) {
	if e.User == "" {
		return false, nil
	}
	for _, role := range roles {
		if has, err := e.look.HasRole(e.ctx, e.User, role); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// others finds the other rows that have the same values in the key columns. A key
// with a value that is not text finds none: the server refuses it by its type.
func (e *evaluation) others(key []string, extra map[string]any) ([]map[string]any, error) {
	where := map[string]any{}
	for _, field := range key {
		value, ok := e.Object[field].(string)
		if !ok {
			return nil, nil
		}
		where[field] = value
	}
	for field, value := range extra {
		where[field] = value
	}
	rows, err := e.look.Find(e.ctx, e.Class, where)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(row map[string]any) bool {
		return e.ObjectID != "" && row["objectId"] == e.ObjectID
	}), nil
}

// report records that the save breaks the rule. allowed fills {allowed} in the
// rule's message, found fills {found}.
func (e *evaluation) report(rule Rule, field string, allowed []string, found string) {
	list := "nothing else"
	if len(allowed) > 0 {
		list = strings.Join(allowed, ", ")
	}
	id := e.ObjectID
	if e.creates() {
		id = ""
	}
	v := Violation{
		Rule: rule.ID, Class: e.Class, ObjectID: id, Field: field,
		Message: strings.NewReplacer("{allowed}", list, "{found}", found).Replace(rule.Message),
	}
	if rule.Severity == Warn {
		e.verdict.Warnings = append(e.verdict.Warnings, v)
		return
	}
	e.verdict.Violations = append(e.verdict.Violations, v)
}
