package rawjson_test

import (
	"net/url"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

func TestListParam(t *testing.T) {
	for text, want := range map[string][]string{
		`a,b`: {"a", "b"}, `["a","b"]`: {"a", "b"}, `"a,b"`: {"a", "b"}, `["a,b",["c"],null,5,true]`: {"a", "b", "c", "", "5", "true"},
		``: {""}, `[]`: {""}, `""`: {""}, `5`: {"5"}, ` 5 `: {"5"}, `nothing`: {"nothing"}, `["a"`: {`["a"`}, `"\u0061"`: {"a"}, `null`: nil,
	} {
		inQuery := rawjson.Params{Query: url.Values{"p": {text}}, Body: rawjson.Object{{Name: "p", Value: jsontext.Value(`"body"`)}}}
		got, given, err := inQuery.ListParam("p")
		require.NoError(t, err, text)
		require.Equal(t, want != nil, given, text)
		require.Equal(t, want, got, text)
		if v := jsontext.Value(text); v.IsValid() {
			inBody := rawjson.Params{Body: rawjson.Object{{Name: "p", Value: v}}}
			got, _, err = inBody.ListParam("p")
			require.NoError(t, err, text)
			require.Equal(t, want, got, text)
		}
	}
	repeated := rawjson.Params{Query: url.Values{"p": {"a,b", "c"}}}
	got, _, err := repeated.ListParam("p")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, got)
	for _, object := range []string{`{}`, `[["a",{"b":1}]]`} {
		p := rawjson.Params{Query: url.Values{"p": {object}}}
		_, _, err := p.ListParam("p")
		require.ErrorContains(t, err, "p holds an object", object)
	}
}

func TestFlagParam(t *testing.T) {
	for text, want := range map[string]bool{
		"true": true, "1": true, `"false"`: true, "[]": true, "{}": true, "yes": true, "-1": true,
		"": false, "false": false, "0": false, "0.0": false, "-0": false, "null": false, `""`: false,
	} {
		p := rawjson.Params{Query: url.Values{"p": {text}}}
		require.Equal(t, want, p.FlagParam("p"), text)
	}
}

func TestParamNames(t *testing.T) {
	query, err := url.ParseQuery("$match=1&%24group=2&a=3&a=4")
	require.NoError(t, err)
	p := rawjson.Params{Query: query, RawQuery: "$match=1&%24group=2&a=3&a=4", Body: rawjson.Object{{Name: "b"}, {Name: "a"}}}
	require.Equal(t, []string{"b", "a", "$match", "$group"}, p.ParamNames())
}
