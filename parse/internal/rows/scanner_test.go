package rows

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Eight bytes at a time find what one at a time does.
func TestPlainEndsAtTheFirstByteThatMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		easy := rapid.StringMatching(`[ -!#-\[\]-~]{0,30}`).Draw(t, "easy")
		odd := string(rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "odd"))
		text := easy + odd + easy
		s := NewScanner([]byte(`"` + text + `"` + easy))
		got, ok := s.Plain()
		end := strings.IndexFunc(text, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
		switch {
		case end < 0 || text[end] == '"':
			if end < 0 {
				end = len(text)
			}
			want := text[:end]
			require.Equal(t, utf8.ValidString(want), ok)
			require.Equal(t, want, string(got))
			require.Equal(t, end+2, s.Pos())
		default:
			require.False(t, ok)
			require.Nil(t, got)
		}
	})
}

func TestDateIsOneOfTheTwoUsualForms(t *testing.T) {
	for _, c := range []struct {
		data string
		ok   bool
		rest int
	}{
		{`"2026-03-01T08:00:00.000Z","a"`, true, 4},
		{`{"__type":"Date","iso":"2026-03-01T08:00:00.000Z"}}`, true, 1},
		{`"2026-03-01T08:00:00.000Z`, false, 0},
		{`"2026-13-01T08:00:00.000Z"`, false, 0},
		{`{"__type":"Date","iso":"2026-03-01T08:00:00.000Z","a":1}`, false, 0},
		{``, false, 0},
	} {
		s := NewScanner([]byte(c.data))
		at, ok := s.Date()
		require.Equal(t, c.ok, ok, c.data)
		if ok {
			require.Equal(t, "2026-03-01T08:00:00Z", at.Format("2006-01-02T15:04:05Z07:00"))
			require.Equal(t, c.rest, len(c.data)-s.Pos(), c.data)
		}
	}
}
