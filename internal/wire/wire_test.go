package wire_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

var options = json.JoinOptions(wire.Tolerant(), json.WithMarshalers(wire.Marshalers()), json.WithUnmarshalers(wire.Unmarshalers()))

func TestDates(t *testing.T) {
	want := time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	for _, text := range []string{
		`{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}`, `{"iso":"2026-01-02T03:04:05.678Z","__type":"Date"}`,
		`"2026-01-02T03:04:05.678Z"`, `"2026-01-02T05:04:05.678999+02:00"`,
	} {
		var got time.Time
		require.NoError(t, json.Unmarshal([]byte(text), &got, options), text)
		require.Equal(t, want, got, text)
	}
	for text, found := range map[string]string{
		`5`: "a number", `true`: "a boolean", `[]`: "an array", `"2026-02-30T00:00:00.000Z"`: "no ISO 8601 date",
		`{"__type":"Pointer","className":"X"}`: "a value of type Pointer of class X", `{"iso":"2026-01-02T03:04:05.678Z"}`: "an object",
		`{"__type":"Date","iso":5}`: "malformed content",
	} {
		var got time.Time
		err := json.Unmarshal([]byte(text), &got, options)
		var wrong *wire.TypeError
		require.ErrorAs(t, err, &wrong, text)
		require.Contains(t, wrong.Found, found, text)
	}
	text, err := json.Marshal(want.Add(999_999).In(time.FixedZone("", 7200)), options)
	require.NoError(t, err)
	require.Equal(t, `{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}`, string(text))
	text, err = json.Marshal(time.Time{}, options)
	require.NoError(t, err)
	require.Equal(t, `null`, string(text))
}

func TestRefusedValues(t *testing.T) {
	for _, value := range []any{
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), []byte{}, wire.GeoPoint{Latitude: 91}, wire.Polygon{{}, {Latitude: 1}},
		wire.File{Name: "without-url"}, // protocol section 12.1: would stop a Parse Server
	} {
		_, err := json.Marshal(value, options)
		require.Error(t, err, "%#v", value)
	}
}

// roundTrip decodes data and, where that succeeds, requires that what is written
// reads the same again.
func roundTrip[T any](t *testing.T, data []byte) {
	var value, again T
	if json.Unmarshal(data, &value, options) != nil {
		return
	}
	text, err := json.Marshal(value, options)
	if err != nil {
		return // what a server may hold but a client may not write
	}
	require.NoError(t, json.Unmarshal(text, &again, options), "%s", text)
	require.Equal(t, value, again)
}

func FuzzDecoders(f *testing.F) {
	for _, seed := range []string{
		`{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}`, `"2026-01-02T03:04:05+01:00"`, `null`,
		`{"__type":"Bytes","base64":"AQID"}`, `{"__type":"Pointer","className":"C","objectId":"id"}`, `{"objectId":"\u0069d","className":"C","__type":"Pointer"}`,
		`{"__type":"GeoPoint","latitude":40,"longitude":-30}`, `{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1]]}`,
		`{"__type":"File","name":"n","url":"u"}`, `{"__type":"Relation","className":"C"}`, `{"__type":"Pointer","className":"`, `{"__type":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		roundTrip[time.Time](t, data)
		roundTrip[[]byte](t, data)
		roundTrip[wire.Pointer](t, data)
		roundTrip[wire.Relation](t, data)
		roundTrip[wire.GeoPoint](t, data)
		roundTrip[wire.Polygon](t, data)
		roundTrip[wire.File](t, data)
		_ = wire.Describe(data)
	})
}
