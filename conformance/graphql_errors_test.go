package conformance_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// graphQLErrors tell what is wrong with a document by status, code, path and place.
func graphQLErrors() []behaviour {
	return []behaviour{
		{"GraphQL: a document that is not valid is refused with a code and a place", func(t *testing.T, w *world) {
			const invalid = "GRAPHQL_VALIDATION_FAILED"
			for _, c := range []struct{ name, document, code string }{
				{"an empty document", ` `, "GRAPHQL_PARSE_FAILED"},
				{"a document that does not end", `{ health`, "GRAPHQL_PARSE_FAILED"},
				{"an unknown field", `{ health nonsense }`, invalid},
				{"an unknown argument", `{ user(id: "a", name: "b") { objectId } }`, invalid},
				{"an argument that is missing", `{ user { objectId } }`, invalid},
				{"a value of another type", `{ users(first: "many") { count } }`, invalid},
				{"an unknown enum value", `{ users(order: [shoeSize_ASC]) { count } }`, invalid},
				{"fields of a scalar", `{ health { a } }`, invalid},
				{"an object without fields", `{ viewer }`, invalid},
				{"a fragment that is missing", `{ ...a }`, invalid},
				{"a fragment of itself", `{ ...a } fragment a on Query { ...a }`, invalid},
				{"a fragment that is not used", `{ health } fragment a on Query { health }`, invalid},
				{"a variable that is missing", `query ($id: ID!) { user(id: $id) { objectId } }`, "BAD_USER_INPUT"},
				{"a variable that is unknown", `{ user(id: $id) { objectId } }`, invalid},
				{"a date that is none", `{ users(where: {createdAt: {equalTo: "soon"}}) { count } }`, invalid},
				{"two operations", `query a { health } query b { health }`, "OPERATION_RESOLUTION_FAILURE"},
				{"a subscription", `subscription { health }`, invalid},
			} {
				t.Run(c.name, func(t *testing.T) {
					told := w.graphQLError(t, c.document)
					require.Nil(t, told.Data)
					require.Empty(t, told.Errors[0].Path)
					if c.code != "OPERATION_RESOLUTION_FAILURE" {
						require.NotEmpty(t, told.Errors[0].Locations)
					}
					w.expects(t, "GraphQL: the status of "+c.name, "400", fmt.Sprint(told.status))
					code := told.Errors[0].Extensions.Code
					if code == nil {
						code = c.code
					}
					w.expects(t, "GraphQL: the code of "+c.name, c.code, fmt.Sprint(code))
					w.expects(t, "GraphQL: a code in the refusal of a document", "is there", map[bool]string{true: "is there", false: "is not there"}[told.Errors[0].Extensions.Code != nil])
				})
			}
		}},
		{"GraphQL: an error in carrying out has Parse's code, a path and a place", func(t *testing.T, w *world) {
			class := w.itemClass()
			one := strings.ToLower(class[:1]) + class[1:]
			for _, c := range []struct {
				name, document string
				code           float64
				path           string
				data           any
			}{
				{"an object that is not there", `{ health them: ` + one + `(id: "none") { objectId } }`, 101, "them", nil},
				{"a viewer without a session", `{ viewer { sessionToken } }`, 209, "viewer", nil},
				{"a log-in that fails", `mutation { logIn(input: {username: "nobody", password: "wrong"}) { viewer { sessionToken } } }`, 101, "logIn", map[string]any{"logIn": nil}},
				{"a count that is negative", `{ users(first: -1) { count } }`, 102, "users", nil},
				{"a cursor that is none", `{ users(after: "%") { edges { cursor } } }`, 102, "users", nil},
				{"an object without a pointer", `mutation { made: create` + class + `(input: {fields: {parent: {}}}) { clientMutationId } }`, 106, "made", map[string]any{"made": nil}},
				{"a class for the master key", `{ classes { name } }`, 119, "classes", nil},
			} {
				t.Run(c.name, func(t *testing.T) {
					told := w.graphQLError(t, c.document)
					require.Equal(t, http.StatusOK, told.status)
					require.Equal(t, c.code, told.Errors[0].Extensions.Code)
					require.Equal(t, []any{c.path}, told.Errors[0].Path)
					require.NotEmpty(t, told.Errors[0].Locations)
					require.Equal(t, c.data, told.Data)
				})
			}
		}},
	}
}

// graphQLAnswer is an answer with errors.
type graphQLAnswer struct {
	status int
	Data   any `json:"data"`
	Errors []struct {
		Path       []any `json:"path"`
		Locations  []any `json:"locations"`
		Extensions struct {
			Code any `json:"code"`
		} `json:"extensions"`
	} `json:"errors"`
}

// graphQLError sends a document that is answered with errors. Their number and their
// columns are left to each server: validators differ in both.
func (tg target) graphQLError(t *testing.T, document string) (told graphQLAnswer) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	require.NoError(t, err)
	tg.url = tg.graphQL
	a := tg.send(t, nobody, "POST", "", string(body))
	require.NoError(t, json.Unmarshal(a.body, &told), "%s", a.body)
	require.NotEmpty(t, told.Errors, "%s", a.body)
	told.status = a.status
	return told
}
