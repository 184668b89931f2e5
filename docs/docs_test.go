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

	"github.com/isoaudit/isoaudit-go/internal/contract"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

var update = flag.Bool("update", false, "write the generated documents")

func TestSchemaDocument(t *testing.T) {
	c := named(t, contract.ISO9001)
	const head = "<!-- Generated from package schema: go test ./docs -update -->\n\n# Schema\n\n" +
		"Auditors are Parse Server's own users. Apps that have a plain class `Auditor` instead use `schema.WithAuditorClass(\"Auditor\")`.\n" +
		"Nobody but the master key deletes anything; roles are granted with the master key.\n\n"
	holds(t, "schema.md", head+schemaText(t, c))
}

// The text of prompt.md is written by hand, its diagram, dictionary and rules are
// generated.
func TestPromptDocument(t *testing.T) {
	c := named(t, contract.Prompt)
	tables := schemaText(t, c) + "\n## Rules\n\n" + c.Rules.Document()
	between(t, "prompt.md", "<!-- begin: generated from schema.Prompt and policy.Prompt, go test ./docs -update -->\n", tables)
}

func named(t *testing.T, name string) contract.Contract {
	t.Helper()
	c, err := contract.Named(name)
	require.NoError(t, err)
	return c
}

func schemaText(t *testing.T, c contract.Contract) string {
	t.Helper()
	used := map[string]bool{}
	dictionary := c.Schema.Dictionary(func(class, field string) string {
		words, key := c.Meanings.Of(class, field)
		require.NotEmpty(t, words, "internal/contract gives no meaning for %s.%s", class, field)
		used[key] = true
		return words
	})
	require.Len(t, used, len(c.Meanings), "a meaning without a column")
	return "```mermaid\n" + c.Schema.Mermaid() + "```\n\n" + dictionary + roles(c.Schema)
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
