package wire_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

func TestShallow(t *testing.T) {
	deep := strings.Repeat(`[{"a":`, 8_000) + `"]}\""` + strings.Repeat(`}]`, 8_000)
	text := `{"before":[1,"[{\"\\"],"deep":` + deep + `,"between":{},"again":` + deep + `,"after":"x"}`
	require.Error(t, json.Unmarshal([]byte(text), new(any), wire.Tolerant()))
	shallow, ok := wire.Shallow([]byte(text))
	require.True(t, ok)
	var read struct {
		Before []any
		After  string
	}
	require.NoError(t, json.Unmarshal(shallow, &read, wire.Tolerant(), json.MatchCaseInsensitiveNames(true)))
	require.Equal(t, []any{1.0, `[{"\`}, read.Before)
	require.Equal(t, "x", read.After)
	require.Error(t, json.Unmarshal(shallow, new(any), wire.Tolerant()), "what was cut out reads as nothing else")
	for _, same := range []string{`{"a":[]}`, ``, strings.Repeat("[", 20_000), `"` + strings.Repeat("[", 20_000) + `"`} {
		_, ok := wire.Shallow([]byte(same))
		require.False(t, ok)
	}
}
