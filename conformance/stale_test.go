package conformance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse"
)

// A write that depends on a state which is gone is refused, also where the server alone
// looks.
func TestStaleWritesAreRefused(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx, scope := t.Context(), isoaudit.AuditPlanFields.Scope
		plans := b.as(cora).AuditPlans
		read := save(t, b.admin.AuditPlans, b.plan(cora))
		require.NoError(t, plans.Update(ctx, read.ObjectID, scope.Set("second"), parse.IfUnchangedSince(read)))
		require.ErrorIs(t, plans.Update(ctx, read.ObjectID, scope.Set("third"), parse.IfUnchangedSince(read)), parse.ErrStaleWrite)

		told := parse.WithCloudContext(ctx, map[string]any{"ifUnchangedSince": wire.FormatISO(read.UpdatedAt.Truncate(time.Millisecond))})
		require.ErrorIs(t, plans.Update(told, read.ObjectID, scope.Set("third")), parse.ErrStaleWrite)
		now, err := plans.Get(ctx, read.ObjectID)
		require.NoError(t, err)
		require.Equal(t, "second", now.Scope)
	})
}
