package conformance_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// table is the permission table of the design: who may do what, by role. "own"
// stands for the user whom the object's owner column points to.
var table = map[string]rights{
	"AuditPlan":          {create: []string{"coordinator"}, change: []string{"coordinator", "own"}},
	"AuditFinding":       {create: []string{"auditor", "coordinator"}, change: []string{"coordinator", "own"}},
	"CorrectiveAction":   {create: []string{"auditor", "coordinator"}, change: []string{"coordinator", "own"}},
	"DocumentControlLog": {create: []string{"approver"}, change: []string{"approver"}},
	"AuditReview":        {create: []string{"manager", "coordinator"}, change: []string{"coordinator", "own"}},
}

func (b *backend) classes(t *testing.T) []class[*isoaudit.Client] {
	plan := save(t, b.admin.AuditPlans, b.plan(cora))
	finding := save(t, b.admin.AuditFindings, b.finding(plan, cora))
	return []class[*isoaudit.Client]{
		typed("AuditPlan", func(c *isoaudit.Client) *isoaudit.Collection[isoaudit.AuditPlan] { return c.AuditPlans },
			b.plan, func(p *isoaudit.AuditPlan) *parse.Object { return &p.Object },
			isoaudit.AuditPlanFields.ObjectID, isoaudit.AuditPlanFields.Scope),
		typed("AuditFinding", func(c *isoaudit.Client) *isoaudit.Collection[isoaudit.AuditFinding] { return c.AuditFindings },
			func(owner string) *isoaudit.AuditFinding { return b.finding(plan, owner) },
			func(f *isoaudit.AuditFinding) *parse.Object { return &f.Object },
			isoaudit.AuditFindingFields.ObjectID, isoaudit.AuditFindingFields.Statement),
		typed("CorrectiveAction", func(c *isoaudit.Client) *isoaudit.Collection[isoaudit.CorrectiveAction] { return c.CorrectiveActions },
			func(owner string) *isoaudit.CorrectiveAction { return b.action(finding, owner) },
			func(a *isoaudit.CorrectiveAction) *parse.Object { return &a.Object },
			isoaudit.CorrectiveActionFields.ObjectID, isoaudit.CorrectiveActionFields.ActionDescription),
		typed("DocumentControlLog", func(c *isoaudit.Client) *isoaudit.Collection[isoaudit.DocumentControlLog] {
			return c.DocumentControlLogs
		},
			b.documentOf, func(d *isoaudit.DocumentControlLog) *parse.Object { return &d.Object },
			isoaudit.DocumentControlLogFields.ObjectID, isoaudit.DocumentControlLogFields.DocumentTitle),
		typed("AuditReview", func(c *isoaudit.Client) *isoaudit.Collection[isoaudit.AuditReview] { return c.AuditReviews },
			func(owner string) *isoaudit.AuditReview { return b.review(plan, owner) },
			func(r *isoaudit.AuditReview) *parse.Object { return &r.Object },
			isoaudit.AuditReviewFields.ObjectID, isoaudit.AuditReviewFields.Summary),
	}
}

// documentOf gives a document of the owner's, approved by an approver who is not he.
func (b *backend) documentOf(owner string) *isoaudit.DocumentControlLog {
	if owner == aaron {
		return b.document(owner, ada)
	}
	return b.document(owner, aaron)
}

// matrix is the table with the people of the backend.
func (b *backend) matrix() matrix[*isoaudit.Client] {
	return matrix[*isoaudit.Client]{admin: b.admin.Client, anonymous: b.anonymous, as: b.as, table: table, requireWrite: requireAllowed,
		roles: func(name string) []string { return b.people[name].roles }}
}

func TestPermissionMatrix(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		m := b.matrix()
		for _, class := range b.classes(t) {
			t.Run(class.name, func(t *testing.T) { m.check(t, class) })
		}
	})
}

func TestPermissionMatrixOfAuditors(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		fields := isoaudit.AuditorFields
		for _, name := range everyone {
			client, me := b.as(name), b.people[name]
			t.Run(name, func(t *testing.T) {
				ctx := t.Context()
				for _, other := range everyone {
					seen, err := client.Auditors.Get(ctx, b.people[other].id)
					requireAllowed(t, len(me.roles) > 0 || other == name, err)
					if err != nil {
						continue
					}
					mail := other == name || slices.Contains(me.roles, "coordinator") || slices.Contains(me.roles, "manager")
					require.Equal(t, mail, seen.Email != "", "%s sees the e-mail address of %s", name, other)
				}
				require.NoError(t, client.Auditors.Update(ctx, me.id, fields.SiteCode.Set("PLANT-08")))
				for _, other := range everyone {
					if other != name {
						requireAllowed(t, false, client.Auditors.Update(ctx, b.people[other].id, fields.SiteCode.Set("PLANT-99")))
					}
				}
				requireAllowed(t, false, client.Auditors.Delete(ctx, me.id))
				requireAllowed(t, false, client.Auditors.Delete(ctx, b.people[otto].id))
			})
		}
		t.Run("the lead auditor is shown to anyone with a role", func(t *testing.T) {
			plan := save(t, b.admin.AuditPlans, b.plan(otto))
			for _, name := range everyone {
				if len(b.people[name].roles) == 0 {
					continue
				}
				seen, err := b.as(name).AuditPlans.Get(t.Context(), plan.ObjectID, isoaudit.AuditPlanFields.LeadAuditor)
				require.NoError(t, err)
				lead, ok := seen.LeadAuditor.Get()
				require.True(t, ok, name)
				require.Equal(t, "otto-"+b.run, lead.Username)
			}
		})
	})
}
