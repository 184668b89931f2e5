package isoaudit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestCreateRoleRequest(t *testing.T) {
	admin, s := adminOn(t, scripted.Reply(201, `{"objectId":"r1","createdAt":"2026-01-02T03:04:05.678Z"}`), scripted.Reply(200, `{"updatedAt":"2026-01-02T03:04:06.000Z"}`))
	acl := parse.ACL{}.Grant(parse.Everyone, parse.Access{Read: true})
	role, err := admin.CreateRole(t.Context(), "line leads", acl, isoaudit.RoleMembers{
		Users: []isoaudit.Pointer[isoaudit.Auditor]{isoaudit.PointerTo[isoaudit.Auditor]("u1")},
		Roles: []isoaudit.Pointer[isoaudit.Role]{isoaudit.PointerTo[isoaudit.Role]("r0")},
	})
	require.NoError(t, err)
	require.Equal(t, "r1", role.ObjectID)
	require.Equal(t, role.CreatedAt, role.UpdatedAt)
	require.Equal(t, isoaudit.PointerTo[isoaudit.Role]("r1"), role.Pointer())
	require.Equal(t, serverURL+"/classes/_Role", s.Sent[0].URL)
	require.JSONEq(t, `{"name":"line leads","ACL":{"*":{"read":true}},
		"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"u1"}]},
		"roles":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_Role","objectId":"r0"}]}}`, s.Sent[0].Body)

	// The route /roles does not heed request ids: a retry there could write twice.
	require.NoError(t, admin.Roles.Update(t.Context(), "r1", isoaudit.RoleFields.Name.Set("leads")))
	require.Equal(t, serverURL+"/classes/_Role/r1", s.Sent[1].URL)
	require.NotEmpty(t, s.Sent[1].Header.Get("X-Parse-Request-Id"))
}

func TestCreateRoleChecksItsInput(t *testing.T) {
	admin, _ := adminOn(t)
	acl := parse.ACL{}
	for field, create := range map[string]func() error{
		"name": func() error { _, err := admin.CreateRole(t.Context(), "a/b", acl, isoaudit.RoleMembers{}); return err },
		"ACL": func() error {
			_, err := admin.CreateRole(t.Context(), "leads", nil, isoaudit.RoleMembers{})
			return err
		},
		"users": func() error { return zeroMember(t, admin) },
	} {
		var mistake *parse.InputError
		require.ErrorAs(t, create(), &mistake, field)
		require.Equal(t, "_Role", mistake.Class)
		require.Contains(t, mistake.Error(), field)
	}
	var nobody *isoaudit.Client
	_, err := nobody.CreateRole(t.Context(), "leads", acl, isoaudit.RoleMembers{})
	require.ErrorContains(t, err, "nil")
}

func zeroMember(t *testing.T, admin *isoaudit.Admin) error {
	_, err := admin.CreateRole(t.Context(), "leads", parse.ACL{}, isoaudit.RoleMembers{Users: make([]isoaudit.Pointer[isoaudit.Auditor], 1)})
	return err
}

// A role of the factory's own gives its members, and those of roles nested in
// it, what its name is granted; taken out again, they lose it.
func TestRolesGrantWhatTheirNameIsGranted(t *testing.T) {
	server := audittest.NewServer(t)
	ctx := t.Context()
	coordinator, guest := server.As(isoaudit.RoleCoordinator), server.As("")
	nobody := parse.ACL{}

	inner, err := server.Admin.CreateRole(ctx, "line 3", nobody, isoaudit.RoleMembers{Users: []isoaudit.Pointer[isoaudit.Auditor]{guest.Auditor.Pointer()}})
	require.NoError(t, err)
	outer, err := server.Admin.CreateRole(ctx, "lines", nobody, isoaudit.RoleMembers{})
	require.NoError(t, err)
	_, err = server.Admin.CreateRole(ctx, "lines", nobody, isoaudit.RoleMembers{})
	require.ErrorIs(t, err, parse.ErrDuplicateValue)

	plan := newPlan(coordinator.Auditor.Pointer())
	plan.ACL = parse.ACL{}.Grant(parse.RoleNamed("lines"), parse.Access{Read: true}).
		Grant(parse.RoleNamed("coordinator"), parse.Access{Read: true, Write: true})
	require.NoError(t, server.Admin.AuditPlans.Create(ctx, plan))

	_, err = guest.AuditPlans.Get(ctx, plan.ObjectID)
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	require.NoError(t, server.Admin.Roles.Update(ctx, outer.ObjectID, isoaudit.RoleFields.Roles.Add(inner.Pointer())))
	_, err = guest.AuditPlans.Get(ctx, plan.ObjectID)
	require.NoError(t, err)

	members, err := server.Admin.Auditors.Query().Where(isoaudit.RoleFields.Users.MembersOf(inner.Pointer())).Find(ctx)
	require.NoError(t, err)
	require.Len(t, members, 1)
	require.Equal(t, guest.Auditor.ObjectID, members[0].ObjectID)
	found, err := server.Admin.Roles.Query().Where(isoaudit.RoleFields.Roles.Has(inner.Pointer())).Find(ctx)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "lines", found[0].Name)

	require.NoError(t, server.Admin.Roles.Update(ctx, inner.ObjectID, isoaudit.RoleFields.Users.Remove(guest.Auditor.Pointer())))
	_, err = guest.AuditPlans.Get(ctx, plan.ObjectID)
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	require.NoError(t, server.Admin.Roles.Delete(ctx, outer.ObjectID))
	_, err = server.Admin.Roles.Get(ctx, outer.ObjectID)
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
}

func newPlan(lead isoaudit.Pointer[isoaudit.Auditor]) *isoaudit.AuditPlan {
	return &isoaudit.AuditPlan{
		AuditRef: "IA-2026-001", StandardClause: "8.5", Scope: "Assembly of pumps", SiteCode: "PLANT-07",
		LeadAuditor: lead, PlannedStartDate: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Status: isoaudit.PlanPlanned,
	}
}
