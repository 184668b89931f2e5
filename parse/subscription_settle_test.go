package parse_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// On a real server the last event of a burst is not always the final state, and
// updatedAt may go back (protocol section 12.6).
func TestSubscriptionSettlesABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		p.event("update", findingRow("a", "one", 10))
		p.event("update", findingRow("a", "three", 12))
		p.event("update", findingRow("a", "two", 11)) // overtaken
		require.Equal(t, "one", s.next().Object.Statement)
		require.Equal(t, "three", s.next().Object.Statement)
		synctest.Wait()
		require.Empty(t, s.events, "an older state was delivered after a newer one")
		f.answer(findingRow("a", "four", 11)) // what the table holds
		begin := time.Now()
		e := s.next()
		require.Equal(t, parse.Resynced, e.Kind)
		require.Equal(t, "four", e.Object.Statement)
		require.InDelta(t, 1.5, time.Since(begin).Seconds(), 0.2, "the object is read when it is quiet")
		require.Len(t, f.asked(), 1)
		time.Sleep(time.Minute)
		require.Empty(t, s.events)
		require.Len(t, f.asked(), 1, "once is enough")

		p.event("update", findingRow("a", "five", 30))
		p.event("update", findingRow("a", "six", 31))
		s.next()
		s.next()
		f.answer(findingRow("a", "six", 31))
		time.Sleep(10 * time.Second)
		require.Len(t, f.asked(), 1)
		require.Empty(t, s.events, "the state was known")

		p.event("update", findingRow("a", "seven", 40))
		p.event("update", findingRow("a", "eight", 41))
		s.next()
		s.next()
		f.answer() // gone, and no event said so
		e = s.next()
		require.Equal(t, parse.Deleted, e.Kind)
		require.Equal(t, "a", e.Object.ObjectID)
		s.close()
	})
}

// A server that restarts while a burst settles fails any of the reads.
func TestSubscriptionSettlesWhenTheServerIsBack(t *testing.T) {
	for name, failures := range map[string][]int{
		"asking what the query finds":   {503, 503, 503},
		"asking who is asking":          {400, 400},
		"asking what became of it":      {0, 503, 0, 503, 503},
		"at first this, then the other": {503, 0, 503},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, client := newLiveFake(t, parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}))
				sub, err := client.AuditFindings.Query().Subscribe(t.Context())
				require.NoError(t, err)
				s, p := streamOf(t, sub), <-f.peers
				p.event("update", findingRow("a", "one", 10))
				p.event("update", findingRow("a", "two", 11))
				require.Equal(t, "one", s.next().Object.Statement)
				require.Equal(t, "two", s.next().Object.Statement)
				f.answer() // gone, and no event said so
				f.failFinds(failures...)
				e := s.next()
				require.Equal(t, parse.Deleted, e.Kind)
				require.Equal(t, "a", e.Object.ObjectID)
				finds := len(f.asked())
				require.Greater(t, finds, len(failures))
				time.Sleep(time.Minute)
				require.Len(t, f.asked(), finds, "settled once and for all")
				require.Empty(t, s.events)
				s.close()
			})
		})
	}
}

// A server may send fewer rows than were asked for: the others are not gone.
func TestSubscriptionSettlesMoreThanThePageOfAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		for _, id := range []string{"a", "b", "c"} {
			p.event("update", findingRow(id, "one", 10))
			p.event("update", findingRow(id, "two", 11))
			s.next()
			s.next()
		}
		f.mu.Lock()
		f.page = 2
		f.mu.Unlock()
		f.answer(findingRow("a", "two", 11), findingRow("b", "two", 11), findingRow("c", "two", 11))
		time.Sleep(time.Minute)
		require.NotEmpty(t, f.asked())
		require.Empty(t, s.events, "nothing has changed")
		s.close()
	})
}

// An object that is never quiet is not asked for, nor is nothing.
func TestSubscriptionLeavesAHotObjectAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		f.answer(findingRow("a", "40", 40))
		for i := range 41 {
			p.event("update", findingRow("a", fmt.Sprint(i), i))
			require.Equal(t, fmt.Sprint(i), s.next().Object.Statement)
			time.Sleep(time.Second)
		}
		require.Empty(t, f.asked())
		time.Sleep(time.Minute)
		require.Len(t, f.asked(), 1)
		require.Empty(t, s.events)
		s.close()
	})
}
