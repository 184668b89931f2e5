package parse_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Rows that are read out of turn tell nothing about what came before them: the
// connection may have been broken unnoticed for long when they were written, and
// only what was read in the order of updatedAt, or came live, is surely known.

func TestRowsReadOutOfTurnDoNotShortenAGap(t *testing.T) {
	type query = isoaudit.Query[isoaudit.AuditFinding]
	for name, reach := range map[string]func(t *testing.T, f *liveFake, q query) (*stream[isoaudit.AuditFinding], *livePeer){
		"of a snapshot that takes long": func(t *testing.T, f *liveFake, q query) (*stream[isoaudit.AuditFinding], *livePeer) {
			f.answer(findingRow("a", "", 20))
			f.failFinds(0, 503) // where the clock stands, then the rows
			sub, err := q.Subscribe(t.Context(), parse.WithSnapshot())
			require.NoError(t, err)
			s := streamOf(t, sub)
			synctest.Wait()
			f.answer(findingRow("a", "", 20), findingRow("b", "", 50))
			require.Equal(t, parse.Snapshot, s.next().Kind)
			require.Equal(t, parse.Snapshot, s.next().Kind)
			require.Equal(t, parse.CaughtUp, s.next().Kind)
			return s, <-f.peers
		},
		"with what they refer to": func(t *testing.T, f *liveFake, q query) (*stream[isoaudit.AuditFinding], *livePeer) {
			sub, err := q.Include(isoaudit.AuditFindingFields.AuditPlan).Subscribe(t.Context())
			require.NoError(t, err)
			s, p := streamOf(t, sub), <-f.peers
			f.answer(findingRow("a", "later", 50))
			p.event("update", findingRow("a", "", 20))
			require.Equal(t, "later", s.next().Object.Statement)
			return s, p
		},
		"to settle a burst": func(t *testing.T, f *liveFake, q query) (*stream[isoaudit.AuditFinding], *livePeer) {
			sub, err := q.Subscribe(t.Context())
			require.NoError(t, err)
			s, p := streamOf(t, sub), <-f.peers
			p.event("update", findingRow("a", "", 19))
			p.event("update", findingRow("a", "", 20))
			s.next()
			s.next()
			f.answer(findingRow("a", "later", 50))
			require.Equal(t, "later", s.next().Object.Statement)
			return s, p
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, client := newLiveFake(t, parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}))
				s, p := reach(t, f, client.AuditFindings.Query())
				p.cut()
				e := s.next()
				require.Equal(t, parse.CaughtUp, e.Kind)
				require.Equal(t, time.Date(2026, 3, 1, 8, 0, 5, 0, time.UTC), e.Gap.Since, "15 s before what came in turn")
				s.close()
			})
		})
	}
}
