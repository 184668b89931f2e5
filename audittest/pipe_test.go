package audittest_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Server and clients have the clock of the bubble: a request that waits an hour for a
// busy server takes no time, and the row says when it was made.
func TestServerInABubble(t *testing.T) {
	for i := range 50 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, oneHourLater)
		})
	}
}

func oneHourLater(t *testing.T) {
	server := audittest.NewBubbleServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	began := time.Now()
	server.Faults.Add(audittest.Match{Method: "POST", Path: "/classes/AuditPlan", Times: 1}, audittest.Delay(time.Hour))
	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-2000-001", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: began.AddDate(0, 0, 14), Status: isoaudit.PlanPlanned,
	}
	admin, err := isoaudit.NewAdmin(server.URL, server.MasterKey, parse.WithApplicationID(server.AppID), parse.WithHTTPClient(server.HTTPClient),
		parse.WithRetryPolicy(parse.RetryPolicy{AttemptTimeout: 2 * time.Hour}))
	require.NoError(t, err)
	require.NoError(t, admin.AuditPlans.Create(t.Context(), plan))
	require.Equal(t, began.Add(time.Hour).UTC(), plan.CreatedAt)
	require.Equal(t, time.Hour, time.Since(began))
}

func TestLiveQueryInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := audittest.NewBubbleServer(t)
		lena := server.As(isoaudit.RoleCoordinator)
		sub, err := lena.AuditPlans.Query().Subscribe(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, sub.Close()) }()
		plan := &isoaudit.AuditPlan{
			AuditRef: "IA-2000-001", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
			LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
		}
		require.NoError(t, lena.AuditPlans.Create(t.Context(), plan))
		for event, err := range sub.Events() {
			require.NoError(t, err)
			require.Equal(t, plan.ObjectID, event.Object.ObjectID)
			break
		}
	})
}

// A live query that is idle for a day keeps its connection: both sides ping, often at the
// same instant.
func TestIdleLiveQueryInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := audittest.NewBubbleServer(t)
		lena := server.As(isoaudit.RoleCoordinator)
		sub, err := lena.CorrectiveActions.Query().Subscribe(t.Context())
		require.NoError(t, err)
		<-time.After(24 * time.Hour)
		status, _ := sub.Status()
		require.Equal(t, parse.LiveConnected, status.State)
		require.EqualValues(t, 1, status.Connection)
		action := server.NewAction()
		event, err := sub.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, parse.Created, event.Kind)
		require.Equal(t, action.ObjectID, event.Object.ObjectID)
		require.NoError(t, sub.Close())
	})
}
