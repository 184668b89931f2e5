// Package docs_test holds the documents of this folder to the schema and the
// rules: go test ./docs -update writes them.
package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

var update = flag.Bool("update", false, "write the generated documents")

func TestSchemaDocument(t *testing.T) {
	s := schema.ISO9001()
	const head = "<!-- Generated from package schema: go test ./docs -update -->\n\n# Schema\n\n" +
		"Auditors are Parse Server's own users. Apps that have a plain class `Auditor` instead use `schema.WithAuditorClass(\"Auditor\")`.\n" +
		"Nobody but the master key deletes anything; roles are granted with the master key.\n\n"
	holds(t, "schema.md", head+schemaText(t, s, meanings))
}

// The text of prompt.md is written by hand, its diagram, dictionary and rules are
// generated.
func TestPromptDocument(t *testing.T) {
	s := schema.Prompt()
	tables := schemaText(t, s, promptMeanings()) + "\n## Rules\n\n" + policy.Prompt().Document()
	between(t, "prompt.md", "<!-- begin: generated from schema.Prompt and policy.Prompt, go test ./docs -update -->\n", tables)
}

func schemaText(t *testing.T, s schema.Schema, meanings map[string]string) string {
	t.Helper()
	used := map[string]bool{}
	dictionary := s.Dictionary(func(class, field string) string {
		for _, key := range []string{class + "." + field, field} {
			if words, ok := meanings[key]; ok {
				used[key] = true
				return words
			}
		}
		t.Errorf("docs/docs_test.go gives no meaning for %s.%s", class, field)
		return ""
	})
	require.Len(t, used, len(meanings), "a meaning without a column")
	return "```mermaid\n" + s.Mermaid() + "```\n\n" + dictionary + roles(s)
}

func roles(s schema.Schema) string {
	var b strings.Builder
	b.WriteString("## Roles\n\n| role | its members are also |\n|---|---|\n")
	for _, role := range s.Roles {
		var also []string
		for _, other := range s.Roles {
			for _, child := range other.Roles {
				if child == role.Name {
					also = append(also, other.Name)
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", role.Name, strings.Join(also, ", "))
	}
	return b.String()
}

// The text of rules.md is written by hand, its tables are generated.
func TestRulesDocument(t *testing.T) {
	between(t, "rules.md", "<!-- begin: generated from policy/rules.json, go test ./docs -update -->\n", policy.Default().Document())
}

// between holds the part of a document between its marks.
func between(t *testing.T, name, begin, want string) {
	t.Helper()
	const end = "<!-- end -->\n"
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	holds(t, name, before+begin+want+end+after)
}

func holds(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(want), 0o644))
	}
	have, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, want, string(have), "run: go test ./docs -update")
}
