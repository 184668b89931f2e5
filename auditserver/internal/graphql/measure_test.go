package graphql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// nested is a document whose fields stand in so many levels.
func nested(levels int) string {
	return `{ a: plan(id: "x") ` + strings.Repeat("{ before ", levels-2) + "{ ref " + strings.Repeat("}", levels)
}

// wide is a selection of so many fields.
func wide(fields int) string {
	var b strings.Builder
	for i := range fields {
		fmt.Fprintf(&b, " f%d: health", i)
	}
	return b.String()
}

// A document may be as large as its limits and no larger, and a fragment counts
// wherever it is spread.
func TestLimitsOfDocuments(t *testing.T) {
	const tooDeep = `400: {"errors":[{"message":"GraphQL query depth of 6 exceeds maximum allowed depth of 5 (option requestComplexity.graphQLDepth)","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	const tooWide = `400: {"errors":[{"message":"Number of GraphQL fields (%d) exceeds maximum allowed (12) (option requestComplexity.graphQLFields)","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	doubling := `{ ...f0 ...f0 }`
	for i := range 40 {
		doubling += fmt.Sprintf(" fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}
	for name, c := range map[string]struct{ document, want string }{
		"as deep as may be":     {nested(5), ""},
		"too deep":              {nested(6), tooDeep},
		"deep in a fragment":    {`{ a: plan(id: "x") { ...p } } fragment p on Plan { before { before { before { before { ref } } } } }`, tooDeep},
		"deep inline":           {`{ ... { a: plan(id: "x") { ... on Plan { before { before { before { before { ref } } } } } } } }`, tooDeep},
		"deep where not spread": {`{ health } fragment p on Plan { before { before { before { before { before { ref } } } } } }`, tooDeep},
		"as wide as may be":     {`{` + wide(12) + `}`, ""},
		"too wide":              {`{` + wide(13) + `}`, fmt.Sprintf(tooWide, 13)},
		"wide in all":           {`query a {` + wide(6) + `} query b {` + wide(7) + `}`, fmt.Sprintf(tooWide, 13)},
		"wide by fragments":     {`{ ...a ...a } fragment a on Query {` + wide(7) + `}`, fmt.Sprintf(tooWide, 14)},
		"fragments that double": {doubling + ` fragment f40 on Query { health }`, fmt.Sprintf(tooWide, 1<<30)},
		"a fragment of itself":  {`{ ...a } fragment a on Query { ...a health }`, `400: {"errors":[{"message":"Cannot spread fragment \"a\" within itself.","locations":[{"line":1,"column":35}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAsked(c.document)
			a.limits.Depth, a.limits.Fields, a.limits.Tokens = 5, 12, 1000
			if answer := a.answer(t); c.want == "" {
				require.Regexp(t, `^200: `, answer)
			} else {
				require.Equal(t, c.want, answer)
				require.Empty(t, a.server.said)
			}
		})
	}
}

// The master key is bound by neither depth nor fields.
func TestLimitsOfTheMasterKey(t *testing.T) {
	a := newAsked(nested(8))
	a.Master, a.limits.Depth, a.limits.Fields = true, 2, 2
	require.Regexp(t, `^200: `, a.answer(t))
	a = newAsked(`{` + wide(70) + `}`)
	a.Master = true
	require.Contains(t, a.answer(t), "the document has more than 200 words and signs (option limits.values)", "reading it is bounded for everybody")
}
