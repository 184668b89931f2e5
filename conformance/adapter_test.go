package conformance_test

import (
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
)

// TestMongoDBAdapter asks the code of Parse Server's MongoDB adapter what it makes
// of the conditions that FerretDB cannot answer, and of those whose values are
// stored in another way. It needs the packages of "run.sh -server mongodb".
func TestMongoDBAdapter(t *testing.T) {
	if tg, ok := realTarget(t); !ok || tg.server != conformance.ParseServerMongoDB {
		t.Skip("make conformance-mongodb installs the adapter")
	}
	type where = parse.Condition[item]
	f := itemFields()
	row := rowsThrough(t, "Row", http.DefaultTransport).PointerTo
	pointer := func(id string) string { return `{"__type":"Pointer","className":"Row","objectId":"` + id + `"}` }
	at := parse.GeoPoint{Latitude: 50, Longitude: 8}
	cases := []struct {
		name  string
		where where
		asks  string
	}{
		{"pointer Eq", f.Parent.Eq(row("a")), `{"_p_parent":"Row$a"}`},
		{"pointer NotIn", f.Parent.NotIn(row("a")), `{"_p_parent":{"$nin":["Row$a"],"$exists":true}}`},
		{"pointer Missing", f.Parent.Missing(), `{"_p_parent":{"$exists":false}}`},
		{"pointers Contains", f.Crew.Contains(row("a")), `{"crew":{"$in":[` + pointer("a") + `]}}`},
		{"pointers ContainsAll", f.Crew.ContainsAll(row("a"), row("b")), `{"crew":{"$in":[` + pointer("a") + `]},"$and":[{"crew":{"$in":[` + pointer("b") + `]}}]}`},
		{"pointers ContainsNone", f.Crew.ContainsNone(row("a")), `{"crew":{"$nin":[` + pointer("a") + `],"$exists":true}}`},
		{"array ContainedBy", f.Tags.ContainedBy("x"), `{"$nor":[{"tags":{"$elemMatch":{"$nin":["x"]}}}],"$and":[{"tags":{"$exists":true}}]}`},
		{"two ContainedBy", parse.And(f.Tags.ContainedBy("x"), f.Crew.ContainedBy(row("a"))),
			`{"$nor":[{"tags":{"$elemMatch":{"$nin":["x"]}}}],"crew":{"$exists":true},"$and":[{"tags":{"$exists":true}},{"$nor":[{"crew":{"$elemMatch":{"$nin":[` + pointer("a") + `]}}}]}]}`},
		{"time Gt", f.Day.Gt(day(1)), `{"day":{"$gte":{"$date":"2026-01-01T08:30:00.126Z"}}}`},
		{"createdAt Lt", f.CreatedAt.Lt(day(1)), `{"_created_at":{"$lt":{"$date":"2026-01-01T08:30:00.125Z"}}}`},
		{"objectId In", f.ObjectID.In("a"), `{"_id":{"$in":["a"]}}`},
		{"text Search", f.Name.Search("gamma"), `{"$text":{"$search":"gamma"}}`},
		{"text Search of two words", f.Name.Search("delta 8"), `{"$text":{"$search":"\"delta\" & \"8\""}}`},
		{"text Search beside another condition", parse.And(f.Name.Search("gamma"), f.Name.Ne("x")), `{"$text":{"$search":"gamma"},"$and":[{"name":{"$ne":"x"}}]}`},
		{"position WithinKilometers", f.Spot.WithinKilometers(at, 6371), `{"spot":{"$geoWithin":{"$centerSphere":[[8,50],1]}}}`},
		{"position NearWithin", f.Spot.NearWithin(at, 6371), `{"spot":{"$nearSphere":[8,50],"$maxDistance":1}}`},
		{"position WithinBox", f.Spot.WithinBox(at, parse.GeoPoint{Latitude: 51, Longitude: 9}), `{"spot":{"$within":{"$box":[[8,50],[9,51]]}}}`},
		{"position WithinPolygon", f.Spot.WithinPolygon(parse.Polygon{{Latitude: 0, Longitude: 0}, {Latitude: 0, Longitude: 1}, {Latitude: 2, Longitude: 1}}), `{"spot":{"$geoWithin":{"$polygon":[[0,0],[1,0],[1,2]]}}}`},
		{"polygon Contains", f.Area.Contains(at), `{"area":{"$geoIntersects":{"$geometry":{"type":"Point","coordinates":[8,50]}}}}`},
	}

	type question struct {
		Fields jsontext.Value `json:"fields"`
		Where  jsontext.Value `json:"where"`
	}
	var questions []question
	for _, c := range cases {
		questions = append(questions, question{jsontext.Value("{" + strings.ReplaceAll(itemColumns, "%[1]s", "Row") + "}"), sentBy(t, "Row", c.where)})
	}
	input, err := json.Marshal(questions)
	require.NoError(t, err)
	script := exec.CommandContext(t.Context(), "node", "mongodb/where.cjs")
	script.Stdin = bytes.NewReader(input)
	output, err := script.Output()
	require.NoError(t, err)
	var asked []jsontext.Value
	require.NoError(t, json.Unmarshal(output, &asked))
	require.Len(t, asked, len(cases))
	for i, c := range cases {
		require.JSONEq(t, c.asks, string(asked[i]), c.name)
	}
}

// sentBy gives the where document that the client sends for a condition.
func sentBy(t *testing.T, class string, condition parse.Condition[item]) (where jsontext.Value) {
	t.Helper()
	record := transport(func(r *http.Request) (*http.Response, error) {
		where = jsontext.Value(r.URL.Query().Get("where"))
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"results":[]}`)), Request: r}, nil
	})
	_, err := rowsThrough(t, class, record).Query().Where(condition).Find(t.Context())
	require.NoError(t, err)
	return where
}

func rowsThrough(t *testing.T, class string, transport http.RoundTripper) *isoaudit.Collection[item] {
	t.Helper()
	client, err := isoaudit.NewClient("https://parse.test/parse", parse.WithApplicationID("app"), parse.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	return parse.NewCollection[item](client, class)
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
