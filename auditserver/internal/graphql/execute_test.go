package graphql_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/graphql"
)

// Each field is resolved by REST requests, which ask for what the document asks for.
func TestCallsOfDocuments(t *testing.T) {
	const page = `{"results":[{"objectId":"p1","ref":"A"}],"count":3}`
	const planID = "UGxhbjpwMQ==" // Plan:p1
	for _, c := range []struct {
		document string
		said     []string
	}{
		{`{ plan(id: "p1") { objectId } }`, []string{`GET classes/Plan/p1 {"keys":"objectId"}`}},
		{`{ plan(id: "` + planID + `") { ref lead { objectId } before { lead { username } } } }`, []string{`GET classes/Plan/p1 {"include":"before,before.lead","keys":"objectId,ref,lead,before,before.lead,before.lead.username"}`}},
		{`{ plans(where: {size: {greaterThan: 1}}, order: [ref_DESC, id_ASC], skip: 2, first: 5) { edges { node { ref } } } }`,
			[]string{`GET classes/Plan {"keys":"objectId,ref","limit":5,"order":"-ref,objectId","skip":2,"where":{"size":{"$gt":1}}}`}},
		{`{ plans { count } }`, []string{`GET classes/Plan {"count":true,"limit":0,"where":{}}`}},
		{`{ plans(last: 2) { edges { node { ref } } } }`, []string{`GET classes/Plan {"count":true,"limit":0,"where":{}}`, `GET classes/Plan {"keys":"objectId,ref","limit":2,"skip":1,"where":{}}`}},
		{`mutation { createPlan(input: {fields: {ref: "A", start: "2026-03-01", raw: "aGk=", lead: {link: "u1"}, crew: {add: ["u2"]}, spot: {latitude: 1, longitude: 2}, ACL: {public: {read: true, write: false}}}}) { plan { objectId createdAt } } }`,
			[]string{`POST classes/Plan {"ACL":{"*":{"read":true}},"crew":{"__op":"Batch","ops":[{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"u2"}]}]},"lead":{"__type":"Pointer","className":"_User","objectId":"u1"},"raw":{"__type":"Bytes","base64":"aGk="},"ref":"A","spot":{"__type":"GeoPoint","latitude":1,"longitude":2},"start":{"__type":"Date","iso":"2026-03-01T00:00:00.000Z"}}`}},
		{`mutation { updatePlan(input: {id: "` + planID + `", fields: {size: null}}) { plan { ref } } }`, []string{`PUT classes/Plan/p1 {"size":{"__op":"Delete"}}`, `GET classes/Plan/p1 {"keys":"objectId,ref"}`}},
		{`mutation { deletePlan(input: {id: "p1"}) { plan { objectId } } }`, []string{`DELETE classes/Plan/p1`}},
		{`mutation { createPlan(input: {fields: {ref: "B", before: {createAndLink: {ref: "A"}}}}) { clientMutationId } }`,
			[]string{"begin", `POST classes/Plan {"ref":"A"}`, `POST classes/Plan {"before":{"__type":"Pointer","className":"Plan","objectId":"p1"},"ref":"B"}`, "end"}},
		{`mutation { callCloudCode(input: {functionName: double, params: {n: 2}}) { result } }`, []string{`POST functions/double {"n":2}`}},
	} {
		a := newAsked(c.document)
		a.server.answers = map[string]string{"GET classes/Plan": page, "GET classes/Plan/p1": `{"objectId":"p1","ref":"A"}`, "POST classes/Plan": `{"objectId":"p1","createdAt":"2026-03-01T09:00:00.000Z"}`,
			"PUT classes/Plan/p1": `{"updatedAt":"2026-03-01T09:00:00.000Z"}`, "DELETE classes/Plan/p1": `{}`, "POST functions/double": `{"result":4}`}
		require.NotContains(t, a.answer(t), `"errors"`, c.document)
		require.Equal(t, c.said, a.server.said, c.document)
	}
}

// An error has the path of its field, and what must not be null makes null of the
// nearest thing above that may be.
func TestErrorsOfFields(t *testing.T) {
	a := newAsked(`{ good: health bad: plan(id: "none") { ref } }`)
	require.Equal(t, `200: {"errors":[{"message":"Object not found.","locations":[{"line":1,"column":16}],"path":["bad"],"extensions":{"code":101}}],"data":null}`, a.answer(t))

	a = newAsked(`mutation { one: deletePlan(input: {id: "none"}) { plan { ref } } two: deletePlan(input: {id: "p1"}) { clientMutationId } }`)
	a.server.answers = map[string]string{"DELETE classes/Plan/p1": `{}`}
	require.Equal(t, `200: {"errors":[{"message":"Object not found.","locations":[{"line":1,"column":12}],"path":["one"],"extensions":{"code":101}}],"data":{"one":null,"two":{"clientMutationId":null}}}`, a.answer(t))

	a = newAsked(`{ plans { edges { node { ref size } } } }`)
	a.server.answers = map[string]string{"GET classes/Plan": `{"results":[{"objectId":"p1","ref":"A","size":1},{"objectId":"p2","size":"big"}]}`}
	require.Equal(t, `200: {"errors":[{"message":"Cannot return null for non-nullable field Plan.ref.","locations":[{"line":1,"column":26}],"path":["plans","edges",1,"node","ref"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],`+
		`"data":{"plans":{"edges":[{"node":{"ref":"A","size":1}},{"node":null}]}}}`, a.answer(t))
}

// What a mutation creates besides its own object is undone with it.
func TestNestedCreatesAreUndone(t *testing.T) {
	a := newAsked(`mutation { createPlan(input: {fields: {ref: "B", before: {createAndLink: {ref: "A"}}, lead: {}}}) { clientMutationId } }`)
	a.server.answers = map[string]string{"POST classes/Plan": `{"objectId":"p1"}`}
	require.Contains(t, a.answer(t), `"code":106`)
	require.True(t, a.server.undo)
	require.Equal(t, []string{"begin", `POST classes/Plan {"ref":"A"}`, "end"}, a.server.said)
}

// Fields of one name are merged, and directives leave selections out.
func TestSelections(t *testing.T) {
	a := newAsked(`query ($yes: Boolean = true, $no: Boolean = false) { p: plan(id: "p1") { ref } ...more p: plan(id: "p1") { id @skip(if: $yes) } health @include(if: $no) }
		fragment more on Query { p: plan(id: "p1") { ... on Plan { n: size } ... on Node { id @include(if: $no) __typename } } }`)
	a.server.answers = map[string]string{"GET classes/Plan/p1": `{"objectId":"p1","ref":"A","size":7}`}
	require.Equal(t, `200: {"data":{"p":{"ref":"A","n":7,"__typename":"Plan"}}}`, a.answer(t))
	require.Equal(t, []string{`GET classes/Plan/p1 {"keys":"objectId,ref,size"}`}, a.server.said)
}

func TestLimitsOfCarryingOut(t *testing.T) {
	a := newAsked(`{ a: plans { count } b: plans { count } c: plans { count } }`)
	a.server.answers = map[string]string{"GET classes/Plan": `{"results":[],"count":0}`}
	a.limits.Calls = 2
	require.Contains(t, a.answer(t), `"message":"the document makes more than 2 requests (option requestComplexity.batchRequestLimit)","locations":[{"line":1,"column":41}],"path":["c"],"extensions":{"code":107}`)
	require.Len(t, a.server.said, 2)
	a.Master, a.server.said = true, nil
	require.Equal(t, `200: {"data":{"a":{"count":0},"b":{"count":0},"c":{"count":0}}}`, a.answer(t), "the master key is not bound")

	a = newAsked(`{ plans { edges { node { ref } } } }`)
	a.server.answers = map[string]string{"GET classes/Plan": `{"results":[` + strings.Repeat(`{"objectId":"p1","ref":"`+strings.Repeat("x", 300)+`"},`, 99) + `{"objectId":"p1","ref":""}]}`}
	answer := a.answer(t)
	require.Contains(t, answer, `the answer has more than 10000 bytes (option limits.answerSize): ask for less`)
	require.Equal(t, 1, strings.Count(answer, `"message"`))
	require.Less(t, len(answer), 1000)
}

// A document whose caller has gone makes no more calls.
func TestCanceledDocument(t *testing.T) {
	made, err := graphql.Engine{}.Schema(classes(), nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	server := &fakeServer{}
	answer := made.Answer(ctx, server, &document.Request{Document: `{ a: plans { count } b: plans { count } }`}, roomy)
	require.Contains(t, string(answer.Body), `"path":["a"]`)
	require.Empty(t, server.said)
}

// An error of the server itself shows nothing of it.
func TestErrorsOfTheServerAreHidden(t *testing.T) {
	made, err := graphql.Engine{}.Schema(classes(), nil)
	require.NoError(t, err)
	answer := made.Answer(t.Context(), &brokenServer{}, &document.Request{Document: `{ plans { count } }`}, roomy)
	require.NotContains(t, string(answer.Body), "disk")
	require.Contains(t, string(answer.Body), `"code":1}`)
	answer = made.Answer(t.Context(), &brokenServer{}, &document.Request{Document: `mutation { deletePlan(input: {id: "p1"}) { clientMutationId } }`}, roomy)
	require.Contains(t, string(answer.Body), `{"message":"Permission denied","locations":[{"line":1,"column":12}],"path":["deletePlan"],"extensions":{"code":119}}`)
}
