package policy

import (
	"slices"
	"time"
)

// checks are the kinds of rule that rules.json can name; cloud/checks.js has the
// same under the same names.
var checks = map[string]func(*evaluation, Rule) error{
	"vocabulary":        (*evaluation).vocabulary,
	"transition":        (*evaluation).transition,
	"label":             (*evaluation).label,
	"text":              (*evaluation).text,
	"notBeforeCreation": (*evaluation).notBeforeCreation,
	"frozen":            (*evaluation).frozen,
	"frozenSince":       (*evaluation).frozenSince,
	"unique":            (*evaluation).unique,
	"supersede":         (*evaluation).supersede,
	"notOlder":          (*evaluation).notOlder,
	"plain":             (*evaluation).plain,
	"parentNot":         (*evaluation).parentNot,
	"parentIsCaller":    (*evaluation).parentIsCaller,
	"childrenClosed":    (*evaluation).childrenClosed,
	"notCaller":         (*evaluation).notCaller,
	"isCaller":          (*evaluation).isCaller,
	"differ":            (*evaluation).differ,
	"holdsRole":         (*evaluation).holdsRole,
	"unchanged":         (*evaluation).unchanged,
	"reason":            (*evaluation).reason,
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
	if isPlaceholder(text, e.rules.table.empty) {
		e.report(rule, rule.Field, nil, "")
	}
	return nil
}

// dayEndsEverywhere is how long after its midnight UTC a day has ended in every time
// zone: in the last one, UTC-12, it ends twelve hours after it ended in UTC.
const dayEndsEverywhere = 36 * time.Hour

// notBeforeCreation: the object was not created after the day of the date. Clients
// write a day as midnight UTC, as midnight of their own zone or as another instant
// of it, so a date counts as past only when its day has ended everywhere.
func (e *evaluation) notBeforeCreation(rule Rule) error {
	date, ok := dateOf(e.Object[rule.Field])
	if !ok || !e.changed(rule.Field) {
		return nil
	}
	created, ok := dateOf(e.Original["createdAt"])
	if !ok {
		created = e.Now.UTC().Truncate(time.Millisecond)
	}
	if created.Sub(date) > dayEndsEverywhere {
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

// frozenSince: once the stored date has come, it and the columns of Also stay as they
// are.
func (e *evaluation) frozenSince(rule Rule) error {
	since, ok := dateOf(e.Original[rule.Field])
	if !ok || since.After(e.Now) {
		return nil
	}
	for _, field := range append([]string{rule.Field}, rule.Also...) {
		if e.changed(field) {
			e.report(rule, field, nil, "")
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

// notOlder: when a row takes the value, no other row of its key that has it holds
// a newer revision in the rule's column.
func (e *evaluation) notOlder(rule Rule) error {
	revision, ok := e.Object[rule.Field].(string)
	if !ok || !e.is(rule.When) || !(e.anyChanged(rule.When.Field, rule.Field) || e.anyChanged(rule.Key...)) {
		return nil
	}
	rows, err := e.others(rule.Key, map[string]any{rule.When.Field: e.Object[rule.When.Field]})
	if err != nil {
		return err
	}
	newest := revision
	for _, row := range rows {
		if other, ok := row[rule.Field].(string); ok && CompareRevisions(other, newest) > 0 {
			newest = other
		}
	}
	if newest != revision {
		e.report(rule, rule.Field, nil, clip(newest))
	}
	return nil
}

// plain: the text has nothing in it by which it looks like another one.
func (e *evaluation) plain(rule Rule) error {
	text, ok := e.Object[rule.Field].(string)
	if !ok || !e.changed(rule.Field) {
		return nil
	}
	if faults := lookalikes(text, e.rules.table.unseen); len(faults) > 0 {
		e.report(rule, rule.Field, nil, few(faults))
	}
	return nil
}
