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
var promptTable = map[string]rights{
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
		m := matrix[*promptschema.Client]{admin: b.admin.Client, anonymous: b.anonymous, as: b.as, table: promptTable, requireWrite: requirePermitted,
			roles: func(name string) []string { return b.people[name].roles },
			// A nonconformity names nobody: its class opens to the roles, and a rule decides.
			owns: func(class string, roles []string) bool {
				return class != "NonConformance" || slices.Contains(roles, "auditor")
			}}
		for _, class := range b.classes(t) {
			t.Run(class.name, func(t *testing.T) { m.check(t, class) })
		}
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
