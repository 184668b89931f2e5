package parse_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// 1,024 elements wait for a consumer that does not come: the mark that the
// server has accepted the subscription, and the first events.
func TestSubscriptionNamesWhatASlowConsumerLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		p := <-f.peers
		const sent, kept = 1100, 1023
		var rows []string
		for i := range sent {
			rows = append(rows, findingRow(fmt.Sprintf("row%04d", i), "", 20))
			p.event("create", rows[i])
		}
		synctest.Wait()
		require.Equal(t, sent-kept, sub.Dropped())
		f.answer(rows...)
		seen := make(map[string]parse.EventKind)
		for e, err := range sub.Events() {
			require.NoError(t, err)
			if e.Kind == parse.CaughtUp {
				require.Equal(t, sent-kept, e.Gap.Dropped)
				require.Equal(t, sent-kept, e.Gap.Resynced)
				break
			}
			require.Zero(t, seen[e.Object.ObjectID], "twice")
			seen[e.Object.ObjectID] = e.Kind
		}
		require.Len(t, seen, sent)
		require.Equal(t, parse.Created, seen["row1022"])
		require.Equal(t, parse.Resynced, seen["row1023"])
		p.event("create", findingRow("later", "", 40))
		for e, err := range sub.Events() {
			require.NoError(t, err)
			require.Equal(t, "later", e.Object.ObjectID, "live again")
			require.True(t, e.Live)
			break
		}
		require.NoError(t, sub.Close())
	})
}

func TestSubscriptionFoldsTheEventsOfAnObjectForASlowConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		p := <-f.peers
		for i := range 1023 {
			p.event("update", findingRow("a", fmt.Sprint(i), 10))
		}
		p.event("update", findingRow("a", "last", 20)) // does not fit
		synctest.Wait()
		require.Zero(t, sub.Dropped())
		s := streamOf(t, sub)
		e := s.next()
		require.Equal(t, 1022, e.Coalesced)
		require.Equal(t, "1022", e.Object.Statement)
		e = s.next()
		require.Zero(t, e.Coalesced)
		require.Equal(t, "last", e.Object.Statement)
		s.close()
	})
}
