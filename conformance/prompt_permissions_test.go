package conformance_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
)

// promptTable is who may do what with the four classes, by role. "own" stands for the
// user whom the object, or the audit of a nonconformity, names.
var promptTable = map[string]struct{ create, change []string }{
	"Audit":              {create: []string{"coordinator"}, change: []string{"coordinator", "own"}},
	"DocumentControlLog": {create: []string{"approver"}, change: []string{"approver"}},
	"NonConformance":     {create: []string{"coordinator", "own"}, change: []string{"coordinator", "own"}},
	"CAPA":               {create: []string{"auditor", "coordinator"}, change: []string{"coordinator", "own"}},
}

func (b *promptBackend) classes(t *testing.T) []class[*promptschema.Client] {
	found := save(t, b.admin.NonConformances, b.nonConformance(save(t, b.admin.Audits, b.audit(cora))))
	return []class[*promptschema.Client]{
		typed("Audit", func(c *promptschema.Client) *parse.Collection[promptschema.Audit] { return c.Audits },
			b.audit, func(a *promptschema.Audit) *parse.Object { return &a.Object },
			promptschema.AuditFields.ObjectID, promptschema.AuditFields.Notes),
		typed("DocumentControlLog", func(c *promptschema.Client) *parse.Collection[promptschema.DocumentControlLog] {
			return c.DocumentControlLogs
		},
			func(string) *promptschema.DocumentControlLog { return b.document(ada) },
			func(d *promptschema.DocumentControlLog) *parse.Object { return &d.Object },
			promptschema.DocumentControlLogFields.ObjectID, promptschema.DocumentControlLogFields.Title),
		typed("NonConformance", func(c *promptschema.Client) *parse.Collection[promptschema.NonConformance] { return c.NonConformances },
			func(owner string) *promptschema.NonConformance {
				return b.nonConformance(save(t, b.admin.Audits, b.audit(owner)))
			},
			func(n *promptschema.NonConformance) *parse.Object { return &n.Object },
			promptschema.NonConformanceFields.ObjectID, promptschema.NonConformanceFields.EvidenceNotes),
		typed("CAPA", func(c *promptschema.Client) *parse.Collection[promptschema.CAPA] { return c.CAPAs },
			func(owner string) *promptschema.CAPA { return b.capa(found, owner) },
			func(c *promptschema.CAPA) *parse.Object { return &c.Object },
			promptschema.CAPAFields.ObjectID, promptschema.CAPAFields.VerificationNotes),
	}
}

func TestPromptPermissionMatrix(t *testing.T) {
	onPromptBackends(t, func(t *testing.T, b *promptBackend) {
		for _, class := range b.classes(t) {
			t.Run(class.name, func(t *testing.T) { b.matrix(t, class) })
		}
	})
}

// matrix asserts every cell of one class: each person, each operation, on his own and on
// another's object.
func (b *promptBackend) matrix(t *testing.T, class class[*promptschema.Client]) {
	ctx, row := t.Context(), promptTable[class.name]
	others, err := class.create(ctx, b.admin.Client, otto)
	require.NoError(t, err)
	for _, name := range everyone {
		client, roles := b.as(name), b.people[name].roles
		// A nonconformity names nobody: its class opens to the roles, and a rule decides.
		owner := class.name != "NonConformance" || slices.Contains(roles, "auditor")
		may := func(allowed []string, own bool) bool {
			return own && owner && slices.Contains(allowed, "own") ||
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
				requirePermitted(t, may(row.change, own), class.change(ctx, client, id))
			})
			t.Run(name+" deletes "+which, func(t *testing.T) {
				requireAllowed(t, false, class.remove(ctx, client, id))
				require.NoError(t, class.get(ctx, b.admin.Client, id))
			})
		}
		t.Run(name+" creates his own", func(t *testing.T) {
			_, err := class.create(ctx, client, name)
			requirePermitted(t, may(row.create, true), err)
		})
		t.Run(name+" creates another's", func(t *testing.T) {
			_, err := class.create(ctx, client, map[bool]string{true: anna, false: otto}[name == otto])
			requirePermitted(t, may(row.create, false), err)
		})
	}
	t.Run("nobody without a session", func(t *testing.T) {
		_, err := class.find(ctx, b.anonymous, others)
		requireAllowed(t, false, err)
		requireAllowed(t, false, class.get(ctx, b.anonymous, others))
		requireAllowed(t, false, class.change(ctx, b.anonymous, others))
		requireAllowed(t, false, class.remove(ctx, b.anonymous, others))
		_, err = class.create(ctx, b.anonymous, otto)
		requirePermitted(t, false, err)
	})
}

// requirePermitted is requireAllowed where a rule may refuse in the place of the class: of
// a new object the servers ask the rules first (protocol section 2.3).
func requirePermitted(t *testing.T, allowed bool, err error) {
	t.Helper()
	if !allowed && errors.Is(err, parse.ErrValidation) {
		requireBroken(t, err, "nc-auditor-is-caller")
		return
	}
	requireAllowed(t, allowed, err)
}

func TestPromptUsers(t *testing.T) {
	onPromptBackends(t, func(t *testing.T, b *promptBackend) {
		ctx, fields := t.Context(), promptschema.UserFields
		for _, name := range everyone {
			client, me := b.as(name), b.people[name]
			for _, other := range everyone {
				seen, err := client.Users.Get(ctx, b.people[other].id)
				requireAllowed(t, len(me.roles) > 0 || other == name, err)
				if err == nil {
					mail := other == name || slices.Contains(me.roles, "coordinator") || slices.Contains(me.roles, "manager")
					require.Equal(t, mail, seen.Email != "", "%s sees the e-mail address of %s", name, other)
				}
				if other != name {
					requireAllowed(t, false, client.Users.Update(ctx, b.people[other].id, fields.Email.Set("x@example.com")))
				}
			}
			requireAllowed(t, false, client.Users.Delete(ctx, me.id))
		}
	})
}
