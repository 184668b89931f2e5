package conformance_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// graphQLObjects go through what GraphQL does with an object with a column of every kind.
func graphQLObjects() []behaviour {
	return []behaviour{
		{"GraphQL: an object is made with columns of every kind", func(t *testing.T, w *world) {
			q := w.newGraphQLItems(t)
			made := q.make(t)
			id, _ := made["objectId"].(string)
			require.Equal(t, base64.StdEncoding.EncodeToString([]byte(q.class+":"+id)), made["id"])
			require.Equal(t, made["createdAt"], made["updatedAt"])
			for column, want := range map[string]any{
				"name": "over GraphQL", "n": 7.0, "done": true, "day": "2026-03-01T09:00:00.000Z", "raw": "aGk=",
				"tags": []any{map[string]any{"value": "a"}, map[string]any{"value": 1.0}},
				"meta": map[string]any{"level": 2.0}, "spot": map[string]any{"latitude": 1.0, "longitude": 2.0},
				"author":  map[string]any{"objectId": q.writer.id, "username": q.writer.name},
				"members": map[string]any{"count": 1.0, "edges": []any{map[string]any{"node": map[string]any{"objectId": q.writer.id}}}},
				"ACL":     map[string]any{"public": map[string]any{"read": true, "write": true}, "users": nil},
			} {
				require.Equal(t, want, made[column], column)
			}
		}},
		{"GraphQL: objects are found by conditions, in order, with cursors", func(t *testing.T, w *world) {
			q := w.newGraphQLItems(t)
			q.make(t)
			found := q.send(t, `query ($author: ID!) { items(where: {n: {greaterThan: 6, lessThanOrEqualTo: 7}, day: {lessThan: "2026-03-02"},
				name: {in: ["x", "over GraphQL"]}, author: {have: {objectId: {equalTo: $author}}}, OR: [{n: {equalTo: 7}}, {done: {equalTo: false}}]}, order: [n_DESC], first: 5) {
				count pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } } }`, map[string]any{"author": q.writer.id}, "items")
			const first = "YXJyYXljb25uZWN0aW9uOjA="
			require.Equal(t, map[string]any{
				"count":    1.0,
				"pageInfo": map[string]any{"hasNextPage": false, "hasPreviousPage": false, "startCursor": first, "endCursor": first},
				"edges":    []any{map[string]any{"cursor": first, "node": map[string]any{"name": "over GraphQL"}}},
			}, found)
		}},
		{"GraphQL: an object is changed, read by its global id and deleted", func(t *testing.T, w *world) {
			q := w.newGraphQLItems(t)
			made := q.make(t)
			byID := map[string]any{"id": made["id"]}
			changed := q.send(t, `mutation ($id: ID!) { updateItem(input: {id: $id, fields: {n: 8, day: null}}) { item { n day name } } }`, byID, "updateItem", "item")
			require.Equal(t, map[string]any{"n": 8.0, "day": nil, "name": "over GraphQL"}, changed)
			byNode := q.send(t, `query ($id: ID!) { node(id: $id) { id ... on Item { n } } }`, byID, "node")
			require.Equal(t, map[string]any{"id": made["id"], "n": 8.0}, byNode)
			gone := q.send(t, `mutation ($id: ID!) { deleteItem(input: {id: $id}) { item { n } } }`, map[string]any{"id": made["objectId"]}, "deleteItem", "item")
			require.Equal(t, map[string]any{"n": 8.0}, gone)
			err := q.writer.GraphQL(t.Context(), q.names.Replace(`query ($id: ID!) { item(id: $id) { n } }`), byID, nil)
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"GraphQL: an object is changed by somebody who may not read it", func(t *testing.T, w *world) {
			q := w.newGraphQLItems(t)
			made := q.make(t)
			w.must(t, master, "PUT", "/classes/"+q.class+"/"+made["objectId"].(string), `{"ACL":{"*":{"write":true}}}`)
			err := q.writer.GraphQL(t.Context(), q.names.Replace(`mutation ($id: ID!) { updateItem(input: {id: $id, fields: {n: 8}}) { item { objectId } } }`), map[string]any{"id": made["id"]}, nil)
			require.Equal(t, 8.0, w.must(t, master, "GET", "/classes/"+q.class+"/"+made["objectId"].(string), "").json["n"])
			w.expects(t, "GraphQL: an answer to a change by somebody who may not read", "is answered", refusal(t, err, "is answered"))
		}},
		// What is read is what is asked for, and the id alone is something.
		{"GraphQL: an object of which only the id is asked for", func(t *testing.T, w *world) {
			q := w.newGraphQLItems(t)
			made := q.make(t)
			byID := map[string]any{"id": made["id"]}
			only := map[string]any{"objectId": made["objectId"]}
			require.Equal(t, only, q.send(t, `query ($id: ID!) { item(id: $id) { objectId } }`, byID, "item"))
			require.Equal(t, map[string]any{"id": made["id"]}, q.send(t, `query ($id: ID!) { item(id: $id) { id } }`, byID, "item"))
			require.Equal(t, map[string]any{"edges": []any{map[string]any{"node": only}}}, q.send(t, `{ items { edges { node { objectId } } } }`, nil, "items"))
			require.Equal(t, only, q.send(t, `mutation ($id: ID!) { updateItem(input: {id: $id, fields: {n: 9}}) { item { objectId } } }`, byID, "updateItem", "item"))
			require.Equal(t, only, q.send(t, `mutation ($id: ID!) { deleteItem(input: {id: $id}) { item { objectId } } }`, byID, "deleteItem", "item"))
		}},
	}
}

// graphQLItems is a class of its own, and who writes in it.
type graphQLItems struct {
	class  string
	writer member
	names  *strings.Replacer // Item and item in a document, and items in the plural
}

func (w *world) newGraphQLItems(t *testing.T) graphQLItems {
	t.Helper()
	// The end of the name makes its plural, which is that of the query.
	q := graphQLItems{writer: w.signUp(t, strings.ToLower(rand.Text()[:8]))}
	q.class = "Check" + q.writer.name + "Item"
	w.makeClass(t, q.class, fmt.Sprintf(itemColumns, q.class), openCLP)
	q.names = strings.NewReplacer("Item", q.class, "item", strings.ToLower(q.class[:1])+q.class[1:])
	return q
}

// send gives what the answer has at the path.
func (q graphQLItems) send(t *testing.T, document string, variables map[string]any, path ...string) (out map[string]any) {
	t.Helper()
	require.NoError(t, q.writer.GraphQL(t.Context(), q.names.Replace(document), variables, &out))
	for _, step := range path {
		out, _ = out[q.names.Replace(step)].(map[string]any)
	}
	return out
}

func (q graphQLItems) make(t *testing.T) map[string]any {
	t.Helper()
	return q.send(t, `mutation ($author: ID!) { createItem(input: {clientMutationId: "7", fields: {name: "over GraphQL", n: 7, done: true,
		day: "2026-03-01T09:00:00.000Z", tags: ["a", 1], meta: {level: 2}, raw: "aGk=", spot: {latitude: 1, longitude: 2}, author: {link: $author},
		members: {add: [$author]}, ACL: {public: {read: true, write: true}}}}) { clientMutationId item { id objectId createdAt updatedAt name n done day
		tags { ... on Element { value } } meta raw spot { latitude longitude } author { objectId username } members { count edges { node { objectId } } }
		ACL { public { read write } users { userId } } } } }`, map[string]any{"author": q.writer.id}, "createItem", "item")
}
