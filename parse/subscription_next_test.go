package parse_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestSubscriptionNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		f.answer(findingRow("a", "one", 10), findingRow("b", "one", 11))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context(), parse.WithSnapshot())
		require.NoError(t, err)
		p := <-f.peers
		for _, want := range []parse.EventKind{parse.Snapshot, parse.Snapshot, parse.CaughtUp} {
			e, err := sub.Next(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, e.Kind)
		}

		// A wait that ends early loses nothing.
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = sub.Next(short)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		p.event("update", findingRow("a", "two", 20))
		e, err := sub.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a", e.Object.ObjectID)

		for _, err := range sub.Events() {
			require.ErrorContains(t, err, "already being ranged")
		}
		require.NoError(t, sub.Close())
		for range 2 {
			_, err = sub.Next(t.Context())
			require.ErrorIs(t, err, livequery.ErrClosed)
		}
	})
}

func TestSubscriptionNextBesideALoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		f.answer(findingRow("a", "one", 10))
		ctx, cancel := context.WithCancel(t.Context())
		sub, err := client.AuditFindings.Query().Subscribe(ctx, parse.WithSnapshot())
		require.NoError(t, err)
		for range sub.Events() {
			_, err := sub.Next(t.Context())
			require.ErrorContains(t, err, "already being ranged")
			break
		}
		_, err = sub.Next(t.Context())
		require.NoError(t, err, "the loop is over")
		cancel()
		synctest.Wait()
		_, err = sub.Next(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, sub.Close())

		var none *parse.Subscription[isoaudit.AuditFinding]
		_, err = none.Next(t.Context())
		require.ErrorAs(t, err, new(*parse.InputError))
	})
}

func TestSubscriptionNextOnAuditserver(t *testing.T) {
	server := audittest.NewServer(t)
	sub, err := server.Admin.AuditPlans.Query().Subscribe(t.Context())
	require.NoError(t, err)
	plan := &isoaudit.AuditPlan{
		AuditRef: "AP-1", StandardClause: "9.2", Scope: "all", SiteCode: "PLANT-07", PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
		LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor](server.As(isoaudit.RoleAuditor).Auditor.ObjectID),
	}
	require.NoError(t, server.Admin.AuditPlans.Create(t.Context(), plan))
	e, err := sub.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, parse.Created, e.Kind)
	require.Equal(t, "AP-1", e.Object.AuditRef)
	require.NoError(t, sub.Close())
}
