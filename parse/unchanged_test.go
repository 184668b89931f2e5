package parse_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

func readPlan(id string) *isoaudit.AuditPlan {
	return &isoaudit.AuditPlan{Object: parse.Object{ObjectID: id, UpdatedAt: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}}
}

func TestIfUnchangedSinceAsksAndTells(t *testing.T) {
	const read, later = `{"objectId":"p1","updatedAt":"2026-01-02T03:04:05.678Z"}`, `{"objectId":"p1","updatedAt":"2026-01-02T03:04:05.679Z"}`
	client, s := scriptedClient(t, nil, reply(200, read), reply(200, later), reply(200, later), reply(404, `{"code":101,"error":"Object not found."}`))
	scope := isoaudit.AuditPlanFields.Scope.Set("all")
	require.NoError(t, client.AuditPlans.Update(t.Context(), "p1", scope, parse.IfUnchangedSince(readPlan("p1"))))
	require.Equal(t, "GET "+serverURL+"/classes/AuditPlan/p1?keys=updatedAt", s.Sent[0].Method+" "+s.Sent[0].URL)
	require.Equal(t, "PUT", s.Sent[1].Method)
	require.Equal(t, `{"scope":"all"}`, s.Sent[1].Body)
	require.Equal(t, `{"ifUnchangedSince":"2026-01-02T03:04:05.678Z"}`, s.Sent[1].Header.Get("X-Parse-Cloud-Context"))

	plan := readPlan("p1")
	err := client.AuditPlans.Apply(t.Context(), plan, scope, parse.IfUnchangedSince(plan))
	require.ErrorIs(t, err, parse.ErrStaleWrite)
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.Equal(t, 409, parse.StatusOf(err))
	require.Empty(t, plan.Scope)
	require.ErrorIs(t, client.AuditPlans.Update(t.Context(), "p1", scope, parse.IfUnchangedSince(plan)), parse.ErrObjectNotFound)
	require.Len(t, s.Sent, 4)
}

func TestIfUnchangedSinceRefusesWhatItCannotDo(t *testing.T) {
	client, s := scriptedClient(t, nil)
	ctx, plans, scope := t.Context(), client.AuditPlans, isoaudit.AuditPlanFields.Scope.Set("all")
	since := parse.IfUnchangedSince(readPlan("p1"))
	for want, err := range map[string]error{
		"the object is nil":          plans.Update(ctx, "p1", scope, parse.IfUnchangedSince[isoaudit.AuditPlan](nil)),
		"give one that was read":     plans.Update(ctx, "p1", scope, parse.IfUnchangedSince(&isoaudit.AuditPlan{})),
		`in an update of "p2"`:       plans.Update(ctx, "p2", scope, since),
		"stands twice":               plans.Update(ctx, "p1", scope, since, since),
		"no changes":                 plans.Update(ctx, "p1", since),
		"is for Update and Apply":    plans.CreateWith(ctx, &isoaudit.AuditPlan{LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor]("a")}, since),
		"not for an item of a batch": client.Transaction(ctx, plans.BatchUpdate("p1", scope, since)),
	} {
		var mistake *parse.InputError
		require.ErrorAs(t, err, &mistake, want)
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, s.Sent)
}

// Of many writers who have read the same state one writes, and no write is lost.
func TestIfUnchangedSinceOnAuditserver(t *testing.T) {
	server := audittest.NewServer(t)
	tasks, count := parse.NewCollection[counter](server.Admin, "Counter"), parse.NewNumberField[counter, int]("count")
	row := &counter{}
	require.NoError(t, tasks.Create(t.Context(), row))
	var written atomic.Int64
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 10 {
				now, err := tasks.Get(t.Context(), row.ObjectID)
				if err == nil {
					err = tasks.Update(t.Context(), row.ObjectID, count.Set(now.Count+1), parse.IfUnchangedSince(now))
				}
				switch {
				case err == nil:
					written.Add(1)
				case parse.StatusOf(err) != 409:
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	last, err := tasks.Get(t.Context(), row.ObjectID)
	require.NoError(t, err)
	require.EqualValues(t, written.Load(), last.Count)
	require.Positive(t, last.Count)

	// The server refuses without the client's question.
	told := parse.WithCloudContext(t.Context(), map[string]any{"ifUnchangedSince": row.CreatedAt.Format("2006-01-02T15:04:05.000Z")})
	err = tasks.Update(told, row.ObjectID, count.Set(0))
	require.ErrorIs(t, err, parse.ErrStaleWrite)
	err = tasks.Update(parse.WithCloudContext(t.Context(), map[string]any{"ifUnchangedSince": 5}), row.ObjectID, count.Set(0))
	require.ErrorIs(t, err, parse.ErrInvalidJSON)
}

type counter struct {
	parse.Object
	Count int `json:"count"`
}
