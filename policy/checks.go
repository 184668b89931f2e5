package policy

import (
	"slices"
	"time"
)

// checks are the kinds of rule that rules.json can name; cloud/main.js has the
// same under the same names.
var checks = map[string]func(*evaluation, Rule) error{
	"vocabulary":        (*evaluation).vocabulary,
	"transition":        (*evaluation).transition,
	"label":             (*evaluation).label,
	"text":              (*evaluation).text,
	"notBeforeCreation": (*evaluation).notBeforeCreation,
	"frozen":            (*evaluation).frozen,
	"unique":            (*evaluation).unique,
	"supersede":         (*evaluation).supersede,
	"parentNot":         (*evaluation).parentNot,
	"childrenClosed":    (*evaluation).childrenClosed,
	"notCaller":         (*evaluation).notCaller,
	"isCaller":          (*evaluation).isCaller,
	"differ":            (*evaluation).differ,
	"holdsRole":         (*evaluation).holdsRole,
	"unchanged":         (*evaluation).unchanged,
}

// vocabulary: the column takes only values of its vocabulary. A value that was
// stored before may stay.
func (e *evaluation) vocabulary(rule Rule) error {
	known, _ := e.rules.Vocabulary(rule.Class, rule.Field)
	if value, ok := e.Object[rule.Field].(string); ok && e.changed(rule.Field) && !slices.Contains(known.Values, value) {
		e.report(rule, rule.Field, known.Values, "")
	}
	return nil
}

// transition: the column goes only one step of its vocabulary, from a value that
// the vocabulary knows.
func (e *evaluation) transition(rule Rule) error {
	v, _ := e.rules.Vocabulary(rule.Class, rule.Field)
	to, ok := e.Object[rule.Field].(string)
	if !ok || !e.changed(rule.Field) || !slices.Contains(v.Values, to) {
		return nil
	}
	allowed := v.Initial
	if from, ok := e.Original[rule.Field].(string); ok {
		if allowed, ok = v.Next[from]; !ok {
			return nil
		}
	}
	if !slices.Contains(allowed, to) {
		e.report(rule, rule.Field, allowed, "")
	}
	return nil
}

// label: a new object may only have one of the values; later the column is fixed.
func (e *evaluation) label(rule Rule) error {
	value, ok := e.Object[rule.Field].(string)
	if e.changed(rule.Field) && !(e.creates() && ok && slices.Contains(rule.Values, value)) {
		e.report(rule, rule.Field, rule.Values, "")
	}
	return nil
}

// text: while the condition holds, the column has a text that is no placeholder.
func (e *evaluation) text(rule Rule) error {
	if !e.is(rule.When) || !e.anyChanged(rule.When.Field, rule.Field) {
		return nil
	}
	text, _ := e.Object[rule.Field].(string)
	if isPlaceholder(text, e.rules.table.Placeholders) {
		e.report(rule, rule.Field, nil, "")
	}
	return nil
}

// notBeforeCreation: the date is not before the object's creation. Midnight UTC
// is how clients write a day, so it stands for all of that day.
func (e *evaluation) notBeforeCreation(rule Rule) error {
	date, ok := dateOf(e.Object[rule.Field])
	if !ok || !e.changed(rule.Field) {
		return nil
	}
	created, ok := dateOf(e.Original["createdAt"])
	if !ok {
		created = e.Now.UTC().Truncate(time.Millisecond)
	}
	const day = 24 * time.Hour
	if date.Equal(date.Truncate(day)) {
		created = created.Truncate(day)
	}
	if date.Before(created) {
		e.report(rule, rule.Field, nil, "")
	}
	return nil
}

// frozen: the columns listed for the stored value of the rule's column stay as
// they are.
func (e *evaluation) frozen(rule Rule) error {
	if state, ok := e.Original[rule.Field].(string); ok {
		for _, field := range rule.Frozen[state] {
			if e.changed(field) {
				e.report(rule, field, nil, "")
			}
		}
	}
	return nil
}

// unique: no other row has the same values in the key columns.
func (e *evaluation) unique(rule Rule) error {
	if !e.anyChanged(rule.Key...) {
		return nil
	}
	rows, err := e.others(rule.Key, nil)
	if err == nil && len(rows) > 0 {
		e.report(rule, rule.Field, nil, "")
	}
	return err
}

// supersede: when a row takes the value, the other rows of its key that have it
// get another in the same save.
func (e *evaluation) supersede(rule Rule) error {
	if !e.is(&condition{rule.Field, rule.Values}) || (!e.changed(rule.Field) && !e.anyChanged(rule.Key...)) {
		return nil
	}
	rows, err := e.others(rule.Key, map[string]any{rule.Field: e.Object[rule.Field]})
	if err != nil || len(rows) == 0 {
		return err
	}
	if rule.Severity == Warn {
		e.report(rule, rule.Field, nil, "")
		return nil
	}
	for _, row := range rows {
		if id, ok := row["objectId"].(string); ok {
			e.verdict.Effects = append(e.verdict.Effects, Effect{
				Rule: rule.ID, Class: e.Class, ObjectID: id, Set: map[string]any{rule.Field: rule.Becomes},
			})
		}
	}
	return nil
}
