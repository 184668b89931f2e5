package wire_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"Überprüfung „A“ \\n \"b\"":      "Überprüfung „A“ \\n \"b\"",
		"x\nEverything agrees.\r\x1b[2J": `x\nEverything agrees.\r\x1b[2J`,
		"a\u202eb\u2028\x7f\u009b":       `a\u202eb\u2028\x7f\u009b`,
		"a\xffb":                         "a\uFFFDb",
	} {
		require.Equal(t, want, wire.OneLine(text))
	}
}
