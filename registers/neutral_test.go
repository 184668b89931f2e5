package registers

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNeutral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("'=+-@\t\rab＝ "))).Draw(t, "text")
		require.False(t, beginsFormula(neutral(text)))
		require.Equal(t, text, original(neutral(text)))
	})
	require.Equal(t, "it's", neutral("it's"))
	require.Equal(t, "'tis", original("'tis"))
}
