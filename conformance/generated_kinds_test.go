package conformance_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

var differingFile = flag.String("differing", "", "write the generated questions that are answered otherwise, each with its kind, to this `file`")

// compareReplies holds the replies of two servers to the table of kinds, and
// counts in seen how many questions each kind has.
func compareReplies(t *testing.T, server conformance.Server, s scene, ours, theirs []reply, seen map[string]int) {
	t.Helper()
	kinds := kindsOn(server)
	alike, unlisted, listed, differing := 0, []string{}, map[string]int{}, ""
	for i, q := range s.questions {
		if ours[i].String() == theirs[i].String() {
			alike++
			continue
		}
		here, there := contrasted(ours[i], theirs[i])
		k := slices.IndexFunc(kinds, func(k kindPattern) bool { return k.has(s.name, q.asks, here, there) })
		both := fmt.Sprintf("%s: %s\n\tauditserver: %s\n\t%s: %s\n", s.name, q.asks, here, server, there)
		if k < 0 {
			unlisted = append(unlisted, both)
			differing += "unlisted\n" + both
			continue
		}
		differing += kinds[k].Key + "\n" + both
		listed[kinds[k].Key]++
		seen[kinds[k].Key]++
	}
	t.Logf("%d questions: %d alike, %d listed, %d unlisted", len(s.questions), alike, len(s.questions)-alike-len(unlisted), len(unlisted))
	for _, key := range slices.Sorted(maps.Keys(listed)) {
		t.Logf("%5d %s", listed[key], key)
	}
	if *differingFile != "" {
		file, err := os.OpenFile(*differingFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = file.WriteString(differing)
		require.NoError(t, errors.Join(err, file.Close()))
	}
	for _, u := range unlisted[:min(shownFailures, len(unlisted))] {
		t.Errorf("no kind of the table has this difference: %s", u)
	}
}

// contrasted gives two replies as kinds match them: without what both left.
func contrasted(ours, theirs reply) (here, there string) {
	if ours.left == theirs.left {
		ours.left, theirs.left = "", ""
	}
	return ours.String(), theirs.String()
}

// requireKindsSeen fails for a kind that no question is of.
func requireKindsSeen(t *testing.T, server conformance.Server, seen map[string]int) {
	t.Helper()
	for _, k := range kindsOn(server) {
		require.NotZerof(t, seen[k.Key], "the kind %q is listed, but no question is of it", k.Key)
	}
}

// kindPattern is a kind with its patterns compiled.
type kindPattern struct {
	conformance.Kind
	asks, ours, theirs *regexp.Regexp
}

func (k kindPattern) has(group, asks, ours, theirs string) bool {
	return (k.Group == "" || k.Group == group) && k.asks.MatchString(asks) && k.ours.MatchString(ours) && k.theirs.MatchString(theirs)
}

func kindsOn(server conformance.Server) []kindPattern {
	var all []kindPattern
	for _, k := range conformance.Kinds() {
		if len(k.On) == 0 || slices.Contains(k.On, server) {
			all = append(all, kindPattern{k, regexp.MustCompile(k.Asks), regexp.MustCompile(string(k.AuditServer)), regexp.MustCompile(string(k.ParseServer))})
		}
	}
	return all
}
