package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Mermaid draws the classes and their pointers as a Mermaid entity-relationship
// diagram, without the columns that every class has.
func (s Schema) Mermaid() string {
	var b strings.Builder
	b.WriteString("erDiagram\n")
	for _, class := range s.Classes {
		for _, name := range slices.Sorted(maps.Keys(class.Fields)) {
			if target := class.Fields[name].TargetClass; target != "" {
				fmt.Fprintf(&b, "    %s ||--o{ %s : %s\n", entity(target), entity(class.Name), name)
			}
		}
	}
	for _, class := range s.Classes {
		fmt.Fprintf(&b, "    %s {\n", entity(class.Name))
		for _, name := range slices.Sorted(maps.Keys(class.Fields)) {
			if field := class.Fields[name]; !isBaseColumn(name) {
				key := ""
				if field.TargetClass != "" {
					key = " FK"
				}
				fmt.Fprintf(&b, "        %s %s%s\n", field.Type, name, key)
			}
		}
		b.WriteString("    }\n")
	}
	return b.String()
}

// entity is a class's name as Mermaid takes it.
func entity(class string) string { return strings.TrimPrefix(class, "_") }

// Dictionary lists every class in Markdown: its columns with what they mean, its
// indexes, who may do what, and the ACL of a new object. The meaning of a column is
// what the function returns for it.
func (s Schema) Dictionary(meaning func(class, field string) string) string {
	var b strings.Builder
	for _, class := range s.Classes {
		fmt.Fprintf(&b, "## %s\n\n| column | type | required | meaning |\n|---|---|---|---|\n", class.Name)
		for _, name := range slices.Sorted(maps.Keys(class.Fields)) {
			field := class.Fields[name]
			kind, need := string(field.Type), ""
			if field.TargetClass != "" {
				kind += " to " + field.TargetClass
			}
			if field.Required {
				need = "yes"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, kind, need, meaning(class.Name, name))
		}
		b.WriteString("\n| index | columns |\n|---|---|\n")
		for _, name := range slices.Sorted(maps.Keys(class.Indexes)) {
			fmt.Fprintf(&b, "| `%s` | `%s` |\n", name, text(class.Indexes[name]))
		}
		p := class.permissions()
		b.WriteString("\n| operation | who |\n|---|---|\n")
		for _, op := range p.operations() {
			fmt.Fprintf(&b, "| %s | %s |\n", op.name, op.grant.words())
		}
		for _, audience := range slices.Sorted(maps.Keys(p.ProtectedFields)) {
			fmt.Fprintf(&b, "| hidden from %s | %s |\n", audience, list(p.ProtectedFields[audience], "nothing"))
		}
		fmt.Fprintf(&b, "| ACL of a new object | `%s` |\n\n", text(p.DefaultACL))
	}
	return b.String()
}

// words names those who may do the operation.
func (g Grant) words() string {
	var who []string
	if g.Public {
		who = append(who, "everyone")
	}
	if g.RequiresAuthentication {
		who = append(who, "any session, as far as the ACL lets it")
	}
	for _, role := range g.Roles {
		who = append(who, "role "+role)
	}
	for _, user := range g.Users {
		who = append(who, "user "+user)
	}
	for _, field := range g.PointerFields {
		who = append(who, "the user in `"+field+"`")
	}
	return list(who, "nobody (master key)")
}

func list(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ", ")
}
