package follow

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

func TestMatcherKnowsWhatTheServerGetsWrong(t *testing.T) {
	for doc, cases := range map[string]map[string]bool{
		`{"n":{"$lt":5}}`:         {`{"n":1}`: true, `{"n":9}`: false, `{}`: false}, // the server lets {} through
		`{"s":{"$regex":"^und"}}`: {`{"s":"under"}`: true, `{}`: false},             // it tests the text "undefined"
		`{"s":{"$nin":["a"]}}`:    {`{"s":"b"}`: true, `{"s":"a"}`: false},
		`{"a":{"$ne":1}}`:         {`{"a":[1,2]}`: false, `{"a":[2]}`: true},
		`{}`:                      {`{}`: true},
	} {
		m, err := NewMatcher(jsontext.Value(doc))
		require.NoError(t, err)
		for object, want := range cases {
			got, err := m.matches(jsontext.Value(object))
			require.NoError(t, err)
			require.Equal(t, want, got, "%s on %s", doc, object)
		}
	}
}

func TestMatcherRefusesWhatAServerWouldStaySilentAbout(t *testing.T) {
	for _, doc := range []string{
		`{"p":{"$inQuery":{"className":"C","where":{}}}}`,
		`{"k":{"$select":{"query":{"className":"C","where":{}},"key":"x"}}}`,
		`{"$relatedTo":{"object":{"__type":"Pointer","className":"C","objectId":"x"},"key":"r"}}`,
		`{"s":{"$text":{"$search":{"$term":"x"}}}}`,
		`{"f":null}`,
		`{"f":{"a":1}}`,
		`{"d":{"$in":[{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}]}}`,
		`{"a":{"$all":[{"__type":"Pointer","className":"C","objectId":"x"}]}}`,
		`{"g":{"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":1}}}`,
		`{"$and":[{"n":1},{"$or":[{"f":null},{"n":2}]}]}`,
		`{"d":{"$gt":{"$relativeTime":"1 day ago"}}}`,
	} {
		_, err := NewMatcher(jsontext.Value(doc))
		require.Error(t, err, doc)
	}
}
