package conformance_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// requireBroken asserts that the server refused a save by exactly these rules.
func requireBroken(t *testing.T, err error, rules ...string) {
	t.Helper()
	var broken *isoaudit.PolicyError
	require.ErrorAs(t, err, &broken)
	require.ErrorIs(t, err, parse.ErrValidation)
	var found []string
	for _, v := range broken.Violations {
		found = append(found, v.Rule)
		require.NotEmpty(t, v.Message)
	}
	require.Equal(t, rules, found, "%v", err)
}

func TestAttacks(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		plan := save(t, b.admin.AuditPlans, b.plan(anna))
		finding := save(t, b.admin.AuditFindings, b.finding(plan, anna))
		others := save(t, b.admin.CorrectiveActions, b.action(finding, otto))
		mine := save(t, b.admin.CorrectiveActions, b.action(finding, anna))
		document := save(t, b.admin.DocumentControlLogs, b.document(otto, ada))
		auditors, actions, documents := isoaudit.AuditorFields, isoaudit.CorrectiveActionFields, isoaudit.DocumentControlLogFields
		open := parse.ACL{}.Grant(parse.Everyone, parse.Access{Read: true, Write: true})

		for name, attack := range map[string]func(ctx context.Context, t *testing.T){
			"signing up as a coordinator": func(ctx context.Context, t *testing.T) {
				mallory := b.auditor("mallory")
				mallory.Role = isoaudit.RoleCoordinator
				requireBroken(t, b.anonymous.Auditors.Create(ctx, mallory), "auditor-role-label")
				_, err := b.anonymous.LogIn(ctx, mallory.Username, "pass-mallory")
				require.ErrorIs(t, err, parse.ErrObjectNotFound, "nobody was signed up")
			},
			"signing up with a record that everyone may write": func(ctx context.Context, t *testing.T) {
				mallory := b.auditor("mallory")
				mallory.ACL = open
				requireBroken(t, b.anonymous.Auditors.Create(ctx, mallory), "acl-fixed")
			},
			"promoting oneself": func(ctx context.Context, t *testing.T) {
				requireBroken(t, b.as(anna).Auditors.Update(ctx, b.people[anna].id, auditors.Role.Set(isoaudit.RoleManager)), "auditor-role-label")
			},
			"a role label gives no authority": func(ctx context.Context, t *testing.T) {
				require.NoError(t, b.admin.Auditors.Update(ctx, b.people[nora].id, auditors.Role.Set(isoaudit.RoleCoordinator)))
				requireAllowed(t, false, b.as(nora).AuditPlans.Create(ctx, b.plan(nora)))
			},
			"joining a role": func(ctx context.Context, t *testing.T) {
				role := b.must(t, master, "POST", "/roles", `{"_method":"GET","where":{"name":"approver"}}`).list()[0]["objectId"].(string)
				body := `{"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"` + b.people[anna].id + `"}]}}`
				a := b.send(t, user(b.people[anna].token), "PUT", "/roles/"+role, body)
				require.Equal(t, 119, a.code(), "%s", a.body)
				a = b.send(t, user(b.people[anna].token), "POST", "/roles", `{"name":"mine","ACL":{}}`)
				require.Equal(t, 119, a.code(), "%s", a.body)
			},
			"editing another's action": func(ctx context.Context, t *testing.T) {
				requireAllowed(t, false, b.as(anna).CorrectiveActions.Update(ctx, others.ObjectID, actions.DueDate.Set(time.Now().AddDate(1, 0, 0))))
			},
			"taking over another's action": func(ctx context.Context, t *testing.T) {
				requireAllowed(t, false, b.as(anna).CorrectiveActions.Update(ctx, others.ObjectID, actions.Owner.Set(b.pointer(anna))))
			},
			"pushing one's action on to another": func(ctx context.Context, t *testing.T) {
				requireBroken(t, b.as(anna).CorrectiveActions.Update(ctx, mine.ObjectID, actions.Owner.Set(b.pointer(otto))), "action-owner-fixed")
			},
			"changing approvedBy without the role": func(ctx context.Context, t *testing.T) {
				for _, name := range []string{anna, otto, cora, mark, nora} {
					requireAllowed(t, false, b.as(name).DocumentControlLogs.Update(ctx, document.ObjectID, documents.ApprovedBy.Set(b.pointer(name))))
				}
			},
			"naming an approver without the role": func(ctx context.Context, t *testing.T) {
				requireBroken(t, b.as(ada).DocumentControlLogs.Update(ctx, document.ObjectID, documents.ApprovedBy.Set(b.pointer(cora))), "document-approver-role")
			},
			"approving one's own document": func(ctx context.Context, t *testing.T) {
				requireBroken(t, b.as(ada).DocumentControlLogs.Create(ctx, b.document(ada, ada)), "document-approver-differs")
			},
			"reading e-mail addresses": func(ctx context.Context, t *testing.T) {
				seen, err := b.as(anna).AuditPlans.Get(ctx, plan.ObjectID, isoaudit.AuditPlanFields.LeadAuditor)
				require.NoError(t, err)
				require.NotNil(t, seen)
				people, err := b.as(otto).Auditors.Query().Where(auditors.Username.Eq("cora-" + b.run)).Find(ctx)
				require.NoError(t, err)
				require.Len(t, people, 1)
				require.Empty(t, people[0].Email)
				_, err = b.as(otto).Auditors.Query().Where(auditors.Email.Eq("cora-" + b.run + "@example.com")).Find(ctx)
				require.ErrorIs(t, err, parse.ErrForbidden, "nor is it found out by asking")
				_, err = b.as(otto).Auditors.Query().Where(parse.Or(auditors.Email.Eq("cora-"+b.run+"@example.com"), auditors.Email.Eq("x"))).Find(ctx)
				b.differs(t, hiddenInOr, refusal(t, err, "is answered"))
				_, err = b.as(otto).Auditors.Query().OrderBy(auditors.Email.Asc()).Find(ctx)
				b.differs(t, hiddenOrder, refusal(t, err, "is answered"))
			},
			"an ACL that locks others out": func(ctx context.Context, t *testing.T) {
				action := b.action(finding, anna)
				action.ACL = parse.ACL{}.Grant(parse.User(b.people[anna].id), parse.Access{Read: true, Write: true})
				requireBroken(t, b.as(anna).CorrectiveActions.Create(ctx, action), "acl-fixed")
				requireBroken(t, b.as(anna).CorrectiveActions.Update(ctx, mine.ObjectID, actions.ACL.Set(parse.ACL{})), "acl-fixed")
			},
			"an ACL that opens a record to the public": func(ctx context.Context, t *testing.T) {
				requireBroken(t, b.as(anna).CorrectiveActions.Update(ctx, mine.ObjectID, actions.ACL.Set(open)), "acl-fixed")
				requireBroken(t, b.as(cora).CorrectiveActions.Update(ctx, mine.ObjectID, actions.ACL.Set(open)), "acl-fixed")
			},
			"unsetting the ACL": func(ctx context.Context, t *testing.T) {
				a := b.send(t, user(b.people[anna].token), "PUT", "/classes/CorrectiveAction/"+mine.ObjectID, `{"ACL":{"__op":"Delete"}}`)
				require.Equal(t, 142, a.code(), "%s", a.body)
			},
			"a due date in the past, however it is written": func(ctx context.Context, t *testing.T) {
				for _, iso := range []string{"2001-01-01", "2001-01-01T00:00Z", "2001-01-01T00:00:00Z", "2001-01-01T00:00:00.000+14:00", "2001-01-01T00:00:00,5Z", "2001-01-01T00:00:00"} {
					a := b.send(t, user(b.people[anna].token), "PUT", "/classes/CorrectiveAction/"+mine.ObjectID, `{"dueDate":{"__type":"Date","iso":"`+iso+`"}}`)
					require.Contains(t, []int{policy.ErrorCode, 111}, a.code(), "%s: %s", iso, a.body)
				}
			},
			// A Parse Server with any beforeSave logs the object, and ends where that fails.
			"values that no server can store": func(ctx context.Context, t *testing.T) {
				for _, value := range []string{
					`{"__type":"Date","iso":"tomorrow"}`, `{"__type":"Date"}`, `{"__type":"Pointer","className":"_User"}`,
					`{"deep":[{"__type":"Date","iso":"tomorrow"}]}`,
				} {
					a := b.send(t, user(b.people[anna].token), "PUT", "/classes/CorrectiveAction/"+mine.ObjectID, `{"dueDate":`+value+`}`)
					require.Equal(t, 111, a.code(), "%s: %s", value, a.body)
					a = b.send(t, identity{}, "POST", "/users", `{"username":"mallory","password":"p","email":"m@example.com","role":"auditor","siteCode":`+value+`}`)
					require.Equal(t, 111, a.code(), "%s: %s", value, a.body)
				}
			},
			"adding a column": func(ctx context.Context, t *testing.T) {
				a := b.send(t, user(b.people[anna].token), "PUT", "/classes/CorrectiveAction/"+mine.ObjectID, `{"fresh`+b.run+`":1}`)
				require.Equal(t, 119, a.code(), "%s", a.body)
			},
		} {
			t.Run(name, func(t *testing.T) { attack(t.Context(), t) })
		}

		t.Run("nothing has changed", func(t *testing.T) {
			for _, want := range []*isoaudit.CorrectiveAction{mine, others} {
				have, err := b.admin.CorrectiveActions.Get(t.Context(), want.ObjectID)
				require.NoError(t, err)
				require.Equal(t, want.Owner, have.Owner)
				require.Equal(t, want.Status, have.Status)
				require.Equal(t, want.ACL, have.ACL)
				require.True(t, want.UpdatedAt.Equal(have.UpdatedAt), "no write came through")
			}
		})
	})
}

// The violations of one save come together, and a whole life of a finding passes.
func TestWorkflow(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		plans, actions, documents := isoaudit.AuditPlanFields, isoaudit.CorrectiveActionFields, isoaudit.DocumentControlLogFields

		plan := save(t, b.as(cora).AuditPlans, b.plan(anna))
		twin := b.plan(anna)
		twin.AuditRef, twin.Status = plan.AuditRef, isoaudit.PlanClosed
		requireBroken(t, b.as(cora).AuditPlans.Create(ctx, twin), "plan-status-step", "audit-ref-unique")
		_, err := b.as(cora).Check(ctx, twin)
		requireBroken(t, err, "plan-status-step", "audit-ref-unique")

		lead := b.as(anna)
		require.NoError(t, lead.AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanInProgress)))
		finding := save(t, lead.AuditFindings, b.finding(plan, anna))
		action := save(t, lead.CorrectiveActions, b.action(finding, otto))
		require.NoError(t, lead.AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanCompleted)))
		err = lead.AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanClosed))
		requireBroken(t, err, "audit-closes-clean")
		require.ErrorContains(t, err, finding.FindingRef)

		owner := b.as(otto)
		require.NoError(t, owner.CorrectiveActions.Update(ctx, action.ObjectID, actions.Status.Set(isoaudit.CAPAInProgress)))
		require.NoError(t, owner.CorrectiveActions.Update(ctx, action.ObjectID, actions.Status.Set(isoaudit.CAPAPendingVerification)))
		err = b.as(cora).CorrectiveActions.Update(ctx, action.ObjectID, actions.Status.Set(isoaudit.CAPAClosed))
		requireBroken(t, err, "action-closing-note")
		var refused *parse.Error
		require.True(t, errors.As(err, &refused))
		require.Equal(t, action.ObjectID, refused.ObjectID)
		require.NoError(t, b.as(cora).CorrectiveActions.Update(ctx, action.ObjectID,
			actions.Status.Set(isoaudit.CAPAClosed), actions.VerificationNote.Set("Sampled 20 suppliers, all evaluated")))
		require.NoError(t, lead.AuditPlans.Update(ctx, plan.ObjectID, plans.Status.Set(isoaudit.PlanClosed)))
		requireBroken(t, lead.AuditFindings.Create(ctx, b.finding(plan, anna)), "audit-open-for-findings")

		first := b.document(otto, ada)
		first.Status = isoaudit.DocumentEffective
		require.NoError(t, b.as(ada).DocumentControlLogs.Create(ctx, first))
		second := b.document(otto, aaron)
		second.DocumentNumber, second.Revision, second.Status = first.DocumentNumber, "B", isoaudit.DocumentApproved
		require.NoError(t, b.as(ada).DocumentControlLogs.Create(ctx, second))
		require.NoError(t, b.as(ada).DocumentControlLogs.Update(ctx, second.ObjectID, documents.Status.Set(isoaudit.DocumentEffective)))
		old, err := b.as(mark).DocumentControlLogs.Get(ctx, first.ObjectID)
		require.NoError(t, err)
		require.Equal(t, isoaudit.DocumentSuperseded, old.Status, "in the same save")
		requireBroken(t, b.as(ada).DocumentControlLogs.Update(ctx, second.ObjectID, documents.DocumentTitle.Set("Buying")), "document-issued-frozen")
		old.DocumentTitle = "Buying"
		_, err = b.as(ada).Check(ctx, old)
		requireBroken(t, err, "document-issued-frozen")
	})
}
