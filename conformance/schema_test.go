package conformance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestApplyingTheSchemaTwiceChangesNothing(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) { // the first time is the backend's own
		ctx := t.Context()
		plan, err := b.admin.PlanSchema(ctx, schema.ISO9001())
		require.NoError(t, err)
		require.Empty(t, plan.Changes)
		require.Empty(t, plan.Steps)
		before, err := b.admin.Schema(ctx)
		require.NoError(t, err)
		_, err = b.admin.ApplySchema(ctx, schema.ISO9001())
		require.NoError(t, err)
		after, err := b.admin.Schema(ctx)
		require.NoError(t, err)
		require.Equal(t, before, after)
	})
}

// Whether the server's classes or its Cloud Code give it: on every version a new
// object has the ACL that the schema wants, whoever creates it, and keeps it.
func TestNewObjectsHaveTheACLOfTheirClass(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		plan := save(t, b.as(cora).AuditPlans, b.plan(anna))
		finding := save(t, b.admin.AuditFindings, b.finding(plan, anna))
		action := save(t, b.as(anna).CorrectiveActions, b.action(finding, anna))
		document := save(t, b.as(ada).DocumentControlLogs, b.document(otto, aaron))
		review := save(t, b.as(mark).AuditReviews, b.review(plan, mark))
		require.NoError(t, b.as(anna).CorrectiveActions.Update(ctx, action.ObjectID, isoaudit.CorrectiveActionFields.ActionDescription.Set("clearer")))
		auditor := b.people[otto].id
		require.NoError(t, b.admin.Auditors.Update(ctx, auditor, isoaudit.AuditorFields.SiteCode.Set("LAB-01")))

		for class, id := range map[string]string{
			"AuditPlan": plan.ObjectID, "AuditFinding": finding.ObjectID, "CorrectiveAction": action.ObjectID,
			"DocumentControlLog": document.ObjectID, "AuditReview": review.ObjectID, schema.UserClass: auditor,
		} {
			wanted, _ := b.schema().Class(class)
			acl := map[string]any{}
			for subject, access := range wanted.Permissions.DefaultACL {
				entry := map[string]any{}
				if access.Read {
					entry["read"] = true
				}
				if access.Write {
					entry["write"] = true
				}
				acl[subject] = entry
			}
			if class == schema.UserClass {
				acl[id] = map[string]any{"read": true, "write": true} // of himself
			}
			require.Equal(t, acl, b.must(t, master, "GET", "/classes/"+class+"/"+id, "").json["ACL"], class)
		}
		require.NoError(t, b.as(otto).Auditors.Update(ctx, auditor, isoaudit.AuditorFields.SiteCode.Set("PLANT-07")), "he may still change himself")
	})
}

// The Cloud Code of a Parse Server says what it does; auditserver has none.
func TestCloudCodeTellsTheACLsItGives(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		code, err := b.admin.CloudCode(t.Context())
		if b.server == conformance.AuditServer {
			require.ErrorIs(t, err, parse.ErrScriptFailed)
			return
		}
		require.NoError(t, err)
		require.Positive(t, code.Version)
		for _, class := range b.schema().Classes {
			require.Equal(t, class.Permissions.DefaultACL, code.ACLs[class.Name], class.Name)
		}
	})
}

// A drift of each kind, made by hand, is reported by its name and mended; what the
// schema does not describe stays until it is dropped by name.
func TestDriftByHand(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		type drift struct {
			name, method, path, body string
			reported                 string
			mends                    bool
			options                  []schema.PlanOption
		}
		const capa = "/schemas/CorrectiveAction"
		extra := b.name("Extra")
		for _, d := range []drift{
			{name: "a column's options erased", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","fields":{"dueDate":{"type":"Date"}}}`,
				reported: "change column CorrectiveAction.dueDate", mends: true},
			{name: "permissions opened", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","classLevelPermissions":` + openCLP + `}`,
				reported: "change permissions CorrectiveAction", mends: true},
			{name: "permissions half sent", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","classLevelPermissions":{"find":{"requiresAuthentication":true}}}`,
				reported: "change permissions CorrectiveAction", mends: true},
			{name: "an index dropped", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","indexes":{"CorrectiveAction_ref":{"__op":"Delete"}}}`,
				reported: "add index CorrectiveAction.CorrectiveAction_ref", mends: true},
			{name: "an index of a pointer dropped", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","indexes":{"CorrectiveAction_finding":{"__op":"Delete"}}}`,
				reported: "add index CorrectiveAction.CorrectiveAction_finding", mends: true},
			{name: "a column dropped", method: "PUT", path: "/schemas/AuditReview", body: `{"className":"AuditReview","fields":{"nextStep":{"__op":"Delete"}}}`,
				reported: "add column AuditReview.nextStep", mends: true},
			{name: "the roles opened", method: "PUT", path: "/schemas/_Role", body: `{"className":"_Role","classLevelPermissions":` + openCLP + `}`,
				reported: "change permissions _Role", mends: true},
			{name: "a column of somebody's own", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","fields":{"costs":{"type":"Number"}}}`,
				reported: "unexpected column CorrectiveAction.costs", options: []schema.PlanOption{schema.DropField("CorrectiveAction", "costs")}},
			{name: "an index of somebody's own", method: "PUT", path: capa, body: `{"className":"CorrectiveAction","indexes":{"` + b.name("own_") + `":{"status":1}}}`,
				reported: "unexpected index CorrectiveAction." + b.name("own_"), options: []schema.PlanOption{schema.DropIndex("CorrectiveAction", b.name("own_"))}},
			{name: "a class of somebody's own", method: "POST", path: "/schemas/" + extra, body: `{"className":"` + extra + `","fields":{"a":{"type":"String"}}}`,
				reported: "unexpected class " + extra, options: []schema.PlanOption{schema.DropClass(extra)}},
		} {
			t.Run(d.name, func(t *testing.T) { b.drift(t, d.method, d.path, d.body, d.reported, d.mends, d.options) })
		}
		t.Run("a role's nesting undone", func(t *testing.T) {
			role := func(name string) string {
				return b.must(t, master, "POST", "/roles", `{"_method":"GET","where":{"name":"`+name+`"}}`).list()[0]["objectId"].(string)
			}
			b.drift(t, "PUT", "/roles/"+role("auditor"), `{"roles":{"__op":"RemoveRelation","objects":[{"__type":"Pointer","className":"_Role","objectId":"`+
				role("coordinator")+`"}]}}`, "change role auditor", true, nil)
		})
		t.Run("a role opened", func(t *testing.T) {
			id := b.must(t, master, "POST", "/roles", `{"_method":"GET","where":{"name":"manager"}}`).list()[0]["objectId"].(string)
			b.drift(t, "PUT", "/roles/"+id, `{"ACL":{"*":{"read":true,"write":true}}}`, "change role manager", true, nil)
		})
		t.Run("a role of somebody's own", func(t *testing.T) {
			made := b.must(t, master, "POST", "/roles", `{"name":"`+b.name("guest")+`","ACL":{}}`).text("objectId")
			plan, err := b.admin.PlanSchema(t.Context(), b.wanted(t))
			require.NoError(t, err)
			require.ErrorContains(t, plan.Drift(), "unexpected role "+b.name("guest"))
			b.must(t, master, "DELETE", "/roles/"+made, "")
		})
		t.Run("a column of another type", func(t *testing.T) {
			want := b.wanted(t)
			class, _ := want.Class("AuditPlan")
			class.Fields["scope"] = schema.Field{Type: schema.Number, Required: true}
			class.Fields["fresh"] = schema.Field{Type: schema.String}
			_, err := b.admin.ApplySchema(t.Context(), want)
			require.ErrorIs(t, err, parse.ErrSchemaDrift)
			require.ErrorContains(t, err, "AuditPlan.scope")
			have, err := b.admin.Schema(t.Context())
			require.NoError(t, err)
			present, _ := have.Class("AuditPlan")
			require.NotContains(t, present.Fields, "fresh", "nothing was changed")
		})
	})
}

// drift makes one by hand and asserts that it is reported and mended.
func (b *backend) drift(t *testing.T, method, path, body, reported string, mends bool, options []schema.PlanOption) {
	ctx := t.Context()
	b.must(t, master, method, path, body)
	plan, err := b.admin.PlanSchema(ctx, b.wanted(t))
	require.NoError(t, err)
	require.ErrorIs(t, plan.Drift(), parse.ErrSchemaDrift)
	require.ErrorContains(t, plan.Drift(), reported)
	_, err = b.admin.ApplySchema(ctx, b.wanted(t))
	require.NoError(t, err)
	plan, err = b.admin.PlanSchema(ctx, b.wanted(t))
	require.NoError(t, err)
	if !mends {
		require.ErrorContains(t, plan.Drift(), reported, "nothing is dropped that was not named")
		_, err = b.admin.ApplySchema(ctx, b.wanted(t), options...)
		require.NoError(t, err)
		plan, err = b.admin.PlanSchema(ctx, b.wanted(t))
		require.NoError(t, err)
	}
	require.NoError(t, plan.Drift())
}

// wanted is the ISO 9001 schema and, on a shared server, the classes and roles
// that are not this test's.
func (b *backend) wanted(t *testing.T) schema.Schema {
	t.Helper()
	want := b.schema()
	for _, class := range b.before.Classes {
		if _, ok := want.Class(class.Name); !ok && !strings.HasPrefix(class.Name, "_") {
			want.Classes = append(want.Classes, class)
		}
	}
	for _, role := range b.before.Roles {
		if role.Name != "auditor" && role.Name != "coordinator" && role.Name != "manager" && role.Name != "approver" {
			want.Roles = append(want.Roles, role)
		}
	}
	return want
}
