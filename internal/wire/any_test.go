package wire_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

func TestReadAny(t *testing.T) {
	for text, want := range map[string]any{
		`{"a":1,"a":{"b":5},"a":2}`:    map[string]any{"a": 2.0},
		`{"a":{"b":5},"a":{"c":[1]}}`:  map[string]any{"a": map[string]any{"c": []any{1.0}}},
		` [true,false,null,"\ud83d"] `: []any{true, false, nil, "\ufffd"},
		`{}`:                           map[string]any{},
		`[]`:                           []any{},
		`[0,-0,7,-7,1.5,1e2]`:          []any{0.0, math.Copysign(0, -1), 7.0, -7.0, 1.5, 100.0},
		`[999999999999999]`:            []any{999999999999999.0},
		`[9007199254740993]`:           []any{9007199254740992.0}, // as a float64 has it
	} {
		got, err := wire.ReadAny([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{``, `{`, `[1`, `[1,]`, `{"a"}`, `{"a":}`, `{} {}`, `nul`, `1e999`, `[-]`, `01`} {
		_, err := wire.ReadAny([]byte(text))
		require.Error(t, err, text)
	}
}
