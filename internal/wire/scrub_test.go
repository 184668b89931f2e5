package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScrub(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"key abc, master abcdef":           "key [redacted], master [redacted]",
		`{"k":"q\"u/o te"}`:                `{"k":"[redacted]"}`,
		`q"u/o te`:                         Redacted,
		"?k=q%22u%2Fo+te&p=q%22u%2Fo%20te": "?k=[redacted]&p=[redacted]",
		"nothing":                          "nothing",
	} {
		require.Equal(t, want, Scrub(text, "abc", "", "abcdef", `q"u/o te`))
	}
}
