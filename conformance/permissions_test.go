package conformance_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// table is the permission table of the design: who may do what, by role. "own"
// stands for the user whom the object's owner column points to.
var table = map[string]struct{ create, change []string }{
	"AuditPlan":          {create: []string{"coordinator"}, change: []string{"coordinator", "own"}},
	"AuditFinding":       {create: []string{"auditor", "coordinator"}, change: []string{"coordinator", "own"}},
	"CorrectiveAction":   {create: []string{"auditor", "coordinator"}, change: []string{"coordinator", "own"}},
	"DocumentControlLog": {create: []string{"approver"}, change: []string{"approver"}},
	"AuditReview":        {create: []string{"manager", "coordinator"}, change: []string{"coordinator", "own"}},
}

var rolesThatRead = []string{"auditor", "coordinator", "manager", "approver"}

// class is one class of a permission table, whatever its Go type, with the clients of
// its contract.
type class[C any] struct {
	name   string
	create func(ctx context.Context, c C, owner string) (id string, err error)
	get    func(ctx context.Context, c C, id string) error
	find   func(ctx context.Context, c C, id string) (bool, error)
	change func(ctx context.Context, c C, id string) error
	remove func(ctx context.Context, c C, id string) error
}

// typed ties a class of the client to the table. text is any column that no rule
// is about.
func typed[C, T any](name string, collection func(C) *parse.Collection[T], build func(owner string) *T,
	base func(*T) *parse.Object, key parse.IDField[T], text parse.TextField[T, string]) class[C] {
	return class[C]{
		name: name,
		create: func(ctx context.Context, c C, owner string) (string, error) {
			object := build(owner)
			err := collection(c).Create(ctx, object)
			return base(object).ObjectID, err
		},
		get: func(ctx context.Context, c C, id string) error {
			_, err := collection(c).Get(ctx, id)
			return err
		},
		find: func(ctx context.Context, c C, id string) (bool, error) {
			rows, err := collection(c).Query().Where(key.Eq(id)).Find(ctx)
			return len(rows) == 1, err
		},
		change: func(ctx context.Context, c C, id string) error {
			return collection(c).Update(ctx, id, text.Set("changed"))
		},
		remove: func(ctx context.Context, c C, id string) error { return collection(c).Delete(ctx, id) },
	}
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

func TestPermissionMatrix(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		for _, class := range b.classes(t) {
			t.Run(class.name, func(t *testing.T) { b.matrix(t, class) })
		}
	})
}

// matrix asserts every cell of one class: each person, each operation, on his own
// and on another's object.
func (b *backend) matrix(t *testing.T, class class[*isoaudit.Client]) {
	ctx, row := t.Context(), table[class.name]
	others, err := class.create(ctx, b.admin.Client, otto)
	require.NoError(t, err)

	for _, name := range everyone {
		client, roles := b.as(name), b.people[name].roles
		may := func(allowed []string, own bool) bool {
			return own && slices.Contains(allowed, "own") ||
				slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(allowed, role) })
		}
		owns, err := class.create(ctx, b.admin.Client, name)
		require.NoError(t, err)

		for which, id := range map[string]string{"own": owns, "another's": others} {
			own := which == "own" || name == otto
			t.Run(name+" reads "+which, func(t *testing.T) {
				found, err := class.find(ctx, client, id)
				require.NoError(t, err, "a query without rights finds nothing")
				require.Equal(t, may(rolesThatRead, false), found)
				requireAllowed(t, found, class.get(ctx, client, id))
			})
			t.Run(name+" changes "+which, func(t *testing.T) {
				requireAllowed(t, may(row.change, own), class.change(ctx, client, id))
			})
			t.Run(name+" deletes "+which, func(t *testing.T) {
				requireAllowed(t, false, class.remove(ctx, client, id))
				require.NoError(t, class.get(ctx, b.admin.Client, id))
			})
		}
		t.Run(name+" creates", func(t *testing.T) {
			_, err := class.create(ctx, client, name)
			requireAllowed(t, may(row.create, false), err)
		})
	}
	t.Run("nobody without a session", func(t *testing.T) {
		_, err := class.find(ctx, b.anonymous, others)
		requireAllowed(t, false, err)
		requireAllowed(t, false, class.get(ctx, b.anonymous, others))
		requireAllowed(t, false, class.change(ctx, b.anonymous, others))
		requireAllowed(t, false, class.remove(ctx, b.anonymous, others))
		_, err = class.create(ctx, b.anonymous, otto)
		requireAllowed(t, false, err)
	})
}

// requireAllowed asserts that something succeeded, or was refused for want of a right.
func requireAllowed(t *testing.T, allowed bool, err error) {
	t.Helper()
	if allowed {
		require.NoError(t, err)
		return
	}
	require.Error(t, err, "this must be refused")
	refused := errors.Is(err, parse.ErrForbidden) || errors.Is(err, parse.ErrObjectNotFound) || errors.Is(err, parse.ErrSessionMissing)
	require.True(t, refused, "%v", err)
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
