package where

import (
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A long list is searched as a short one is, whatever it holds.
func TestSetFindsWhatTheListHolds(t *testing.T) {
	pointer := func(id string) any { return map[string]any{"__type": "Pointer", "className": "C", "objectId": id} }
	value := rapid.SampledFrom([]any{nil, true, false, 1.0, 2.0, "a", "b", "2026-01-02T03:04:05.000Z",
		map[string]any{"__type": "Date", "iso": "2026-01-02T03:04:05.000Z"}, map[string]any{"__type": "Date", "iso": "2025-01-02T03:04:05.000Z"},
		pointer("a"), pointer("b"), map[string]any{"x": 1.0}, map[string]any{"__type": "File", "name": "f"}, []any{"a"}, []any{1.0, nil}, []any{pointer("a")}})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(value, longList+1, 3*longList).Draw(t, "list")
		stored := value.Draw(t, "stored")
		for _, op := range []Op{In, Nin} {
			plain := &Node{Op: op, Path: "f", Value: list}
			quick := &Node{Op: op, Path: "f", Value: list, set: newSet(list)}
			want, err := plain.MatchField(stored)
			require.NoError(t, err)
			got, err := quick.MatchField(stored)
			require.NoError(t, err)
			require.Equal(t, want, got, "%s", op)
		}
	})
}

func TestWeight(t *testing.T) {
	long := make([]any, 100)
	for i := range long {
		long[i] = float64(i)
	}
	require.Equal(t, 100, OneOf("f", long...).Weight("x"))
	require.Equal(t, 1, (&Node{Op: In, Path: "f", Value: long, set: newSet(long)}).Weight("x"))
	require.Equal(t, 100, (&Node{Op: All, Path: "f", Value: long}).Weight(nil))
	require.Equal(t, 100, (&Node{Op: Eq, Path: "f", Value: 1.0}).Weight(long))
	require.Equal(t, 10, (&Node{Op: Regex, Path: "f"}).Weight("short"))
	require.Equal(t, 10*(1+4), (&Node{Op: Regex, Path: "f"}).Weight(string(make([]byte, 1024))))
	inList := []any{string(make([]byte, 1024)), string(make([]byte, 1024))}
	require.Equal(t, 2*10*(1+4), (&Node{Op: Regex, Path: "f"}).Weight(inList))
	require.Equal(t, 10*(1+5), (&Node{Op: Regex, Path: "f", Pattern: &Pattern{size: 5 * stepUnit}}).Weight("short"))
	corners := make([]Point, 10*cornerUnit)
	require.Equal(t, 11, (&Node{Op: GeoWithin, Path: "f", Area: &Area{Polygon: corners}}).Weight(nil))
	polygon := map[string]any{"__type": "Polygon", "coordinates": make([]any, 10*cornerUnit)}
	require.Equal(t, 11, (&Node{Op: GeoIntersects, Path: "f", Area: &Area{Center: &Point{}}}).Weight(polygon))
}

// What a pattern takes is known before it is compiled.
func TestSizeOfPatterns(t *testing.T) {
	size := func(source string) int {
		tree, err := syntax.Parse(source, syntax.Perl)
		require.NoError(t, err)
		return programSize(tree)
	}
	require.Equal(t, 3, size("abc"))
	require.Equal(t, 40, size("(?:abc){10}"))
	require.Greater(t, size(`[\pL\pN]{100}`), 50_000)
	for _, bad := range []string{
		strings.Repeat("a{1000}", 140),
		`(?i)[\\pL\\pN\\pS]{1000}`,
		`((a{10}){10}b{100}){10}` + strings.Repeat("c{1000}", 120),
	} {
		_, err := Parse([]byte(`{"s":{"$regex":"`+bad+`"}}`), Limits{})
		require.ErrorContains(t, err, "more than 100000 steps", bad)
	}
	many := `{"$or":[` + strings.TrimSuffix(strings.Repeat(`{"s":{"$regex":"a{900}"}},`, 120), ",") + `]}`
	_, err := Parse([]byte(many), Limits{})
	require.ErrorContains(t, err, "more than 100000 steps", "all of a query together")
	_, err = Parse([]byte(strings.ReplaceAll(many, "900", "9")), Limits{})
	require.NoError(t, err)
}
