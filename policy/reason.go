package policy

// MaxReason is how many characters a reason for a change may have.
const MaxReason = 1000

// reason: a change of an object, or of the columns that the rule lists, says why it
// is made, in words that are no placeholder.
func (e *evaluation) reason(rule Rule) error {
	if e.creates() || !isPlaceholder(e.Reason, e.rules.table.empty) {
		return nil
	}
	changed := e.anyChanged(rule.Also...)
	if len(rule.Also) == 0 {
		changed = e.changesAnything()
	}
	if changed {
		e.report(rule, rule.Field, nil, "")
	}
	return nil
}

// changesAnything reports whether the save gives any column another value, besides
// those that the server sets.
func (e *evaluation) changesAnything() bool {
	for _, row := range []map[string]any{e.Object, e.Original} {
		for field := range row {
			if field != "objectId" && field != "createdAt" && field != "updatedAt" && e.changed(field) {
				return true
			}
		}
	}
	return false
}
