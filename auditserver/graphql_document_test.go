package auditserver_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
)

func TestGraphQLIsOffUnlessAsked(t *testing.T) {
	_, m := open(t, nil)
	require.Equal(t, http.StatusNotFound, m.graphQL(`{ health }`, "").status)
	m = openGraphQL(t, func(cfg *auditserver.Config) { cfg.GraphQLPath = "/api/graphql" })
	require.Equal(t, http.StatusNotFound, m.graphQL(`{ health }`, "").status)
	require.Equal(t, true, m.sendGraphQL(http.MethodPost, "/api/graphql", "application/json", `{"query":"{ health }"}`).in("data", "health"))
	err := auditserver.Config{AppID: "a", GraphQL: true, GraphQLPath: "/parse"}.Validate()
	require.ErrorContains(t, err, "graphQLPath")
	require.ErrorContains(t, err, "needs Config.GraphQLEngine: set it to graphql.Engine()")
}

func TestGraphQLDocuments(t *testing.T) {
	m := openGraphQL(t, nil)
	id := m.create("Plan", `{"ref":"A","size":1}`)
	variables := `{"id":"` + id + `","with":true}`
	m.shows(`{"one":{"ref":"A","n":1},"two":{"ref":"A"}}`, `query ($id: ID!, $with: Boolean!, $not: Boolean = false) {
		one: plan(id: $id) { ...head n: size @include(if: $with) start @include(if: $not) }
		two: plan(id: $id) { ...head ... on Plan @skip(if: $with) { size } }
	}
	fragment head on Plan { ref }`, variables)
	m.shows(`{"plan":{"ref":"A","size":1}}`, `query ($id: ID!) { plan(id: $id) { ref } ... on Query { plan(id: $id) { size } } }`, `{"id":"`+id+`"}`)

	two := `query a { health } query b($id: ID!) { plan(id: $id) { ref } }`
	a := m.sendGraphQL(http.MethodPost, "/graphql", "application/json", `{"query":"`+two+`","operationName":"b","variables":{"id":"`+id+`"}}`)
	require.Equal(t, "A", a.in("data", "plan", "ref"), "%s", a.raw)
	for name, message := range map[string]string{"": "Must provide operation name", "c": `Unknown operation named \"c\"`} {
		a := m.sendGraphQL(http.MethodPost, "/graphql", "application/json", `{"query":"`+two+`","operationName":"`+name+`"}`)
		require.Equal(t, http.StatusBadRequest, a.status)
		require.Contains(t, string(a.raw), message)
	}

	get := m.sendGraphQL(http.MethodGet, "/graphql?"+url.Values{"query": {`query ($id: ID!) { plan(id: $id) { ref } }`}, "variables": {`{"id":"` + id + `"}`}}.Encode(), "", "")
	require.Equal(t, "A", get.in("data", "plan", "ref"), "%s", get.raw)
	get = m.sendGraphQL(http.MethodGet, "/graphql?"+url.Values{"query": {`mutation { logOut(input: {}) { ok } }`}}.Encode(), "", "")
	require.Equal(t, http.StatusMethodNotAllowed, get.status)
}

func TestGraphQLErrors(t *testing.T) {
	m := openGraphQL(t, nil)
	for document, want := range map[string]struct {
		code    string
		message string
	}{
		``:                                {"BAD_REQUEST", "non-empty"},
		`{ plan`:                          {"GRAPHQL_PARSE_FAILED", "Syntax Error"},
		`{ nonsense }`:                    {"GRAPHQL_VALIDATION_FAILED", `Cannot query field "nonsense" on type "Query"`},
		`{ plan(id: "x") { ref { a } } }`: {"GRAPHQL_VALIDATION_FAILED", `Cannot query field "a" on type "String"`},
		`{ plan { ref } }`:                {"GRAPHQL_VALIDATION_FAILED", `argument "id" of type "ID!" is required`},
		`query ($id: ID!) { plan(id: $id) { ref } }`:                               {"BAD_USER_INPUT", `Variable "$id": must be defined`},
		`{ plans(where: {start: {equalTo: "soon"}}) { count } }`:                   {"GRAPHQL_VALIDATION_FAILED", "the argument where.start.equalTo is no date"},
		`mutation { createPlan(input: {fields: {size: 1}}) { clientMutationId } }`: {"GRAPHQL_VALIDATION_FAILED", "ref"},
		`subscription { health }`:                                                  {"GRAPHQL_VALIDATION_FAILED", ""},
		`{ ...a } fragment a on Query { ...a }`:                                    {"GRAPHQL_VALIDATION_FAILED", ""},
	} {
		code, message := m.graphQLError(http.StatusBadRequest, document, "")
		require.Equal(t, want.code, code, "%s: %s", document, message)
		require.Contains(t, message, want.message, document)
	}
	a := m.graphQL(`{ good: health bad: plan(id: "none") { ref } }`, "")
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, []any{"bad"}, a.in("errors", 0, "path"))
	require.Equal(t, map[string]any{"line": 1.0, "column": 16.0}, a.in("errors", 0, "locations", 0))
	require.Nil(t, a.body["data"], "plan must not be null, so all is")

	for body, status := range map[string]int{`[{"query":"{ health }"}]`: 400, `{"query":"{ health }","variables":"x"}`: 400, `not JSON`: 400} {
		require.Equal(t, status, m.sendGraphQL(http.MethodPost, "/graphql", "application/json", body).status, body)
	}
	require.Equal(t, http.StatusNotFound, m.sendGraphQL(http.MethodPut, "/graphql", "application/json", `{}`).status)
}

// A pointer whose object is gone shows its id, and is null where more is asked; what
// must not be null makes null of what holds it.
func TestGraphQLDanglingPointer(t *testing.T) {
	m := openGraphQL(t, nil)
	m.must(http.MethodPut, "/schemas/Finding", `{"fields":{"must":{"type":"Pointer","targetClass":"Plan","required":true}}}`)
	plan := m.create("Plan", `{"ref":"A"}`)
	pointer := `{"__type":"Pointer","className":"Plan","objectId":"` + plan + `"}`
	m.create("Finding", `{"text":"t","plan":`+pointer+`,"must":`+pointer+`}`)
	m.must(http.MethodDelete, "/classes/Plan/"+plan, nil)
	m.shows(`{"findings":{"edges":[{"node":{"plan":{"objectId":"`+plan+`"}}}]}}`, `{ findings { edges { node { plan { objectId } } } } }`, "")
	m.shows(`{"findings":{"edges":[{"node":{"text":"t","plan":null}}]}}`, `{ findings { edges { node { text plan { objectId ref } } } } }`, "")
	a := m.graphQL(`{ findings { count edges { node { must { ref } } } } }`, "")
	require.Equal(t, map[string]any{"count": 1.0, "edges": []any{map[string]any{"node": nil}}}, a.in("data", "findings"))
	require.Equal(t, []any{"findings", "edges", 0.0, "node", "must"}, a.in("errors", 0, "path"))
	require.Equal(t, "Cannot return null for non-nullable field Finding.must.", a.in("errors", 0, "message"))
}

func TestGraphQLIntrospection(t *testing.T) {
	const document = `{ __schema { queryType { name } mutationType { name } types { kind name fields { name args { name defaultValue } type { kind ofType { kind name } } }
		inputFields { name } enumValues { name } possibleTypes { name } interfaces { name } } directives { name locations args { name } } } __type(name: "PlanOrder") { enumValues { name } } }`
	m := openGraphQL(t, nil)
	a := m.graphQL(document, "")
	require.NotContains(t, a.body, "errors")
	require.Equal(t, "Query", a.in("data", "__schema", "queryType", "name"))
	require.Contains(t, a.in("data", "__type", "enumValues"), map[string]any{"name": "ref_DESC"})
	require.NotContains(t, string(a.raw), "defer")

	for _, asking := range []string{`{ __schema { queryType { name } } }`, `{ __type(name: "Plan") { name } }`, `{ ...a } fragment a on Query { __schema { description } }`} {
		_, message := m.public().graphQLError(http.StatusForbidden, asking, "")
		require.Equal(t, "Introspection is not allowed", message)
	}
	m.public().shows(`{"__typename":"Query"}`, `{ __typename }`, "")
	// An error tells no names either.
	_, message := m.public().graphQLError(http.StatusBadRequest, `{ findings { edges { node { plan { reff } } } } }`, "")
	require.Equal(t, `Cannot query field "reff" on type "...".`, message)
	_, message = m.graphQLError(http.StatusBadRequest, `{ findings { edges { node { plan { reff } } } } }`, "")
	require.Contains(t, message, `Did you mean`)

	open := openGraphQL(t, func(cfg *auditserver.Config) { cfg.GraphQLPublicIntrospection = true }).public()
	require.NotContains(t, open.graphQL(document, "").body, "errors")
}

func TestGraphQLLimits(t *testing.T) {
	m := openGraphQL(t, func(cfg *auditserver.Config) {
		cfg.Limits = auditserver.Limits{GraphQLDepth: 6, GraphQLFields: 30, Batch: 5, Values: 300, AnswerSize: 4000, Depth: 10}
	})
	for range 8 {
		m.create("Plan", `{"ref":"`+strings.Repeat("x", 300)+`"}`)
	}
	c := m.public()
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " f%d: health", i)
		}
		return b.String()
	}
	// Each fragment spreads the next one twice.
	doubling := `{ ...f0 ...f0 }`
	for i := range 20 {
		doubling += fmt.Sprintf(" fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}
	doubling = strings.ReplaceAll(doubling+` fragment f20 on Query { health }`, "  ", " ")
	for document, message := range map[string]string{
		`{` + fields(31) + `}`:                                                 "Number of GraphQL fields (31) exceeds maximum allowed (30) (option requestComplexity.graphQLFields)",
		`{ ...a } fragment a on Query {` + fields(31) + `}`:                    "graphQLFields",
		`query a { health } query b {` + fields(30) + `}`:                      "(31)",
		`{ findings { edges { node { plan { lead { sessions { a } } } } } } }`: "GraphQL query depth of 7 exceeds maximum allowed depth of 6 (option requestComplexity.graphQLDepth)",
		doubling: "graphQLFields",
		`{ plans(where: {tags: {in: [` + strings.Repeat("1 ", 300) + `]}}) { count } }`: "300 words and signs (option limits.values)",
	} {
		_, got := c.graphQLError(http.StatusBadRequest, document, "")
		require.Contains(t, got, message)
	}
	m.shows(`{"f0":true}`, `{ f0: health `+strings.Repeat("f0: health ", 40)+`}`, "") // the master key is not bound

	six := ""
	for i := range 6 {
		six += fmt.Sprintf(" p%d: plans { count }", i)
	}
	a := c.graphQL(`{`+six+`}`, "")
	require.Equal(t, 107.0, a.in("errors", 0, "extensions", "code"))
	require.Contains(t, a.in("errors", 0, "message"), "more than 5 requests (option requestComplexity.batchRequestLimit)")

	a = c.graphQL(`{ plans { edges { node { a: ref b: ref c: ref } } } }`, "")
	require.Equal(t, 102.0, a.in("errors", 0, "extensions", "code"))
	require.Contains(t, a.in("errors", 0, "message"), "option limits.answerSize")
	require.Less(t, len(a.raw), 5000)
	require.Len(t, a.body["errors"], 1)

	code, _ := c.graphQLError(http.StatusOK, `{ plans(where: {tags: {equalTo: `+strings.Repeat("[", 20)+strings.Repeat("]", 20)+`}}) { count } }`, "")
	require.Equal(t, 107.0, code)
}

func TestGraphQLUploads(t *testing.T) {
	m := openGraphQL(t, nil)
	_, token := m.user("ann")
	form := func(operations, places string) (contentType, body string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		require.NoError(t, w.WriteField("operations", operations))
		require.NoError(t, w.WriteField("map", places))
		part, err := w.CreateFormFile("0", "note.txt")
		require.NoError(t, err)
		_, err = part.Write([]byte("hello"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return w.FormDataContentType(), b.String()
	}
	contentType, body := form(`{"query":"mutation ($f: Upload!) { createFile(input: {upload: $f}) { fileInfo { name url } } }","variables":{"f":null}}`, `{"0":["variables.f"]}`)
	a := m.as(token).sendGraphQL(http.MethodPost, "/graphql", contentType, body)
	require.NotContains(t, a.body, "errors", "%s", a.raw)
	address := a.in("data", "createFile", "fileInfo", "url").(string)
	require.Contains(t, address, "_note.txt")
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "hello", string(m.do(http.MethodGet, strings.TrimPrefix(u.Path, "/parse"), nil).raw))

	a = m.public().sendGraphQL(http.MethodPost, "/graphql", contentType, body)
	require.Equal(t, 130.0, a.in("errors", 0, "extensions", "code"), "only users may upload")

	contentType, body = form(`{"query":"mutation ($f: CreatePlanFieldsInput!) { createPlan(input: {fields: $f}) { plan { sheet { name } } } }","variables":{"f":{"ref":"A","sheet":{"upload":null}}}}`, `{"0":["variables.f.sheet.upload"]}`)
	a = m.as(token).sendGraphQL(http.MethodPost, "/graphql", contentType, body)
	require.Contains(t, a.in("data", "createPlan", "plan", "sheet", "name"), "_note.txt", "%s", a.raw)

	for _, places := range []string{`{"0":["variables.none"]}`, `{"1":["variables.f"]}`, `[]`} {
		contentType, body := form(`{"query":"{ health }","variables":{"f":null}}`, places)
		require.Equal(t, http.StatusBadRequest, m.sendGraphQL(http.MethodPost, "/graphql", contentType, body).status, places)
	}
	code, _ := m.graphQLError(http.StatusOK, `mutation { createFile(input: {upload: "x"}) { fileInfo { name } } }`, "")
	require.Equal(t, 130.0, code)
}

// Functions are called, and their errors keep their codes.
func TestGraphQLFunctions(t *testing.T) {
	srv, m := open(t, func(cfg *auditserver.Config) { cfg.GraphQL, cfg.GraphQLEngine = true, graphql.Engine() })
	srv.Function("double", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		n, ok := call.Params["n"].(float64)
		if !ok {
			return nil, &auditserver.Error{Code: 4242, Message: "no n"}
		}
		return map[string]any{"twice": 2 * n}, nil
	})
	m.public().shows(`{"callCloudCode":{"result":{"twice":6}}}`, `mutation { callCloudCode(input: {functionName: double, params: {n: 3}}) { result } }`, "")
	code, _ := m.graphQLError(http.StatusOK, `mutation { callCloudCode(input: {functionName: double}) { result } }`, "")
	require.Equal(t, 4242.0, code)
}
