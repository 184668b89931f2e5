package ratelimit_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/ratelimit"
)

func TestLimiter(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := ratelimit.New(2, time.Minute)
	take := func(key string, after time.Duration) bool {
		admitted, _ := l.Take(key, start.Add(after))
		return admitted
	}
	require.True(t, take("a", 0))
	require.True(t, take("a", time.Second))
	require.False(t, take("a", 2*time.Second))
	require.True(t, take("b", 2*time.Second), "everybody has a window of his own")
	require.False(t, take("a", 59*time.Second), "what was refused does not prolong it")
	require.True(t, take("a", time.Minute))
	_, ends := l.Take("a", start.Add(90*time.Second))
	require.Equal(t, start.Add(2*time.Minute), ends)
	never := ratelimit.New(0, time.Minute)
	admitted, _ := never.Take("a", start)
	require.False(t, admitted)
}

// However many clients come, what is kept of them is bounded, and those beyond the
// bound are limited too.
func TestLimiterIsBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := ratelimit.New(1, time.Minute)
	for i := range 100_000 {
		admitted, _ := l.Take(strconv.Itoa(i), now)
		require.True(t, admitted)
	}
	first, _ := l.Take("one more", now)
	second, _ := l.Take("and one more", now)
	require.True(t, first)
	require.False(t, second, "they share a count")
	later, _ := l.Take("and one more", now.Add(2*time.Minute))
	require.True(t, later)
}

func TestPaths(t *testing.T) {
	for path, want := range map[string]struct{ yes, no []string }{
		"/login":            {[]string{"/login", "/LOGIN", "/login/"}, []string{"/logins", "/login/x", "/"}},
		"/functions/*any":   {[]string{"/functions/a", "/functions/a/b"}, []string{"/functions", "/functions/"}},
		"/classes/:class":   {[]string{"/classes/A"}, []string{"/classes/A/b", "/classes"}},
		"/users{/:id}":      {[]string{"/users", "/users/x"}, []string{"/users/x/y"}},
		"*path":             {[]string{"/anything/at/all"}, nil},
		`/functions/what\?`: {[]string{"/functions/what?"}, []string{"/functions/wha"}},
		"/functions/a.b":    {[]string{"/functions/a.b"}, []string{"/functions/axb"}},
	} {
		re, err := ratelimit.CompilePath(path)
		require.NoError(t, err, path)
		for _, yes := range want.yes {
			require.True(t, re.MatchString(yes), "%s %s", path, yes)
		}
		for _, no := range want.no {
			require.False(t, re.MatchString(no), "%s %s", path, no)
		}
	}
	for _, bad := range []string{"/functions/*", "/a/:", "/a(b)", "/a?", "/{a", "/a}", `/a\`, "login", "", "/a+", "/[a]", "/a!"} {
		_, err := ratelimit.CompilePath(bad)
		require.Error(t, err, bad)
	}
}
