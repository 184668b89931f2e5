package graphql_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/graphql"
	"github.com/isoaudit/isoaudit-go/schema"
)

// A class has its queries and mutations; one whose types would have the name of
// another type is left out, and a function without a name in GraphQL too.
func TestSchemaOfClasses(t *testing.T) {
	for document, want := range map[string]string{
		`{ __type(name: "Query") { fields { name } } }`: `200: {"data":{"__type":{"fields":[{"name":"health"},{"name":"node"},{"name":"viewer"},{"name":"class"},{"name":"classes"},{"name":"cloudConfig"},` +
			`{"name":"user"},{"name":"users"},{"name":"plan"},{"name":"plans"}]}}}`,
		`{ __type(name: "PlanEdgeEdge") { name } }`:                          `200: {"data":{"__type":null}}`,
		`{ __type(name: "CloudCodeFunction") { enumValues { name } } }`:      `200: {"data":{"__type":{"enumValues":[{"name":"double"}]}}}`,
		`{ __type(name: "CreatePlanFieldsInput") { inputFields { name } } }`: `200: {"data":{"__type":{"inputFields":[{"name":"ACL"},{"name":"area"},{"name":"before"},{"name":"crew"},{"name":"lead"},{"name":"meta"},{"name":"open"},{"name":"raw"},{"name":"ref"},{"name":"sheet"},{"name":"size"},{"name":"spot"},{"name":"start"},{"name":"tags"}]}}}`,
		`{ __schema { subscriptionType { name } } }`:                         `200: {"data":{"__schema":{"subscriptionType":null}}}`,
	} {
		require.Equal(t, want, newAsked(document).answer(t), document)
	}
}

// A pointer to a class that is left out is a plain object.
func TestSchemaOfPointersToNothing(t *testing.T) {
	made, err := graphql.Engine{}.Schema([]schema.Class{
		{Name: "Note", Fields: map[string]schema.Field{"objectId": {Type: schema.String}, "of": {Type: schema.Pointer, TargetClass: "Gone"}}},
		{Name: "_User", Fields: map[string]schema.Field{"objectId": {Type: schema.String}}},
	}, nil)
	require.NoError(t, err)
	server := &fakeServer{answers: map[string]string{"GET classes/Note/n1": `{"objectId":"n1","of":{"__type":"Pointer","className":"Gone","objectId":"g1"}}`}}
	answer := made.Answer(t.Context(), server, &document.Request{Document: `{ note(id: "n1") { of } }`}, roomy)
	require.Equal(t, `{"data":{"note":{"of":{"__type":"Pointer","className":"Gone","objectId":"g1"}}}}`, string(answer.Body))
}
