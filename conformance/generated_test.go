package conformance_test

import (
	"crypto/rand"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

// scene is one group of generated questions with what they start from.
type scene struct {
	name      string
	prepare   []probe
	questions []probe
	// Parse Server answers them alike on every database; FerretDB, which takes
	// minutes for them, is not asked.
	aboveAdapters bool
}

func scenes() []scene {
	return []scene{
		parameterQuestions(),
		swiftQuestions(),
		operatorQuestions(),
		operationQuestions(),
		permissionQuestions(),
		installationQuestions(),
	}
}

var wholeFlag = flag.Bool("whole", false, "ask a real server all generated questions, which takes minutes, and not a sample of them")

// everyInSample is which of the questions are in the sample: each tenth.
const everyInSample = 10

// sample gives the scene with some of its questions, always the same.
func (s scene) sample() scene {
	var some []probe
	for i := 0; i < len(s.questions); i += everyInSample {
		some = append(some, s.questions[i])
	}
	s.questions = some
	return s
}

// TestGenerated asks auditserver, and the real server where that is Parse Server 9.10
// on either database, the same thousands of questions: with -whole ("make generated"),
// else a sample of them. What they answer otherwise is of a kind that the table has,
// with its reason. Alone, auditserver must have no fault of its own and answer one
// question alike in all its spellings.
func TestGenerated(t *testing.T) {
	run := strings.ToLower(rand.Text()[:8])
	people := castOfQuestions()
	here := newAsker(embeddedTarget(t), run)
	here.prepare(t, people)
	var there *asker
	theirs := &keptReplies{Replies: map[string]map[string]keptReply{}}
	if tg, ok := realTarget(t); ok && tg.front == nil && slices.Contains(conformance.KindServers(), tg.server) {
		there, theirs.Server = newAsker(tg, run), tg.server
		there.prepare(t, people)
	} else if *repliesFile != "" {
		theirs = readReplies(t)
	}
	whole := !testing.Short() && (there == nil || *wholeFlag || *repliesFile != "")
	seen := map[string]int{}
	for _, s := range scenes() {
		if !whole {
			s = s.sample()
		}
		t.Run(s.name, func(t *testing.T) {
			started := time.Now()
			here.prepare(t, s.prepare)
			ours := here.ask(t, s.questions)
			t.Logf("%d questions, auditserver answered them in %v", len(s.questions), time.Since(started).Round(time.Millisecond))
			requireOneMeaning(t, s.questions, ours)
			if theirs.Server == conformance.ParseServerMongoDB && s.aboveAdapters {
				return
			}
			if there != nil {
				started = time.Now()
				there.prepare(t, s.prepare)
				theirs.keep(s, there.ask(t, s.questions))
				t.Logf("%s answered them in %v", theirs.Server, time.Since(started).Round(time.Millisecond))
				if *repliesFile != "" {
					theirs.write(t)
				}
			}
			if theirs.Server != "" {
				compareReplies(t, theirs.Server, s, ours, theirs.of(s), seen)
			}
		})
	}
	if theirs.Server != "" && !t.Failed() && whole {
		requireKindsSeen(t, theirs.Server, seen)
	}
}

// requireOneMeaning holds auditserver to itself.
func requireOneMeaning(t *testing.T, questions []probe, replies []reply) {
	t.Helper()
	asked, first, failures := map[string]bool{}, map[string]int{}, []string{}
	for i, q := range questions {
		require.Falsef(t, asked[q.asks], "%q is asked twice", q.asks)
		asked[q.asks] = true
		r := replies[i]
		if r.status == 0 || r.status >= 500 {
			failures = append(failures, fmt.Sprintf("auditserver fails: %s: %s", q.asks, r))
		}
		if ofGo.MatchString(r.reason) {
			failures = append(failures, fmt.Sprintf("an error speaks of Go: %s: %s", q.asks, r.reason))
		}
		if q.meaning == "" {
			continue
		}
		other, ok := first[q.meaning]
		if !ok {
			first[q.meaning] = i
			continue
		}
		if replies[other].means() != r.means() {
			failures = append(failures, fmt.Sprintf("one probe, two answers:\n%s: %s\n%s: %s", questions[other].asks, replies[other], q.asks, r))
		}
	}
	for _, failure := range failures[:min(shownFailures, len(failures))] {
		t.Error(failure)
	}
	if len(failures) > shownFailures {
		t.Errorf("and %d more", len(failures)-shownFailures)
	}
}

// ofGo finds in an error what only a Go programmer would understand.
var ofGo = regexp.MustCompile(`\bGo (map|value|struct|type)|\bjson: |\bjsontext\b|interface \{|\*[A-Z]|\bstore: |\bnil\b`)

// shownFailures is how many differences are shown: one fault makes hundreds.
const shownFailures = 10
