package conformance_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// The literal class Auditor, for who pasted the schema as it is: people log in as
// users, and a row of Auditor that a coordinator writes says who they are. Pointers
// to it are not pointers to users, so whoever may create may change.
func TestLiteralAuditorClass(t *testing.T) {
	t.Run(string(conformance.AuditServer), func(t *testing.T) { literalAuditorClass(t, embeddedTarget(t)) })
	if tg, ok := realTarget(t); ok {
		t.Run(string(tg.server), func(t *testing.T) { literalAuditorClass(t, tg) })
	}
}

func literalAuditorClass(t *testing.T, tg target) {
	b := applyBackend(t, tg, "Auditor")
	ctx := t.Context()

	t.Run("schema", func(t *testing.T) {
		_, found := b.before.Class("Auditor")
		require.False(t, found, "the server had the class: what follows would prove nothing")
		require.Equal(t, "Auditor", b.anonymous.ClassName(&isoaudit.Auditor{}))
		plan, err := b.admin.PlanSchema(ctx, b.wanted(t))
		require.NoError(t, err)
		require.NoError(t, plan.Drift(), "the second plan is empty")
		have, err := b.admin.Schema(ctx)
		require.NoError(t, err)
		for class, pointer := range map[string]string{"AuditPlan": "leadAuditor", "AuditFinding": "reportedBy", "CorrectiveAction": "owner", "AuditReview": "reviewedBy"} {
			present, ok := have.Class(class)
			require.True(t, ok, class)
			require.Equal(t, schema.Field{Type: schema.Pointer, TargetClass: "Auditor", Required: true}, present.Fields[pointer], class)
			require.Empty(t, present.Permissions.Update.PointerFields, class)
			require.ElementsMatch(t, present.Permissions.Create.Roles, present.Permissions.Update.Roles, class)
		}
		b.drift(t, "PUT", "/schemas/Auditor", `{"className":"Auditor","fields":{"siteCode":{"__op":"Delete"}}}`, "add column Auditor.siteCode", true, nil)
		b.drift(t, "PUT", "/schemas/Auditor", `{"className":"Auditor","classLevelPermissions":`+openCLP+`}`, "change permissions Auditor", true, nil)
	})

	b.joinLiteral(t, cora, isoaudit.RoleCoordinator)
	b.joinLiteral(t, anna, isoaudit.RoleAuditor)
	b.joinLiteral(t, otto, isoaudit.RoleAuditor)
	b.joinLiteral(t, ada, isoaudit.RoleApprover)

	t.Run("auditors", func(t *testing.T) { b.literalAuditors(ctx, t) })
	t.Run("workflow", func(t *testing.T) { b.literalWorkflow(ctx, t) })
}

// joinLiteral signs a user up and has the administrator write the auditor he is.
func (b *backend) joinLiteral(t *testing.T, name string, role isoaudit.AuditorRole) {
	t.Helper()
	auditor := b.auditor(name)
	user := b.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"pass-%s"}`, auditor.Username, name)).text("objectId")
	b.grant(t, string(role), user)
	session, err := b.anonymous.LogIn(t.Context(), auditor.Username, "pass-"+name)
	require.NoError(t, err)
	auditor.Role = role
	save(t, b.admin.Auditors, auditor)
	b.people[name] = person{user, auditor.ObjectID, b.anonymous.As(session), session.Token(), []string{string(role)}}
}

func (b *backend) literalAuditors(ctx context.Context, t *testing.T) {
	role := isoaudit.AuditorFields.Role
	requireAllowed(t, false, b.anonymous.Auditors.Create(ctx, b.auditor("zoe")))
	requireAllowed(t, false, b.as(anna).Auditors.Create(ctx, b.auditor("zoe")))
	requireAllowed(t, false, b.as(anna).Auditors.Update(ctx, b.people[anna].auditor, role.Set(isoaudit.RoleApprover)))
	requireAllowed(t, false, b.as(anna).Auditors.Delete(ctx, b.people[otto].auditor))

	wrong := b.auditor("zoe")
	wrong.Role = "root"
	requireBroken(t, b.as(cora).Auditors.Create(ctx, wrong), "auditor-role-known")
	_, err := b.as(cora).Check(ctx, wrong)
	requireBroken(t, err, "auditor-role-known")
	zoe := save(t, b.as(cora).Auditors, b.auditor("zoe"))
	requireBroken(t, b.as(cora).Auditors.Update(ctx, zoe.ObjectID, role.Set("Approver")), "auditor-role-known")
	require.NoError(t, b.as(cora).Auditors.Update(ctx, zoe.ObjectID, role.Set(isoaudit.RoleManager)))
	requireBroken(t, b.as(cora).Auditors.Update(ctx, zoe.ObjectID, isoaudit.AuditorFields.ACL.Set(parse.ACL{})), "acl-fixed")

	for reader, email := range map[string]string{anna: "", cora: zoe.Email} {
		seen, err := b.as(reader).Auditors.Get(ctx, zoe.ObjectID)
		require.NoError(t, err)
		require.Equal(t, email, seen.Email, reader)
		require.Empty(t, seen.Password, "nobody reads it")
		require.Equal(t, zoe.Username, seen.Username)
	}
}

func (b *backend) literalWorkflow(ctx context.Context, t *testing.T) {
	plans, actions, documents := isoaudit.AuditPlanFields, isoaudit.CorrectiveActionFields, isoaudit.DocumentControlLogFields

	plan := save(t, b.as(cora).AuditPlans, b.plan(anna))
	require.NoError(t, b.as(cora).AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanInProgress)))
	seen, err := b.as(otto).AuditPlans.Get(ctx, plan.ObjectID, plans.LeadAuditor)
	require.NoError(t, err)
	lead, ok := seen.LeadAuditor.Get()
	require.True(t, ok, "the lead auditor is included")
	require.Equal(t, "anna-"+b.run, lead.Username)
	found, err := b.as(otto).AuditPlans.Query().Where(plans.LeadAuditor.Eq(b.pointer(anna))).Find(ctx)
	require.NoError(t, err)
	require.Len(t, found, 1)

	finding := save(t, b.as(anna).AuditFindings, b.finding(plan, anna))
	action := save(t, b.as(anna).CorrectiveActions, b.action(finding, otto))
	requireBroken(t, b.as(otto).CorrectiveActions.Update(ctx, action.ObjectID, actions.Owner.Set(b.pointer(anna))), "action-owner-fixed")
	requireAllowed(t, false, b.as(ada).CorrectiveActions.Update(ctx, action.ObjectID, actions.DueDate.Set(action.DueDate)))
	require.NoError(t, b.as(otto).CorrectiveActions.Update(ctx, action.ObjectID, actions.Status.Set(isoaudit.CAPAInProgress)))
	require.NoError(t, b.as(otto).CorrectiveActions.Update(ctx, action.ObjectID, actions.Status.Set(isoaudit.CAPAPendingVerification)))
	require.NoError(t, b.as(cora).AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanCompleted)))
	requireBroken(t, b.as(cora).AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanClosed)), "audit-closes-clean")
	require.NoError(t, b.as(cora).CorrectiveActions.Update(ctx, action.ObjectID,
		actions.Status.Set(isoaudit.CAPAClosed), actions.VerificationNote.Set("Sampled 20 suppliers, all evaluated")))
	require.NoError(t, b.as(cora).AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanClosed)))

	// The label of the auditor counts here, since a pointer to him names no user.
	requireBroken(t, b.as(ada).DocumentControlLogs.Create(ctx, b.document(anna, otto)), "document-approver-role")
	document := save(t, b.as(ada).DocumentControlLogs, b.document(anna, ada))
	requireBroken(t, b.as(ada).DocumentControlLogs.Update(ctx, document.ObjectID, documents.Owner.Set(b.pointer(ada))), "document-approver-differs")
}
