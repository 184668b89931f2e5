package rawjson_test

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

func TestParse(t *testing.T) {
	body, err := rawjson.Parse([]byte(` {"a": {"b":1}, "c":"x\n", "a": [2]} `))
	require.NoError(t, err)
	require.Equal(t, rawjson.Object{{Name: "a", Value: jsontext.Value("[2]")}, {Name: "c", Value: jsontext.Value(`"x\n"`)}}, body)
	require.Equal(t, "x\n", body.Text("c"))
	require.Empty(t, body.Text("a"), "no text")
	require.Equal(t, "x\n", body.Take("c"))
	_, ok := body.Get("c")
	require.False(t, ok)
	all, err := body.Map()
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": []any{2.0}}, all)

	empty, err := rawjson.Parse([]byte(" \n"))
	require.NoError(t, err)
	require.Empty(t, empty)

	for _, bad := range []string{`[1]`, `{"a":1`, `{"a":1}x`, `{"a" 1}`, `{"secret"}`} {
		_, err := rawjson.Parse([]byte(bad))
		var plain *fault.Plain
		require.ErrorAs(t, err, &plain, bad)
		require.NotContains(t, plain.Message, "secret")
	}
	_, err = rawjson.Measure([]byte(`{"a":[[[1]]]}`), 3, 10)
	require.ErrorContains(t, err, "deeper than 3 levels")
	values, err := rawjson.Measure([]byte(`{"a":[1,2,"],[,"],"b":{}}`), 3, 10)
	require.NoError(t, err)
	require.Equal(t, 6, values)
	_, err = rawjson.Measure([]byte(`{"a":[1,2,3]}`), 3, 3)
	require.ErrorContains(t, err, "more than 3 values (option limits.values)")
}

func TestTooDeep(t *testing.T) {
	require.False(t, rawjson.TooDeep([]byte(`{"[[[":"\"[[["}`), 1))
	require.False(t, rawjson.TooDeep([]byte(`[[],[],[]]`), 2))
	require.True(t, rawjson.TooDeep([]byte(`[[[`), 2))
}
