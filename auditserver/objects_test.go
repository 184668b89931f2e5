package auditserver_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestCreateReadUpdateDelete(t *testing.T) {
	_, m := open(t, nil)
	made := m.must(http.MethodPost, "/classes/Note", `{"title":"a","n":1,"list":[1,2],"o":{"k":1},"when":{"__type":"Date","iso":"2026-01-02T03:04:05+01:00"}}`)
	require.Equal(t, http.StatusCreated, made.status)
	id := made.text("objectId")
	require.Regexp(t, `^[A-Za-z0-9]{10}$`, id)
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, made.text("createdAt"))
	require.Len(t, made.body, 2)
	require.Equal(t, "/parse/classes/Note/"+id, made.header.Get("Location"))

	got := m.must(http.MethodGet, "/classes/Note/"+id, nil)
	require.Equal(t, "a", got.text("title"))
	require.Equal(t, map[string]any{"__type": "Date", "iso": "2026-01-02T02:04:05.000Z"}, got.body["when"])
	require.Equal(t, made.text("createdAt"), got.text("createdAt"))
	require.Equal(t, made.text("createdAt"), got.text("updatedAt"))

	changed := m.must(http.MethodPut, "/classes/Note/"+id, `{"n":{"__op":"Increment","amount":4},"o.k":{"__op":"Increment","amount":2},"list":{"__op":"AddUnique","objects":[2,3]},"title":{"__op":"Delete"}}`)
	require.Equal(t, map[string]any{"updatedAt": changed.text("updatedAt"), "n": 5.0, "o": map[string]any{"k": 3.0}, "list": []any{1.0, 2.0, 3.0}}, changed.body)
	got = m.must(http.MethodGet, "/classes/Note/"+id, nil)
	require.NotContains(t, got.body, "title")
	require.Equal(t, 5.0, got.body["n"])

	require.Equal(t, "{}", string(m.must(http.MethodDelete, "/classes/Note/"+id, nil).raw))
	m.refused(404, 101, http.MethodGet, "/classes/Note/"+id, nil)
	m.refused(404, 101, http.MethodDelete, "/classes/Note/"+id, nil)
	m.refused(404, 101, http.MethodPut, "/classes/Note/"+id, `{}`)
}

// Location leads to the object whatever its id holds.
func TestLocationOfOddIDs(t *testing.T) {
	srv, m := open(t, func(c *auditserver.Config) { c.AllowCustomObjectID = true })
	front := httptest.NewServer(srv) // an answer with a zero byte in a header is none
	defer front.Close()
	for _, id := range []string{"a b", "a/b", "a?b#c", "a\x00b", "a\x1fb", "é", "50%41"} {
		body, err := json.Marshal(map[string]any{"objectId": id})
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.URL+"/parse/classes/Note", bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("X-Parse-Application-Id", appID)
		req.Header.Set("X-Parse-Master-Key", master)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err, "%q", id)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusCreated, res.StatusCode)
		path, ok := strings.CutPrefix(res.Header.Get("Location"), "/parse")
		require.True(t, ok)
		require.Equal(t, id, m.must(http.MethodGet, path, nil).text("objectId"))
	}
}

func TestWritesThatAreRefused(t *testing.T) {
	_, m := open(t, nil)
	m.create("Note", `{"title":"a","n":1,"p":{"__type":"Pointer","className":"A","objectId":"x"}}`)
	for name, test := range map[string]struct {
		body string
		code int
	}{
		"type":             {`{"title":1}`, 111},
		"pointer class":    {`{"p":{"__type":"Pointer","className":"B","objectId":"x"}}`, 111},
		"unknown __type":   {`{"x":{"__type":"Thing"}}`, 111},
		"full object":      {`{"p":{"__type":"Object","className":"A","objectId":"x"}}`, 111},
		"bad date":         {`{"d":{"__type":"Date","iso":"yesterday"}}`, 111},
		"empty bytes":      {`{"b":{"__type":"Bytes","base64":""}}`, 111},
		"polygon":          {`{"g":{"__type":"Polygon","coordinates":[[0,0],[1,1]]}}`, 107},
		"nested dollar":    {`{"o":{"$a":1}}`, 121},
		"nested dot":       {`{"o":{"a.b":1}}`, 121},
		"field name":       {`{"bad name":1}`, 105},
		"underscore":       {`{"_x":1}`, 105},
		"proto":            {`{"o":{"__proto__":1}}`, 105},
		"constructor":      {`{"constructor":1}`, 105},
		"objectId":         {`{"objectId":"abc"}`, 105},
		"createdAt text":   {`{"createdAt":"2026-01-01T00:00:00Z"}`, 111},
		"increment text":   {`{"n":{"__op":"Increment","amount":"1"}}`, 107},
		"add no list":      {`{"l":{"__op":"Add","objects":1}}`, 107},
		"unknown op":       {`{"l":{"__op":"Multiply"}}`, 107},
		"op for a list":    {`{"n":{"__op":"Add","objects":1}}`, 111},
		"relation of text": {`{"title":{"__op":"AddRelation","objects":"x"}}`, 111},
		"field name first": {`{"bad name":{"__type":"Date"}}`, 111},
		"empty relation":   {`{"r":{"__op":"AddRelation","objects":[]}}`, 107},
		"acl not object":   {`{"ACL":"public"}`, 123},
		"acl entry":        {`{"ACL":{"*":true}}`, 123},
		"two geopoints":    {`{"g1":{"__type":"GeoPoint","latitude":1,"longitude":2},"g2":{"__type":"GeoPoint","latitude":1,"longitude":2}}`, 111},
		"geopoint no text": {`{"g":{"__type":"GeoPoint","latitude":"1","longitude":2}}`, 111},
	} {
		t.Run(name, func(t *testing.T) {
			m.t = t
			m.refused(400, test.code, http.MethodPost, "/classes/Note", test.body)
			require.Equal(t, 1.0, m.must(http.MethodGet, "/classes/Note?count=1&limit=0", nil).body["count"], "something was stored")
		})
	}
}
