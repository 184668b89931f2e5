package auditserver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRelations(t *testing.T) {
	_, m := open(t, nil)
	a, b := m.create("Tag", `{"n":1}`), m.create("Tag", `{"n":2}`)
	ptr := func(id string) string {
		return `{"__type":"Pointer","className":"Tag","objectId":"` + id + `"}`
	}
	post := m.create("Post", `{"tags":{"__op":"AddRelation","objects":[`+ptr(a)+`,`+ptr(b)+`]}}`)
	members := func() int {
		where := `{"$relatedTo":{"object":{"__type":"Pointer","className":"Post","objectId":"` + post + `"},"key":"tags"}}`
		return len(m.must(http.MethodGet, "/classes/Tag?where="+url.QueryEscape(where), nil).results(t))
	}
	require.Equal(t, 2, members())
	require.Equal(t, map[string]any{"__type": "Relation", "className": "Tag"}, m.must(http.MethodGet, "/classes/Post/"+post, nil).body["tags"])
	owners := m.must(http.MethodGet, "/classes/Post?where="+url.QueryEscape(`{"tags":`+ptr(a)+`}`), nil).results(t)
	require.Len(t, owners, 1)
	m.must(http.MethodPut, "/classes/Post/"+post, `{"tags":{"__op":"Batch","ops":[{"__op":"RemoveRelation","objects":[`+ptr(a)+`]}]}}`)
	require.Equal(t, 1, members())
	m.refused(400, 111, http.MethodPut, "/classes/Post/"+post, `{"tags":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Post","objectId":"x"}]}}`)
	m.must(http.MethodPut, "/classes/Post/"+post, `{"ACL":{}}`)
	require.Equal(t, 2-1, members())
	hidden := m.public().must(http.MethodGet, "/classes/Tag?where="+url.QueryEscape(`{"$relatedTo":{"object":{"__type":"Pointer","className":"Post","objectId":"`+post+`"},"key":"tags"}}`), nil)
	require.Empty(t, hidden.results(t), "the owner can't be read")
}

// A value and keys within it in one request: the keys are set in the new value,
// however the request orders them.
func TestNestedKeysBesideTheWholeValue(t *testing.T) {
	_, m := open(t, nil)
	for range 20 { // the members of a map come in any order
		id := m.create("Note", `{"o.c.d":2,"o.c":{"e":1},"o.b":{"__op":"Increment","amount":2},"o":{"a":1,"b":1}}`)
		require.Equal(t, map[string]any{"a": 1.0, "b": 3.0, "c": map[string]any{"d": 2.0, "e": 1.0}}, m.must(http.MethodGet, "/classes/Note/"+id, nil).body["o"])
		m.must(http.MethodPut, "/classes/Note/"+id, `{"o.x":1,"o":{"__op":"Delete"}}`)
		require.Equal(t, map[string]any{"x": 1.0}, m.must(http.MethodGet, "/classes/Note/"+id, nil).body["o"])
	}
}
