package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
)

// rounds is how often each race is run on auditserver, which promises that the
// rules hold each time. docs/rules.md says what a Parse Server promises instead.
const rounds = 200

// together runs functions at the same moment and gives their errors in order.
func together(run ...func() error) []error {
	errs, start := make([]error, len(run)), make(chan struct{})
	var ready, done sync.WaitGroup
	for i, f := range run {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			errs[i] = f()
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errs
}

// refusals counts the errors, each of which must be a refusal by the rules.
func refusals(t *testing.T, errs []error) int {
	t.Helper()
	refused := 0
	for _, err := range errs {
		if err == nil {
			continue
		}
		var broken *isoaudit.PolicyError
		require.True(t, errors.As(err, &broken), "%v", err)
		refused++
	}
	return refused
}

func TestRacesOnAuditServer(t *testing.T) {
	b := newBackend(t, embeddedTarget(t))
	ctx := t.Context()
	plans, documents := isoaudit.AuditPlanFields, isoaudit.DocumentControlLogFields

	t.Run("the same reference", func(t *testing.T) {
		for round := range rounds {
			one, two := b.plan(anna), b.plan(anna)
			two.AuditRef = one.AuditRef
			errs := together(
				func() error { return b.as(cora).AuditPlans.Create(ctx, one) },
				func() error { return b.admin.AuditPlans.Create(ctx, two) },
			)
			require.Equal(t, 1, refusals(t, errs), "round %d", round)
			count, err := b.admin.AuditPlans.Query().Where(plans.AuditRef.Eq(one.AuditRef)).Count(ctx)
			require.NoError(t, err)
			require.Equal(t, 1, count, "round %d", round)
		}
	})

	t.Run("issuing revisions of one document", func(t *testing.T) {
		for round := range rounds {
			var issue []func() error
			number := b.ref("QP")
			for i, approver := range []string{ada, aaron} {
				revision := b.document(otto, approver)
				revision.DocumentNumber, revision.Revision, revision.Status = number, fmt.Sprint(i+1), isoaudit.DocumentApproved
				require.NoError(t, b.admin.DocumentControlLogs.Create(ctx, revision))
				issue = append(issue, func() error {
					return b.as(approver).DocumentControlLogs.Update(ctx, revision.ObjectID, documents.Status.Set(isoaudit.DocumentEffective))
				})
			}
			require.Equal(t, []error{nil, nil}, together(issue...), "round %d", round)
			b.requireRevisions(t, ctx, number, 1, 1)
		}
	})

	t.Run("issuing the same revision", func(t *testing.T) {
		for round := range rounds {
			one, two := b.document(otto, ada), b.document(otto, aaron)
			two.DocumentNumber = one.DocumentNumber
			one.Status, two.Status = isoaudit.DocumentEffective, isoaudit.DocumentEffective
			errs := together(
				func() error { return b.as(ada).DocumentControlLogs.Create(ctx, one) },
				func() error { return b.as(aaron).DocumentControlLogs.Create(ctx, two) },
			)
			require.Equal(t, 1, refusals(t, errs), "round %d", round)
			b.requireRevisions(t, ctx, one.DocumentNumber, 1, 0)
		}
	})

	t.Run("closing an audit twice, and against a new finding", func(t *testing.T) {
		for round := range rounds {
			plan := b.plan(anna)
			plan.Status = isoaudit.PlanCompleted
			require.NoError(t, b.admin.AuditPlans.Create(ctx, plan))
			finding := b.finding(plan, anna)
			closing := func(client *isoaudit.Client) func() error {
				return func() error {
					return client.AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanClosed))
				}
			}
			errs := together(closing(b.as(anna)), closing(b.as(cora)), func() error { return b.as(anna).AuditFindings.Create(ctx, finding) })
			refused := refusals(t, errs)
			stored, err := b.admin.AuditPlans.Get(ctx, plan.ObjectID)
			require.NoError(t, err)
			// Either the finding came first and nobody closed the audit, or it came too late.
			if errs[2] == nil {
				require.Equal(t, isoaudit.PlanCompleted, stored.Status, "round %d", round)
				require.Equal(t, 2, refused, "round %d", round)
			} else {
				require.Equal(t, isoaudit.PlanClosed, stored.Status, "round %d", round)
				require.Equal(t, 1, refused, "round %d", round)
			}
		}
	})
}

// requireRevisions counts the revisions of a document by what they are.
func (b *backend) requireRevisions(t *testing.T, ctx context.Context, number string, effective, superseded int) {
	t.Helper()
	rows, err := b.admin.DocumentControlLogs.Query().Where(isoaudit.DocumentControlLogFields.DocumentNumber.Eq(number)).Find(ctx)
	require.NoError(t, err)
	count := map[isoaudit.DocumentStatus]int{}
	for _, row := range rows {
		count[row.Status]++
	}
	require.Equal(t, effective, count[isoaudit.DocumentEffective], "effective revisions of %s", number)
	require.Equal(t, superseded, count[isoaudit.DocumentSuperseded], "superseded revisions of %s", number)
	require.Len(t, rows, effective+superseded)
}
