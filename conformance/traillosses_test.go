package conformance_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// reconciled gives what the trail leaves unexplained of one record: that of the whole
// server, where that does not take FerretDB minutes, which reads a class for each look-up.
func (b *backend) reconciled(t *testing.T, class, id string) (found []trail.Finding) {
	t.Helper()
	if b.server == conformance.ParseServerMongoDB {
		row, events, err := b.admin.Trail().Record(t.Context(), class, id)
		require.NoError(t, err)
		found, err = trail.ReconcileRecord(class, id, row, events)
		require.NoError(t, err)
		return found
	}
	for f, err := range trail.Reconcile(t.Context(), b.admin.Trail()) {
		require.NoError(t, err)
		if f.Class == class && f.Record == id {
			found = append(found, f)
		}
	}
	return found
}

// A save that is refused changes nothing; where its event was already written, that
// stays, and says that nobody saw the save come to its end.
func TestTrailOfASaveThatIsRefused(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		total := func() int {
			n, err := b.admin.AuditTrail.Query().Where(isoaudit.TrailEventFields.Confirmed.Eq(true)).Count(ctx)
			require.NoError(t, err)
			return n
		}
		before := total()
		lacking := b.ref("IA")
		b.send(t, user(b.people[cora].token), http.MethodPost, "/classes/AuditPlan", `{"auditRef":"`+lacking+`","status":"planned"}`) // lacks required columns
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		b.send(t, user(b.people[anna].token), http.MethodPut, "/classes/AuditPlan/"+plan.ObjectID, `{"scope":"mine"}`)                  // may not
		b.send(t, user(b.people[cora].token), http.MethodPut, "/classes/AuditPlan/"+plan.ObjectID, `{"status":"closed"}`)               // a rule
		b.send(t, user(b.people[cora].token), http.MethodPut, "/classes/AuditPlan/"+plan.ObjectID, `{"plannedStartDate":"not a date"}`) // a type
		require.Equal(t, before+1, total(), "only the plan that was created")
		confirmed := slices.DeleteFunc(b.recorded(t, plan.Pointer()), func(e event.Event) bool { return !e.Confirmed })
		require.Len(t, confirmed, 1)
		for _, f := range b.reconciled(t, "AuditPlan", plan.ObjectID) {
			require.Equal(t, trail.NotCarriedOut, f.Kind, f)
		}
		b.requireNotCarriedOut(t, "auditRef", lacking)
	})
}

// requireNotCarriedOut finds the event of a create that a Parse Server refused behind its
// trigger, and that reconciling says that it led to nothing. auditserver has none.
func (b *backend) requireNotCarriedOut(t *testing.T, column, value string) {
	t.Helper()
	fields := isoaudit.TrailEventFields
	rows, err := b.admin.AuditTrail.Query().Where(fields.Record.Eq(""), fields.Confirmed.Eq(false), fields.Op.Eq(string(event.Create))).Find(t.Context())
	require.NoError(t, err)
	id := ""
	for _, row := range rows {
		e, err := row.Decode()
		require.NoError(t, err)
		values, err := e.Values()
		require.NoError(t, err)
		if v := values[column]; v != nil && string(v.After) == `"`+value+`"` {
			id = e.ID
		}
	}
	if b.server == conformance.AuditServer {
		require.Empty(t, id)
		return
	}
	require.NotEmpty(t, id, "the event was written before the server looked at the columns")
	if b.server == conformance.ParseServerMongoDB {
		return // FerretDB takes minutes to reconcile all
	}
	for f, err := range trail.Reconcile(t.Context(), b.admin.Trail()) {
		require.NoError(t, err)
		if f.Event == id {
			require.Equal(t, trail.NotCarriedOut, f.Kind)
			return
		}
	}
	require.Fail(t, "nothing is said of the event")
}

// onAllNodes is a client like another one, whose requests go to the nodes of a cluster in
// turn.
func (b *backend) onAllNodes(t *testing.T, as string) *isoaudit.Client {
	t.Helper()
	s, ok := startedStack()
	if !ok || b.server == conformance.AuditServer || len(s.nodes) < 2 {
		return b.as(as)
	}
	_, url := startFront(t, s.nodes, 0)
	client, err := isoaudit.NewClient(url, b.options(isoaudit.WithAuditorClass(b.auditorClass))...)
	require.NoError(t, err)
	return client.As(isoaudit.SessionWithToken(b.people[as].token))
}

// Ten saves of one record at once are ten events, whichever node has saved. Where events
// fork reconciling explains it, and names nothing else.
func TestTrailOfSavesAtOnce(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		plan := save(t, b.admin.AuditPlans, b.plan(cora))
		client := b.onAllNodes(t, cora)
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				if err := client.AuditPlans.Update(t.Context(), plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set(fmt.Sprintf("scope %d", i))); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		events := b.recorded(t, plan.Pointer())
		require.Len(t, events, 11)
		prev := map[string]bool{}
		for _, e := range events {
			require.True(t, e.Confirmed)
			prev[e.Prev] = true
		}
		if b.server == conformance.AuditServer {
			require.Len(t, prev, 11, "here they never fork")
			require.Empty(t, b.reconciled(t, "AuditPlan", plan.ObjectID))
		}
		for _, f := range b.reconciled(t, "AuditPlan", plan.ObjectID) {
			require.Equal(t, trail.Fork, f.Kind, f)
			require.Equal(t, []string{"scope"}, f.Columns)
		}
	})
}

// A purge asks no trigger: auditserver has an event of it, on a Parse Server
// reconciling names the records that are gone. One that was only created may as well
// be of a transaction that was rolled back.
func TestTrailOfAPurge(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		plan := save(t, b.admin.AuditPlans, b.plan(cora))
		created, changed := save(t, b.admin.AuditReviews, b.review(plan, mark)), save(t, b.admin.AuditReviews, b.review(plan, mark))
		require.NoError(t, b.admin.AuditReviews.Update(t.Context(), changed.ObjectID, isoaudit.AuditReviewFields.Summary.Set("a change")))
		for _, review := range []*isoaudit.AuditReview{created, changed} {
			require.Empty(t, b.reconciled(t, "AuditReview", review.ObjectID))
		}
		b.must(t, master, http.MethodDelete, "/purge/AuditReview", "")
		for id, want := range map[string]trail.Kind{created.ObjectID: trail.RolledBack, changed.ObjectID: trail.Gone} {
			found := b.reconciled(t, "AuditReview", id)
			if b.server == conformance.AuditServer {
				require.Empty(t, found)
				continue
			}
			require.Len(t, found, 1)
			require.Equal(t, want, found[0].Kind)
		}
	})
}

// Of a transaction that is rolled back a Parse Server may have events: reconciling
// tells that they led to nothing. auditserver has none.
func TestTrailOfATransactionThatIsRolledBack(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		if b.server == conformance.ParseServerMongoDB {
			return // FerretDB, which stands in for MongoDB, has no transactions
		}
		review := save(t, b.admin.AuditReviews, b.review(save(t, b.admin.AuditPlans, b.plan(cora)), mark))
		update := isoaudit.AuditReviewFields.Summary.Set("of a transaction")
		require.Error(t, b.as(cora).Transaction(t.Context(), b.as(cora).AuditReviews.BatchUpdate(review.ObjectID, update), b.as(cora).AuditReviews.BatchUpdate("nobodyHas1", update)))
		kept, err := b.admin.AuditReviews.Get(t.Context(), review.ObjectID)
		require.NoError(t, err)
		require.Equal(t, review.Summary, kept.Summary)
		events, found := b.recorded(t, review.Pointer())[1:], b.reconciled(t, "AuditReview", review.ObjectID)
		require.Len(t, found, len(events))
		if b.server == conformance.AuditServer {
			require.Empty(t, events)
		}
		for _, f := range found {
			require.Contains(t, []trail.Kind{trail.RolledBack, trail.NotCarriedOut}, f.Kind)
			require.Equal(t, []string{"summary"}, f.Columns)
		}
	})
}

// A record whose newest event lost its entry can still be written: the new event says
// that it saw an event without one, and reading the trail names the loss.
func TestTrailGoesOnBehindALostEntry(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		if b.server == conformance.AuditServer {
			return // there nobody can take a column from the trail
		}
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		b.makeEntry(t, `{"type":"String","required":true}`)
		defer b.must(t, master, http.MethodDelete, "/purge/AuditTrail", "")
		scope := isoaudit.AuditPlanFields.Scope
		require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), plan.ObjectID, scope.Set("Sales")))
		require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), plan.ObjectID, scope.Set("Stores")))
		var told []event.Event
		lost := 0
		for e, err := range b.admin.History(t.Context(), plan.Pointer()) {
			if err != nil {
				var damage *event.Damage
				require.ErrorAs(t, err, &damage)
				lost++
				continue
			}
			told = append(told, e)
		}
		require.Equal(t, 1, lost)
		require.Len(t, told, 2)
		require.Equal(t, event.HashOf(""), told[0].Prev)
		require.Equal(t, told[0].Hash(), told[1].Prev)
		require.NotEmpty(t, b.reconciled(t, "AuditPlan", plan.ObjectID), "no event tells of the creation")
		_, err := b.as(cora).Sign(t.Context(), plan.Pointer(), isoaudit.MeaningApproved, "pass-cora")
		require.NoError(t, err, "the newest event has its entry")

		n, err := b.admin.Redact(parse.WithReason(t.Context(), "Art. 17"), plan.Pointer(), "scope")
		require.Equal(t, 2, n, "what can be read is redacted")
		var damage *event.Damage
		require.ErrorAs(t, err, &damage, "what cannot is named")
		require.Contains(t, damage.What, "entry")
		require.NotEmpty(t, damage.Row)
	})
}
