package auditserver

import (
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var updateLimits = flag.Bool("update-limits", false, "write docs/limits.md anew")

func TestLimitsDocument(t *testing.T) {
	const file = "../docs/limits.md"
	var b strings.Builder
	b.WriteString(`<!-- Generated from auditserver/limits.go: go test ./auditserver -run LimitsDocument -update-limits -->

# Limits of auditserver

Nothing that a caller can ask for is without a bound. Each limit is a field of ` + "`auditserver.Limits`" + ` and, for the
program, an option of ` + "`-config`" + `; an error that a limit causes names it, its value and the option. A limit of a
single request is answered with 400; what all requests share with 503, and a quota with 429, both with Retry-After, so
that clients try again by themselves. The defaults are made for a server on 2 cores and 1 GiB. -1 in Go means no limit.

| field | option | default | what it bounds | answer beyond it |
|---|---|---|---|---|
`)
	var l Limits
	for _, each := range l.all() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", each.field, each.option, defaultText(each), each.what, each.answer)
	}
	if *updateLimits {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(text), "go test ./auditserver -run LimitsDocument -update-limits")
}

// Errors below the server name the options of its table.
func TestOptionsInErrorsExist(t *testing.T) {
	var l Limits
	known := map[string]bool{}
	for _, each := range l.all() {
		known[each.option] = true
	}
	named := regexp.MustCompile(`option (limits\.\w+)`)
	found := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range named.FindAllSubmatch(text, -1) {
			found++
			require.True(t, known[string(m[1])], "%s names %s", path, m[1])
		}
		return err
	}))
	require.NotZero(t, found)
}

// defaultText does not depend on the machine, as one of the defaults does.
func defaultText(l limit) string {
	switch _, span := l.value.(span64); {
	case l.field == "Hashings":
		return "half of the processors"
	case l.def < 0 || l.def == math.MaxInt64:
		return "none"
	case span:
		return time.Duration(l.def).String()
	case strings.HasPrefix(l.what, "bytes") && l.def >= 1<<20:
		return fmt.Sprint(l.def>>20, " MiB")
	case strings.HasPrefix(l.what, "bytes"):
		return fmt.Sprint(l.def>>10, " KiB")
	}
	return fmt.Sprint(l.def)
}

// Settings that cannot work together are refused at the start, all of them.
func TestImpossibleLimits(t *testing.T) {
	_, err := Open(t.Context(), Config{AppID: "app", Limits: Limits{
		BodySize: 2000, Bodies: 1000, AnswerSize: 2000, Answers: 1000, LiveBacklog: 2000, LiveBacklogs: 1000, DefaultSize: -1,
	}})
	for _, want := range []string{
		"Bodies (limits.bodies) 1000 is less than BodySize (maxUploadSize) 2000",
		"Answers (limits.answers) 1000 is less than AnswerSize (limits.answerSize) 2000",
		"LiveBacklogs (limits.liveBacklogs) 1000 is less than LiveBacklog (limits.liveBacklog) 2000",
		"Limits.DefaultSize (defaultLimit) is -1",
	} {
		require.ErrorContains(t, err, want)
	}
}
