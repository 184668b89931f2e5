package parse_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestSubscriptionCatchesUpBeforeItGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		f.answer(findingRow("a", "one", 10))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		p.event("update", findingRow("a", "two", 20))
		require.Equal(t, parse.Updated, s.next().Kind)

		f.answer(findingRow("a", "two", 20), findingRow("b", "missed", 25))
		p.cut()
		p = <-f.peers
		p.event("create", findingRow("b", "missed", 25)) // came over the wire and by reading
		p.event("create", findingRow("c", "new", 30))
		e := s.next()
		require.Equal(t, parse.Resynced, e.Kind)
		require.Equal(t, "b", e.Object.ObjectID, "a was delivered before")
		require.False(t, e.Live)
		e = s.next()
		require.Equal(t, parse.CaughtUp, e.Kind)
		require.Equal(t, 1, e.Gap.Resynced)
		require.False(t, e.Gap.Deletes)
		require.Equal(t, time.Date(2026, 3, 1, 8, 0, 5, 0, time.UTC), e.Gap.Since, "15 s before the newest change seen")
		require.Contains(t, f.asked()[0].where, `"$gte":{"__type":"Date","iso":"2026-03-01T08:00:05.000Z"}`)
		e = s.next()
		require.Equal(t, parse.Created, e.Kind)
		require.Equal(t, "c", e.Object.ObjectID)
		require.True(t, e.Live)
		s.close()
	})
}

// A consumer with the whole picture hears of no end whose beginning it did not.
func TestSubscriptionIsSilentAboutWhatWasNeverShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		f.answer(findingRow("a", "one", 10))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context(), parse.WithSnapshot(), parse.WithDeletes())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		require.Equal(t, parse.Snapshot, s.next().Kind)
		require.Equal(t, parse.CaughtUp, s.next().Kind)
		p.event("delete", findingRow("gone", "came and went", 20))
		p.event("delete", findingRow("a", "one", 10))
		e := s.next()
		require.Equal(t, parse.Deleted, e.Kind)
		require.Equal(t, "a", e.Object.ObjectID)
		s.close()
	})
}

func TestSubscriptionFetchesIncludedObjectsForABurst(t *testing.T) {
	t.Run("Include", func(t *testing.T) {
		fetchesForABurst(t, func(ctx context.Context, q isoaudit.Query[isoaudit.AuditFinding]) (*isoaudit.Subscription[isoaudit.AuditFinding], error) {
			return q.Include(isoaudit.AuditFindingFields.AuditPlan).Subscribe(ctx)
		})
	})
	t.Run("WithHydration", func(t *testing.T) {
		fetchesForABurst(t, func(ctx context.Context, q isoaudit.Query[isoaudit.AuditFinding]) (*isoaudit.Subscription[isoaudit.AuditFinding], error) {
			return q.Subscribe(ctx, parse.WithHydration(isoaudit.AuditFindingFields.AuditPlan))
		})
	})
}

func fetchesForABurst(t *testing.T, subscribe func(context.Context, isoaudit.Query[isoaudit.AuditFinding]) (*isoaudit.Subscription[isoaudit.AuditFinding], error)) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := subscribe(t.Context(), client.AuditFindings.Query())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		full := func(id string) string {
			return `{"objectId":"` + id + `","createdAt":"2026-03-01T08:00:00.000Z","updatedAt":"2026-03-01T08:00:10.000Z",` +
				`"auditPlan":{"__type":"Object","className":"AuditPlan","objectId":"plan","auditRef":"A-1"}}`
		}
		f.answer(full("a"), full("b"))
		begin := time.Now()
		p.event("create", findingRow("a", "", 10))
		p.event("create", findingRow("b", "", 10))
		p.event("delete", findingRow("z", "", 9))
		for _, id := range []string{"a", "b"} {
			e := s.next()
			require.Equal(t, id, e.Object.ObjectID)
			plan, ok := e.Object.AuditPlan.Get()
			require.True(t, ok)
			require.Equal(t, "A-1", plan.AuditRef)
		}
		require.Equal(t, parse.Deleted, s.next().Kind)
		require.Equal(t, 20*time.Millisecond, time.Since(begin))
		asked := f.asked()
		require.Len(t, asked, 1, "one query for the burst")
		require.Equal(t, "auditPlan", asked[0].include)
		require.Equal(t, `{"objectId":{"$in":["a","b"]}}`, asked[0].where)
		s.close()
	})
}

func TestSubscriptionMatchesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		finding := isoaudit.AuditFindingFields
		sub, err := client.AuditFindings.Query().Where(finding.Statement.HasPrefix("un")).Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		p.event("create", `{"objectId":"a","updatedAt":"2026-03-01T08:00:10.000Z"}`) // "undefined" begins with un
		p.event("create", findingRow("b", "unsafe", 11))
		p.event("update", `{"objectId":"b","updatedAt":"2026-03-01T08:00:12.000Z"}`)
		require.Equal(t, "b", s.next().Object.ObjectID)
		e := s.next()
		require.Equal(t, parse.Left, e.Kind, "the server says update, but the query does not find it any more")
		require.Equal(t, "b", e.Object.ObjectID)
		s.close()
	})
}

func TestSubscriptionKeepsOnlySelectedColumns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		finding := isoaudit.AuditFindingFields
		sub, err := client.AuditFindings.Query().Where(finding.Statement.Eq("x")).Select(finding.AuditPlan).Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		p.event("create", findingRow("a", "x", 10))
		e := s.next()
		require.Equal(t, "plan", e.Object.AuditPlan.ID)
		require.Empty(t, e.Object.Statement, "it was fetched for matching only")
		s.close()
	})
}

func TestSubscriptionLoopCanBeTakenUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		f.answer(findingRow("a", "", 10), findingRow("b", "", 11), findingRow("c", "", 12))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context(), parse.WithSnapshot())
		require.NoError(t, err)
		p := <-f.peers
		var got []string
		for range 3 { // leave the loop after every event of the snapshot
			for e, err := range sub.Events() {
				require.NoError(t, err)
				require.Equal(t, parse.Snapshot, e.Kind)
				got = append(got, e.Object.ObjectID)
				break
			}
		}
		require.Equal(t, []string{"a", "b", "c"}, got)
		p.event("create", findingRow("d", "", 20))
		var kinds []parse.EventKind
		for e, err := range sub.Events() {
			require.NoError(t, err)
			if kinds = append(kinds, e.Kind); e.Kind == parse.Created {
				break
			}
		}
		require.Equal(t, []parse.EventKind{parse.CaughtUp, parse.Created}, kinds)
		require.NoError(t, sub.Close())
		for range sub.Events() {
			t.Fatal("an event after Close")
		}
	})
}

// The event of a row that was read long ago may still be queued when the last
// row of a large table has been read.
func TestSnapshotOfManyRowsDeliversNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		rows := make([]string, 40_000)
		for i := range rows {
			rows[i] = findingRow(fmt.Sprintf("row%05d", i), "", 20)
		}
		f.answer(rows...)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context(), parse.WithSnapshot())
		require.NoError(t, err)
		p := <-f.peers
		p.event("update", findingRow("row00000", "older", 15))
		p.event("update", findingRow("row00000", "", 20))
		p.event("create", findingRow("new", "", 30))
		synctest.Wait()
		snapshots := 0
		for e, err := range sub.Events() {
			require.NoError(t, err)
			if e.Kind == parse.Snapshot {
				snapshots++
				continue
			}
			if e.Kind == parse.CaughtUp {
				continue
			}
			require.Equal(t, "new", e.Object.ObjectID, "known from the snapshot")
			break
		}
		require.Equal(t, len(rows), snapshots)
		require.NoError(t, sub.Close())
	})
}

func TestOnlyOneLoopRangesASubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, p := streamOf(t, sub), <-f.peers
		synctest.Wait()
		loops := 0
		for _, err := range sub.Events() {
			loops++
			require.ErrorContains(t, err, "already being ranged")
		}
		require.Equal(t, 1, loops)
		p.event("create", findingRow("a", "", 20))
		require.Equal(t, "a", s.next().Object.ObjectID, "the first loop goes on")
		s.close()
	})
}

// A context that has ended waits for nobody, not even for a server that does
// not answer the unsubscribe.
func TestEndedContextDoesNotWaitForTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		sub, err := client.AuditFindings.Query().Subscribe(ctx)
		require.NoError(t, err)
		<-f.peers
		other, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		s, rest := streamOf(t, sub), streamOf(t, other)
		synctest.Wait()
		begin := time.Now()
		cancel()
		require.ErrorIs(t, <-s.end, context.Canceled)
		require.Zero(t, time.Since(begin))
		rest.close()
	})
}

func TestSubscribeRefusesWhatCannotWork(t *testing.T) {
	client, err := isoaudit.NewClient("http://parse.example/parse", parse.WithApplicationID("app"))
	require.NoError(t, err)
	finding := isoaudit.AuditFindingFields
	q := client.AuditFindings.Query()
	for want, q := range map[string]isoaudit.Query[isoaudit.AuditFinding]{
		"limit":       q.Limit(5),
		"skip":        q.Skip(5),
		"excludeKeys": q.Exclude(finding.Statement),
		"order":       q.OrderBy(finding.CreatedAt.Asc()),
		"auditPlan":   q.Where(finding.AuditPlan.Matches(client.AuditPlans.Query())),
	} {
		_, err := q.Subscribe(t.Context())
		var input *parse.InputError
		require.ErrorAs(t, err, &input, want)
		require.Equal(t, want, input.Field)
	}
	for want, option := range map[string]parse.SubscribeOption{
		"another class":     parse.WithHydration(isoaudit.CorrectiveActionFields.Owner),
		"nil pointer field": parse.WithHydration[isoaudit.AuditFinding](nil),
		"holds nil":         nil,
	} {
		_, err := q.Subscribe(t.Context(), option)
		var input *parse.InputError
		require.ErrorAs(t, err, &input, want)
		require.ErrorContains(t, err, want)
	}
}
