package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Document lists the vocabularies and the rules in Markdown.
func (r Rules) Document() string {
	var b strings.Builder
	b.WriteString("| column | values | values of a new object | allowed steps |\n|---|---|---|---|\n")
	for _, column := range slices.Sorted(maps.Keys(r.table.Vocabularies)) {
		v := r.table.Vocabularies[column]
		var steps []string
		for _, from := range v.Values {
			if next := v.Next[from]; len(next) > 0 {
				steps = append(steps, from+" → "+strings.Join(next, ", "))
			}
		}
		initial := "any"
		if v.Initial != nil {
			initial = strings.Join(v.Initial, ", ")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", column, strings.Join(v.Values, ", "), initial, strings.Join(steps, "; "))
	}
	b.WriteString("\n| rule | severity | class and column | message | source | binds the master key |\n|---|---|---|---|---|---|\n")
	for _, rule := range r.table.Rules {
		master := ""
		if rule.BindsMaster {
			master = "yes"
		}
		class := strings.Join(append([]string{rule.Class}, rule.AlsoOn...), ", ")
		if rule.Class == "*" {
			class = "every class"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s `%s` | %s | %s | %s |\n", rule.ID, rule.Severity, class, rule.Field, rule.Message, rule.Source, master)
	}
	return b.String()
}
