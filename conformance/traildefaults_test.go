package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// requireToldAsStored holds what the events of a review tell to what is stored of it.
func (b *backend) requireToldAsStored(t *testing.T, id string) {
	t.Helper()
	const class = "AuditReview"
	row, events, err := b.admin.Trail().Record(t.Context(), class, id)
	require.NoError(t, err)
	found, err := trail.ReconcileRecord(class, id, row, events)
	require.NoError(t, err)
	require.Empty(t, found)
	columns, err := event.Diff(class, nil, row)
	require.NoError(t, err)
	stored, told := map[string]string{}, map[string]string{}
	for _, c := range columns {
		stored[c.Column] = string(c.After)
	}
	state, err := trail.AsOf(b.admin.History(t.Context(), isoaudit.PointerTo[isoaudit.AuditReview](id)), time.Now().AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Empty(t, state.Unconfirmed)
	for name, value := range state.Columns {
		told[name] = string(value)
	}
	require.Equal(t, stored, told)
}

// What the schema puts into a new object, the trail tells of as well, whatever the client
// sent in its place.
func TestTrailOfDefaultsOfTheSchema(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		b.must(t, master, http.MethodPut, "/schemas/AuditReview", `{"className":"AuditReview","fields":{"priority":{"type":"String","defaultValue":"normal"},
			"rank":{"type":"Number","defaultValue":3,"required":true},"open":{"type":"Boolean","defaultValue":false},"tags":{"type":"Array","defaultValue":["a","b"]},
			"due":{"type":"Date","defaultValue":{"__type":"Date","iso":"2026-03-01T00:00:00.000Z"}}}}`)
		review := b.review(save(t, b.admin.AuditPlans, b.plan(cora)), mark)
		save(t, b.as(mark).AuditReviews, review)
		id := review.ObjectID
		stored := b.must(t, master, http.MethodGet, "/classes/AuditReview/"+id, "").json
		require.Equal(t, "normal", stored["priority"])
		require.Equal(t, 3.0, stored["rank"])
		b.requireToldAsStored(t, id)
		b.must(t, master, http.MethodPut, "/classes/AuditReview/"+id, `{"priority":{"__op":"Delete"},"open":null,"tags":{"__op":"AddUnique","objects":["c"]},"rank":{"__op":"Increment","amount":2}}`)
		b.requireToldAsStored(t, id)

		// A null in the place of a default is an internal error of Parse Server (500).
		for _, sent := range []string{`"priority":""`, `"priority":"high","rank":1`, `"open":true,"tags":[]`, `"priority":{"__op":"Delete"}`} {
			body := `{"auditPlan":{"__type":"Pointer","className":"AuditPlan","objectId":"` + review.AuditPlan.ID + `"},"reviewedBy":{"__type":"Pointer","className":"_User","objectId":"` +
				b.people[mark].id + `"},"reviewDate":{"__type":"Date","iso":"2026-02-01T00:00:00.000Z"},"summary":"s","nextStep":"` + "none" + `",` + sent + `}`
			made := b.must(t, master, http.MethodPost, "/classes/AuditReview", body).json
			b.requireToldAsStored(t, made["objectId"].(string))
		}
	})
}
