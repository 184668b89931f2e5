package conformance_test

import (
	"net/http"
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
