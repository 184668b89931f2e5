package where_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func object(t testing.TB, doc string) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(doc), &m))
	return m
}

func TestMatch(t *testing.T) {
	finding := `{
		"objectId":"f1", "createdAt":"2026-02-01T00:00:00.000Z",
		"severity":"Major", "score":3, "open":true, "empty":"", "nothing":null,
		"due":{"__type":"Date","iso":"2026-02-27T12:00:00.000Z"},
		"plan":{"__type":"Pointer","className":"AuditPlan","objectId":"p1"},
		"tags":["safety","site"], "numbers":[1,1,5], "none":[],
		"owners":[{"__type":"Pointer","className":"_User","objectId":"u1"}],
		"place":{"__type":"GeoPoint","latitude":52.5,"longitude":13.4},
		"zone":{"__type":"Polygon","coordinates":[[0,0],[0,10],[10,10],[10,0],[0,0]]},
		"file":{"__type":"File","name":"a.pdf","url":"http://x/a.pdf"},
		"o":{"k":1,"s":"x","n":null,"deep":{"list":[1,2]},"items":[{"id":1},{"id":2}],"when":{"__type":"Date","iso":"2026-01-01T00:00:00Z"}}
	}`
	yes := []string{
		`{"plan":"p1"}`, `{"plan":{"$in":["p0","p1"]}}`, `{"plan":{"$in":[null,"p1"]}}`, `{"plan":{"$ne":"p2"}}`, `{"plan":{"$nin":["p2"]}}`, `{"plan":{"$gte":"p1"}}`,
		`{}`, `{"severity":"Major"}`, `{"severity":{"$eq":"Major"}}`, `{"score":3,"open":true}`, `{"empty":""}`,
		`{"nothing":null}`, `{"missing":null}`, `{"missing":{"$ne":1}}`, `{"severity":{"$ne":null}}`, `{"score":{"$ne":"3"}}`,
		`{"score":{"$gt":2,"$lte":3}}`, `{"severity":{"$gt":""}}`, `{"severity":{"$lt":"Minor"}}`, `{"open":{"$gt":false}}`,
		`{"due":{"$lt":{"$relativeTime":"1 day ago"}}}`, `{"due":{"$gt":{"$relativeTime":"3 days ago"}}}`, `{"due":{"$lte":{"$relativeTime":"now"}}}`,
		`{"zone":{"__type":"Polygon","coordinates":[[0,0],[0,10],[10,10],[10,0]]}}`, `{"zone":{"$in":[{"__type":"Polygon","coordinates":[[0,0],[0,10],[10,10],[10,0]]}]}}`,
		`{"place":{"$nearSphere":{"latitude":52.5,"longitude":13.4},"$maxDistance":0.001}}`, `{"place":{"$within":{"$box":[{"latitude":52,"longitude":13},{"latitude":53,"longitude":14}]}}}`,
		`{"due":{"__type":"Date","iso":"2026-02-27T13:00:00+01:00"}}`, `{"due":{"$eq":"2026-02-27T12:00:00Z"}}`, `{"due":{"$in":["2026-02-27T12:00:00.000Z"]}}`,
		`{"due":{"$in":[{"__type":"Date","iso":"2026-02-27T12:00:00Z"}]}}`,
		`{"createdAt":{"$lt":{"__type":"Date","iso":"2026-02-02T00:00:00Z"}}}`, `{"createdAt":"2026-02-01T00:00:00Z"}`,
		`{"plan":{"__type":"Pointer","className":"AuditPlan","objectId":"p1"}}`,
		`{"plan":{"$in":[{"__type":"Pointer","className":"AuditPlan","objectId":"p1"}]}}`,
		`{"plan":{"__type":"Object","className":"AuditPlan","objectId":"p1","title":"x"}}`,
		`{"tags":"site"}`, `{"tags":["safety","site"]}`, `{"tags":{"$in":["x","site"]}}`, `{"tags":{"$nin":["x"]}}`, `{"missing":{"$nin":["x"]}}`,
		`{"tags":{"$all":["site","safety"]}}`, `{"numbers":{"$all":[1]}}`, `{"tags":{"$all":[{"$regex":"^\\Qsa\\E"},{"$regex":"TE$","$options":"i"}]}}`,
		`{"numbers":{"$containedBy":[1,5,9]}}`, `{"none":{"$containedBy":[]}}`, `{"none":[]}`, `{"numbers":{"$gt":4}}`,
		`{"owners":{"__type":"Pointer","className":"_User","objectId":"u1"}}`,
		`{"severity":{"$regex":"^\\QMaj\\E"}}`, `{"severity":{"$regex":"^ m a # start\n j","$options":"xi"}}`, `{"tags":{"$regex":"^si"}}`,
		`{"severity":{"$regex":"\\QMaj\\E\\\\E\\Q\\E|Major"}}`,
		`{"severity":{"$exists":true},"missing":{"$exists":false},"nothing":{"$exists":false}}`,
		`{"o.k":1}`, `{"o.k":{"$in":[1,2]}}`, `{"o.k":{"$exists":true}}`, `{"o.z":{"$exists":false}}`, `{"o.n":null}`, `{"o.k":{"$nin":[2]}}`,
		`{"o.deep.list":2}`, `{"o.deep.list.0":1}`, `{"o.items.id":2}`, `{"o.when":{"$gte":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}}`,
		`{"o.deep":{"list":[1,2]}}`, `{"file":{"__type":"File","name":"a.pdf"}}`,
		`{"$or":[{"score":1},{"score":3}]}`, `{"$and":[]}`, `{"$nor":[{"score":1},{"score":2}]}`,
		`{"place":{"$nearSphere":{"__type":"GeoPoint","latitude":52,"longitude":13},"$maxDistanceInKilometers":100}}`,
		`{"place":{"$nearSphere":{"__type":"GeoPoint","latitude":-52,"longitude":13}}}`,
		`{"place":{"$within":{"$box":[{"__type":"GeoPoint","latitude":50,"longitude":10},{"__type":"GeoPoint","latitude":55,"longitude":15}]}}}`,
		`{"place":{"$geoWithin":{"$polygon":[[10,50],[15,50],[15,55],[10,55]]}}}`,
		`{"place":{"$geoWithin":{"$centerSphere":[[13.4,52.5],0.001]}}}`,
		`{"zone":{"$geoIntersects":{"$point":{"__type":"GeoPoint","latitude":5,"longitude":5}}}}`,
		`{"zone":{"$geoIntersects":{"$point":{"__type":"GeoPoint","latitude":0,"longitude":5}}}}`,
		`{"severity":{"$text":{"$search":{"$term":"MAJOR"}}}}`,
	}
	no := []string{
		`{"severity":"major"}`, `{"severity":null}`, `{"missing":{"$lt":5}}`, `{"missing":{"$ne":null}}`, `{"missing":{"$regex":"undef"}}`,
		`{"score":"3"}`, `{"score":{"$gt":"2"}}`, `{"score":{"$in":[]}}`, `{"plan":{"$in":[]}}`, `{"missing":{"$in":[]}}`, `{"missing":{"$in":[1]}}`,
		`{"tags":{"$ne":"site"}}`, `{"tags":{"$nin":["site"]}}`, `{"tags":{"$all":["site","x"]}}`, `{"tags":{"$all":[]}}`, `{"severity":{"$all":["Major"]}}`,
		`{"numbers":{"$containedBy":[1]}}`, `{"severity":{"$containedBy":["Major"]}}`, `{"tags":["site","safety"]}`,
		`{"plan":{"__type":"Pointer","className":"Other","objectId":"p1"}}`, `{"plan":"p2"}`, `{"plan":{"$nin":["p1"]}}`, `{"plan":{"$ne":"p1"}}`, `{"plan.objectId":"p2"}`,
		`{"due":{"$gt":{"$relativeTime":"in 1 hour"}}}`, `{"o.k":{"$exists":false}}`, `{"o.n":{"$exists":true}}`, `{"o.k.x":1}`, `{"o.items.id":3}`,
		`{"$or":[{"score":1},{"score":2}]}`, `{"$nor":[{"score":3}]}`, `{"score":3,"open":false}`,
		`{"place":{"$nearSphere":{"__type":"GeoPoint","latitude":52,"longitude":13},"$maxDistance":0.001}}`,
		`{"place":{"$geoWithin":{"$polygon":[{"__type":"GeoPoint","latitude":0,"longitude":0},{"__type":"GeoPoint","latitude":0,"longitude":1},{"__type":"GeoPoint","latitude":1,"longitude":1}]}}}`,
		`{"zone":{"$geoIntersects":{"$point":{"__type":"GeoPoint","latitude":15,"longitude":5}}}}`,
		`{"severity":{"$text":{"$search":{"$term":"major","$caseSensitive":true}}}}`, `{"severity":{"$text":{"$search":{"$term":"maj"}}}}`,
	}
	check := func(want bool, docs []string) {
		for _, doc := range docs {
			n, err := where.Parse([]byte(doc), where.Limits{Now: now})
			require.NoError(t, err, doc)
			got, err := n.Match(object(t, finding))
			require.NoError(t, err, doc)
			require.Equal(t, want, got, doc)
		}
	}
	check(true, yes)
	check(false, no)
}

func TestBoxAcrossTheDateLine(t *testing.T) {
	n, err := where.Parse([]byte(`{"p":{"$within":{"$box":[{"__type":"GeoPoint","latitude":-20,"longitude":170},{"__type":"GeoPoint","latitude":0,"longitude":-170}]}}}`), where.Limits{})
	require.NoError(t, err)
	for lon, want := range map[string]bool{"175": true, "-175": true, "0": false, "169": false} {
		got, err := n.Match(object(t, `{"p":{"__type":"GeoPoint","latitude":-10,"longitude":`+lon+`}}`))
		require.NoError(t, err)
		require.Equal(t, want, got, lon)
	}
}

// As in JavaScript, the last of members with one name counts.
func TestParseTakesTheLastOfRepeatedMembers(t *testing.T) {
	n, err := where.Parse([]byte(`{"a":1,"a":{"$gt":5},"a":2}`), where.Limits{})
	require.NoError(t, err)
	for value, want := range map[string]bool{"1": false, "2": true, "6": false} {
		got, err := n.Match(object(t, `{"a":`+value+`}`))
		require.NoError(t, err)
		require.Equal(t, want, got, value)
	}
}

func TestParseRefuses(t *testing.T) {
	lim := where.Limits{Depth: 3, Conditions: 5, ListItems: 4, RegexLength: 10, Now: now}
	for doc, code := range map[string]int{
		`{`: 107, `[]`: 107, `null`: 107,
		`{"ACL":1}`: 102, `{"$or":{}}`: 102, `{"$or":[]}`: 102, `{"$nor":[]}`: 102, `{"$or":[1]}`: 102, `{"$where":"1"}`: 105, `{"a b":1}`: 105, `{"":1}`: 105, `{"_rperm":1}`: 105,
		`{"a":{"$foo":1}}`: 107, `{"a":{"$not":{"$gt":1}}}`: 107, `{"a":{"$gt":1,"b":2}}`: 107, `{"a":{"$options":"i"}}`: 102, `{"a":{"$maxDistance":1}}`: 102,
		`{"a":{"$gt":null}}`: 107, `{"a":{"$gt":[1]}}`: 107, `{"a":{"$in":1}}`: 107, `{"a":{"$exists":1}}`: 107, `{"a":{"$in":[1,2,3,4,5]}}`: 102,
		`{"a":{"$regex":1}}`: 102, `{"a":{"$regex":"("}}`: 102, `{"a":{"$regex":"(?=a)"}}`: 102, `{"a":{"$regex":"a","$options":"g"}}`: 102, `{"a":{"$regex":"a","$options":""}}`: 102, `{"a":{"$regex":"aaaaaaaaaaa"}}`: 102,
		`{"a":{"$all":[{"$regex":"a"},"b"]}}`: 107, `{"a":{"__type":"Date","iso":"yesterday"}}`: 111, `{"a":{"__type":"Foo"}}`: 111, `{"a":{"__type":"Pointer"}}`: 111, `{"a":{"b":{"c.d":1}}}`: 121, `{"a":{"b":{"$c":1}}}`: 121,
		`{"a":{"$relativeTime":"now"}}`: 107, `{"a":{"$eq":{"$relativeTime":"now"}}}`: 107, `{"a":{"$gt":{"$relativeTime":"tomorrow"}}}`: 107, `{"a":{"$gt":{"$relativeTime":"in 9999999999 years"}}}`: 107, `{"a":{"$gt":{"$relativeTime":"in 3 days ago"}}}`: 107, `{"a":{"$gt":{"$relativeTime":"in 3"}}}`: 107,
		`{"a":{"$inQuery":{"className":"C"}}}`: 102, `{"a":{"$inQuery":{"where":{}}}}`: 102, `{"a":{"$select":{"query":{"className":"C","where":{}},"key":"x","y":1}}}`: 102, `{"a":{"$select":{"query":{"className":"C","where":{}}}}}`: 102,
		`{"$relatedTo":{"key":"x"}}`: 102, `{"a":{"$nearSphere":{"__type":"GeoPoint","latitude":99,"longitude":0}}}`: 107, `{"a":{"$within":{}}}`: 107, `{"a":{"$geoWithin":{"$polygon":[[0,0],[1,1]]}}}`: 107, `{"a":{"$geoWithin":{"$centerSphere":[[0,0],-1]}}}`: 107, `{"a":{"$geoIntersects":{}}}`: 107, `{"a":{"$geoIntersects":{"$point":[1,2]}}}`: 107, `{"a":{"$nearSphere":{"latitude":99,"longitude":0}}}`: 107,
		`{"a":{"$text":{}}}`: 107, `{"a":{"$text":{"$search":{"$term":"..."}}}}`: 107, `{"a":{"$text":{"$search":{"$term":"x","$diacriticSensitive":false}}}}`: 102,
		`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}`: 102, `{"$or":[{"$or":[{"$or":[{"a":1}]}]}]}`: 102, `{"a":{"$inQuery":{"className":"C","where":{"ACL":1}}}}`: 102,
	} {
		_, err := where.Parse([]byte(doc), lim)
		var e *where.Error
		require.ErrorAs(t, err, &e, doc)
		require.Equal(t, code, e.Code, "%s: %v", doc, err)
	}
	_, err := where.Parse([]byte(`{"a":{"$regex":"x"}}`), where.Limits{NoRegex: true})
	require.ErrorContains(t, err, "not allowed")
}

func TestExternalConditions(t *testing.T) {
	for _, doc := range []string{
		`{"a":{"$inQuery":{"className":"C","where":{"b":1},"limit":3}}}`, `{"$or":[{"x":1},{"a":{"$notInQuery":{"className":"C","where":{}}}}]}`,
		`{"a":{"$select":{"query":{"className":"C","where":{"b":2}},"key":"x"}}}`, `{"a":{"$dontSelect":{"query":{"className":"C"},"key":"x"}}}`,
		`{"$relatedTo":{"object":{"__type":"Pointer","className":"C","objectId":"1"},"key":"rel"}}`,
	} {
		n, err := where.Parse([]byte(doc), where.Limits{})
		require.NoError(t, err, doc)
		require.NotNil(t, n.External(), doc)
		_, err = n.Match(map[string]any{})
		var e *where.Error
		require.ErrorAs(t, err, &e, doc)
		require.Equal(t, 102, e.Code)
	}
}

func TestCanonical(t *testing.T) {
	encode := func(doc string) string {
		n, err := where.Parse([]byte(doc), where.Limits{Now: now})
		require.NoError(t, err, doc)
		return string(n.AppendCanonical(nil))
	}
	same := [][2]string{
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`}, {`{"a":{"$eq":1}}`, `{"a":1}`}, {`{"$or":[{"a":1},{"b":2}]}`, `{"$or":[{"b":2},{"a":1}]}`},
		{`{"a":{"$in":[1,2,2]}}`, `{"a":{"$in":[2,1]}}`}, {`{"a":{"x":1,"y":2}}`, `{"a":{"y":2,"x":1}}`}, {`{"a":-0}`, `{"a":0}`},
		{`{"a":{"__type":"Date","iso":"2026-01-01T00:00:00Z"}}`, `{"a":{"__type":"Date","iso":"2026-01-01T01:00:00.000+01:00"}}`},
		{`{"a":{"$regex":"x","$options":"mi"}}`, `{"a":{"$options":"im","$regex":"x"}}`},
	}
	for _, pair := range same {
		require.Equal(t, encode(pair[0]), encode(pair[1]), pair)
	}
	different := []string{
		`{}`, `{"a":1}`, `{"a":"1"}`, `{"a":true}`, `{"a":null}`, `{"a":[1]}`, `{"a":{"$ne":1}}`, `{"s":"one","$or":[{"a":1},{"b":1}]}`, `{"s":"two","$or":[{"a":1},{"b":1}]}`,
		`{"$or":[{"a":1,"b":1}, {"c":1}]}`, `{"$or":[{"a":1},{"b":1,"c":1}]}`, `{"$nor":[{"a":1},{"b":1}]}`, `{"a":["x","y"]}`, `{"a":["y","x"]}`, `{"a":"xy"}`, `{"ax":"y"}`,
		`{"a":{"$regex":"x"}}`, `{"a":{"$regex":"x","$options":"i"}}`, `{"a":{"$inQuery":{"className":"C","where":{}}}}`, `{"a":{"$inQuery":{"className":"C","where":{"b":1}}}}`,
		`{"a":{"$within":{"$box":[{"__type":"GeoPoint","latitude":1,"longitude":2},{"__type":"GeoPoint","latitude":3,"longitude":4}]}}}`,
		`{"a":{"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":2}}}`, `{"a":{"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":2},"$maxDistance":1}}`,
	}
	seen := map[string]string{}
	for _, doc := range different {
		key := encode(doc)
		require.NotContains(t, seen, key, "%s and %s", doc, seen[key])
		seen[key] = doc
	}
}

func FuzzParse(f *testing.F) {
	for _, doc := range []string{
		`{"a":{"$gt":1,"$in":[1,{"__type":"Date","iso":"2026-01-01"}]},"$or":[{"b.c":null},{"d":{"$regex":"^\\Qx\\E","$options":"xi"}}]}`,
		`{"g":{"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":2},"$maxDistance":1},"t":{"$text":{"$search":{"$term":"x"}}}}`,
		`{"p":{"$inQuery":{"className":"C","where":{}}},"$relatedTo":{"object":{"__type":"Pointer","className":"C","objectId":"1"},"key":"k"}}`,
		`{"a":{"$all":[{"$regex":"a"}],"$containedBy":[[1]],"$gt":{"$relativeTime":"3 days ago"}}}`,
	} {
		f.Add(doc, `{"a":[1,"x",{"b":null}],"g":{"__type":"GeoPoint","latitude":1,"longitude":1}}`)
	}
	f.Fuzz(func(t *testing.T, doc, stored string) {
		n, err := where.Parse([]byte(doc), where.Limits{Now: now})
		if err != nil {
			var e *where.Error
			require.ErrorAs(t, err, &e)
			return
		}
		again, err := where.Parse([]byte(doc), where.Limits{Now: now})
		require.NoError(t, err)
		require.Equal(t, n.AppendCanonical(nil), again.AppendCanonical(nil))
		var m map[string]any
		if json.Unmarshal([]byte(stored), &m) != nil {
			return
		}
		_, err = n.Match(m)
		if n.External() == nil {
			require.NoError(t, err, "only the need for other objects stops a match")
		}
	})
}

func TestObjectID(t *testing.T) {
	for doc, want := range map[string]string{
		`{"objectId":"x"}`:            "x",
		`{"objectId":{"$eq":"x"}}`:    "",
		`{"objectId":{"$in":["x"]}}`:  "",
		`{"objectId":5}`:              "",
		`{"objectId":"x","a":1}`:      "",
		`{"$and":[{"objectId":"x"}]}`: "",
		`{"$or":[{"objectId":"x"}]}`:  "",
		`{"plan":"x"}`:                "",
		`{}`:                          "",
	} {
		n, err := where.Parse([]byte(doc), where.Limits{})
		require.NoError(t, err)
		id, ok := n.ObjectID()
		require.Equal(t, want, id, doc)
		require.Equal(t, want != "", ok, doc)
	}
	plain, err := where.Parse([]byte(`{"objectId":"x"}`), where.Limits{})
	require.NoError(t, err)
	operator, err := where.Parse([]byte(`{"objectId":{"$eq":"x"}}`), where.Limits{})
	require.NoError(t, err)
	require.NotEqual(t, plain.AppendCanonical(nil), operator.AppendCanonical(nil), "they need different permissions")
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-01T00:00:00+0200":       "2026-02-28T22:00:00Z",
		"2026-03-01T00:00:00.123+02:00":  "2026-02-28T22:00:00.123Z",
		"2026-03-01T10:00:00-0000":       "2026-03-01T10:00:00Z",
		"2026-03-01T10:00+0200":          "2026-03-01T08:00:00Z",
		"2026-03-01T10:00":               "2026-03-01T10:00:00Z",
		"2026-03-01T10:00:00":            "2026-03-01T10:00:00Z",
		"2026-03-01 10:00:00":            "2026-03-01T10:00:00Z",
		"2026-03-01t10:00:00z":           "2026-03-01T10:00:00Z",
		"2026-03-01T24:00:00Z":           "2026-03-02T00:00:00Z",
		"2026-03-01T10:00:00.123456789Z": "2026-03-01T10:00:00.123Z",
		"2026-03-01":                     "2026-03-01T00:00:00Z",
		"2026-03-01T24:00:01Z":           "", "2026-03-01T10:00:00,5Z": "", "2026-03-01T10:00+02": "", "2026-03-01T10Z": "", "20260301T100000Z": "",
		"2026-02-30": "", "2026-03-01T10:00:60Z": "", " 2026-03-01": "", "2026-03-01T10:00:00 Z": "", "2026-03-01T10:00:00.Z": "", "2026-03-01T10:00:00+25:00": "",
		"Mar 1, 2026": "", "2026/03/01": "", "2026-3-1": "", "9999-12-31T24:00:00Z": "", "": "",
	} {
		got, ok := where.ParseDate(text)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, got.Format(time.RFC3339Nano), text)
		}
	}
}
