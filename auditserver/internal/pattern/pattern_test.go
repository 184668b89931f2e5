package pattern_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/pattern"
)

func TestPatterns(t *testing.T) {
	for text, want := range map[string]struct{ yes, no []string }{
		`^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.{8,})`: {[]string{"Abcdefg1", "xX3xxxxxxxx"}, []string{"abcdefg1", "Abcdefgh", "Abc1", ""}},
		`^(?=.*\d).{4,}$`:             {[]string{"abc1"}, []string{"abcd", "ab1", "abc1\n"}},
		`(?=x[)\]]y).z?`:              {[]string{"aax)y", "x]yz"}, []string{"xy", "x(y"}},
		`^(?!.*password)(?!\().{3,}`:  {[]string{"secret"}, []string{"my password", "(ab", "ab"}},
		`[0-9]`:                       {[]string{"a1"}, []string{"a"}},
		`^(?:a|b)c`:                   {[]string{"ac", "bcd"}, []string{"xac"}},
		`(?=.*[A-Z])(?=.*\d)(?:a|B).`: {[]string{"xxaB1", "B1"}, []string{"ab1", "xB"}},
	} {
		p, err := pattern.Compile(text)
		require.NoError(t, err, text)
		for _, yes := range want.yes {
			require.True(t, p.Match(yes), "%s %q", text, yes)
		}
		for _, no := range want.no {
			require.False(t, p.Match(no), "%s %q", text, no)
		}
	}
	for _, bad := range []string{`(`, `a(?=b)`, `^(?=a)b|c`, `(?=a(?!b))`, `(?<=a)b`, `^(?=[)`, `^(?=a)(`} {
		_, err := pattern.Compile(bad)
		require.Error(t, err, bad)
	}
}
