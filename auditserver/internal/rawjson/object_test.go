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
}

func TestMeter(t *testing.T) {
	for _, c := range []struct {
		text   string
		values int
		err    string
	}{
		{`{"a":[1,2,"],[,"],"b":{}}`, 6, ""},
		{`["\\","\"],[,"]`, 2, ""},
		{`{"a":[[[1]]]}`, 4, "deeper than 3 levels (option limits.depth)"},
		{`{"a":[1,2,3,4,5,6,7]}`, 7, "more than 6 values (option limits.values)"},
	} {
		whole, parts := rawjson.NewMeter(3, 6), rawjson.NewMeter(3, 6)
		err := whole.See([]byte(c.text))
		var inParts error
		for i := 0; i < len(c.text) && inParts == nil; i++ {
			inParts = parts.See([]byte{c.text[i]})
		}
		require.Equal(t, err, inParts, c.text)
		require.Equal(t, c.values, whole.Values, c.text)
		require.Equal(t, c.values, parts.Values, c.text)
		if c.err == "" {
			require.NoError(t, err, c.text)
		} else {
			require.ErrorContains(t, err, c.err, c.text)
		}
	}
}

func TestTooDeep(t *testing.T) {
	require.False(t, rawjson.TooDeep([]byte(`{"[[[":"\"[[["}`), 1))
	require.False(t, rawjson.TooDeep([]byte(`[[],[],[]]`), 2))
	require.True(t, rawjson.TooDeep([]byte(`[[[`), 2))
}
