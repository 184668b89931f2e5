package graphql_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is wrong with a document is told as Parse Server tells it: conformance asks it
// for the same. Nothing of such a document is carried out.
func TestBrokenDocuments(t *testing.T) {
	const invalid = `,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}`
	for document, want := range map[string]string{
		``:                 `400: {"errors":[{"message":"GraphQL operations must contain a non-empty ` + "`query`" + `.","extensions":{"code":"BAD_REQUEST"}}]}`,
		"\n ":              `400: {"errors":[{"message":"Syntax Error: Unexpected <EOF>.","locations":[{"line":2,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`,
		`{ plan`:           `400: {"errors":[{"message":"Syntax Error: Expected Name, found <EOF>","locations":[{"line":1,"column":7}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`,
		`{ nonsense }`:     `400: {"errors":[{"message":"Cannot query field \"nonsense\" on type \"Query\".","locations":[{"line":1,"column":3}]` + invalid + `]}`,
		`{ ...a }`:         `400: {"errors":[{"message":"Unknown fragment \"a\".","locations":[{"line":1,"column":6}]` + invalid + `]}`,
		`{ plan { ref } }`: `400: {"errors":[{"message":"Field \"plan\" argument \"id\" of type \"ID!\" is required, but it was not provided.","locations":[{"line":1,"column":3}]` + invalid + `]}`,
		`{ plans(where: {start: {equalTo: "soon"}}) { count } }`:                                          `400: {"errors":[{"message":"the argument where.start.equalTo is no date: write it as 2026-03-01T09:00:00.000Z","locations":[{"line":1,"column":34}]` + invalid + `]}`,
		`{ plans(where: {OR: [{size: {equalTo: 1}}, {start: {in: ["2026-01-01", "soon"]}}]}) { count } }`: `400: {"errors":[{"message":"the argument where.OR.1.start.in.1 is no date: write it as 2026-03-01T09:00:00.000Z","locations":[{"line":1,"column":72}]` + invalid + `]}`,
		`{ plans(where: {OR: {start: {in: "soon"}}}) { count } }`:                                         `400: {"errors":[{"message":"the argument where.OR.0.start.in.0 is no date: write it as 2026-03-01T09:00:00.000Z","locations":[{"line":1,"column":34}]` + invalid + `]}`,
		`{ plans(first: 3000000000) { count } }`:                                                          `400: {"errors":[{"message":"the argument first is a number that an Int can't hold","locations":[{"line":1,"column":16}]` + invalid + `]}`,
		`query a { health } query b { health }`:                                                           `400: {"errors":[{"message":"Must provide operation name if query contains multiple operations.","extensions":{"code":"OPERATION_RESOLUTION_FAILURE"}}]}`,
	} {
		a := newAsked(document)
		require.Equal(t, want, a.answer(t), document)
		require.Empty(t, a.server.said, document)
	}
}

func TestVariablesThatDoNotFit(t *testing.T) {
	const id, date = `query ($id: ID!) { plan(id: $id) { ref } }`, `query ($d: Date) { plans(where: {start: {lessThan: $d}}) { count } }`
	const code = `,"extensions":{"code":"BAD_USER_INPUT"}}]}`
	for _, c := range []struct {
		document  string
		variables map[string]any
		want      string
	}{
		{id, nil, `400: {"errors":[{"message":"Variable \"$id\": must be defined","locations":[{"line":1,"column":8}]` + code},
		{id, map[string]any{"id": nil}, `400: {"errors":[{"message":"Variable \"$id\": cannot be null","locations":[{"line":1,"column":8}]` + code},
		{date, map[string]any{"d": "soon"}, `400: {"errors":[{"message":"the argument where.start.lessThan is no date: write it as 2026-03-01T09:00:00.000Z","locations":[{"line":1,"column":8}]` + code},
		{
			`query a ($unused: Int = 1) { plans(first: $unused) { ...p } } query b ($w: PlanWhereInput) { plans(where: $w) { ...p } } fragment p on PlanConnection { count }`,
			map[string]any{"w": map[string]any{"start": map[string]any{"equalTo": "soon"}}},
			`400: {"errors":[{"message":"the argument where.start.equalTo is no date: write it as 2026-03-01T09:00:00.000Z","locations":[{"line":1,"column":72}]` + code,
		},
	} {
		a := newAsked(c.document)
		a.Variables = c.variables
		if c.document[:7] == "query a" {
			a.OperationName = "b"
		}
		require.Equal(t, c.want, a.answer(t), c.document)
		require.Empty(t, a.server.said)
	}
}

// A GET changes nothing.
func TestQueryOnly(t *testing.T) {
	a := newAsked(`mutation { logOut(input: {}) { ok } }`)
	a.QueryOnly = true
	require.Equal(t, `405: {"errors":[{"message":"GET requests only support query operations, not mutation operations.","extensions":{"code":"BAD_REQUEST"}}]}`, a.answer(t))
	require.Empty(t, a.server.said)
	a = newAsked(`{ health }`)
	a.QueryOnly = true
	require.Equal(t, `200: {"data":{"health":true}}`, a.answer(t))
}

// Whoever may not ask for the schema learns no name of it by errors either.
func TestSchemaIsHidden(t *testing.T) {
	for document, want := range map[string]string{
		`{ __schema { queryType { name } } }`:                                    `403: {"errors":[{"message":"Introspection is not allowed","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`,
		`{ ...a } fragment a on Query { ... { __type(name: "Plan") { name } } }`: `403: {"errors":[{"message":"Introspection is not allowed","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`,
		`{ __typename }`:                        `200: {"data":{"__typename":"Query"}}`,
		`{ plans { edges { node { reff } } } }`: `400: {"errors":[{"message":"Cannot query field \"reff\" on type \"...\".","locations":[{"line":1,"column":26}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
	} {
		a := newAsked(document)
		a.Introspection = false
		require.Equal(t, want, a.answer(t), document)
	}
	require.Contains(t, newAsked(`{ plans { edges { node { reff } } } }`).answer(t), `on type \"Plan\". Did you mean \"ref\"?`)
}
