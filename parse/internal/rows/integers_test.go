package rows

import (
	"fmt"
	"math"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// An integer is exact if a server that decodes it as 64-bit floating point and
// encodes it again gives the same text.
func TestExactIsWhatSurvivesTheServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64(), rapid.Int64Range(1<<53-3, 1<<53+3), rapid.Int64Range(-1<<53-3, -1<<53+3),
			rapid.Custom(func(t *rapid.T) int64 { return 1 << rapid.IntRange(0, 62).Draw(t, "bits") })).Draw(t, "n")
		text := fmt.Sprint(n)
		var f float64
		require.NoError(t, json.Unmarshal([]byte(text), &f))
		back, err := json.Marshal(f)
		require.NoError(t, err)
		require.Equal(t, string(back) == text, exact([]byte(text)), "%s comes back as %s", text, back)
	})
}

func TestFloatsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.OneOf(rapid.Float64(), rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Int64().Draw(t, "whole")) })).Draw(t, "f")
		raw, err := json.Marshal(f)
		require.NoError(t, err)
		require.Negative(t, inexactNumber(raw), "%s", raw)
	})
}

func TestInexactNumberIsLocated(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":9007199254740993}`:                          "/a",
		`{"a":"9007199254740993 \"9007199254740993"}`:     "",
		`{"a\"":1,"b":[1.5e300,{"c":-9007199254740993}]}`: "/b/1/c",
		`[9007199254740992,9223372036854775807]`:          "/1",
		`9223372036854775807`:                             "",
		`{}`:                                              "",
	} {
		at := inexactNumber([]byte(text))
		if at >= 0 {
			require.Equal(t, want, string(locate([]byte(text), at)), text)
		} else {
			require.Empty(t, want, text)
		}
	}
	require.Zero(t, inexactNumber(fmt.Append(nil, math.MaxInt64)))
}
