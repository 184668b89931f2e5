package schema_test

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/stretchr/testify/require"
)

// server is what a Parse Server would answer: what was asked for, as read back
// from JSON, with the columns and classes that it adds by itself.
func server(t *testing.T) schema.Schema {
	t.Helper()
	out, err := json.Marshal(schema.ISO9001())
	require.NoError(t, err)
	var s schema.Schema
	require.NoError(t, json.Unmarshal(out, &s))
	for _, class := range s.Classes {
		class.Fields["ACL"] = schema.Field{Type: schema.ACL}
		if class.Name == "_User" {
			class.Fields["authData"] = schema.Field{Type: schema.Object}
			class.Fields["emailVerified"] = schema.Field{Type: schema.Boolean}
		}
	}
	s.Classes = append(s.Classes, schema.Class{Name: "_Session", Fields: map[string]schema.Field{"user": {Type: schema.Pointer, TargetClass: "_User"}}})
	return s
}

func TestSameSchemaIsAnEmptyPlan(t *testing.T) {
	plan := schema.Diff(schema.ISO9001(), server(t))
	require.NoError(t, plan.Drift())
	require.Empty(t, plan.Steps)
	require.Empty(t, plan.Warnings)
	require.Equal(t, "no difference\n", plan.String())
}

func TestEveryKindOfDriftIsNamed(t *testing.T) {
	capa := func(s *schema.Schema) *schema.Class {
		for i := range s.Classes {
			if s.Classes[i].Name == "CorrectiveAction" {
				return &s.Classes[i]
			}
		}
		t.Fatal("no CorrectiveAction")
		return nil
	}
	for name, tc := range map[string]struct {
		change  func(*schema.Schema)
		options []schema.PlanOption
		want    string // in the drift's text
		steps   int
	}{
		"missing class":     {func(s *schema.Schema) { s.Classes = slices.Delete(s.Classes, 5, 6) }, nil, "add class AuditReview", 1},
		"missing column":    {func(s *schema.Schema) { delete(capa(s).Fields, "dueDate") }, nil, "add column CorrectiveAction.dueDate", 1},
		"missing index":     {func(s *schema.Schema) { delete(capa(s).Indexes, "CorrectiveAction_ref") }, nil, "add index CorrectiveAction.CorrectiveAction_ref", 1},
		"missing role":      {func(s *schema.Schema) { s.Roles = s.Roles[1:] }, nil, "add role coordinator", 1},
		"options of column": {func(s *schema.Schema) { capa(s).Fields["dueDate"] = schema.Field{Type: schema.Date} }, nil, "change column CorrectiveAction.dueDate", 1},
		"type of column":    {func(s *schema.Schema) { capa(s).Fields["dueDate"] = schema.Field{Type: schema.String} }, nil, "change column CorrectiveAction.dueDate", 0},
		"columns of index":  {func(s *schema.Schema) { capa(s).Indexes["CorrectiveAction_ref"] = schema.Index{{Field: "status"}} }, nil, "change index CorrectiveAction.CorrectiveAction_ref", 2},
		"open permission":   {func(s *schema.Schema) { capa(s).Permissions.Delete = schema.Grant{Public: true} }, nil, "change permissions CorrectiveAction", 1},
		"default ACL":       {func(s *schema.Schema) { capa(s).Permissions.DefaultACL["*"] = schema.Access{Read: true} }, nil, "change permissions CorrectiveAction", 1},
		"no permissions":    {func(s *schema.Schema) { capa(s).Permissions = nil }, nil, "change permissions CorrectiveAction", 1},
		"nesting of role":   {func(s *schema.Schema) { s.Roles[3].Roles = nil }, nil, "change role auditor", 1},
		"ACL of role":       {func(s *schema.Schema) { s.Roles[0].ACL["*"] = schema.Access{Write: true} }, nil, "change role coordinator", 1},
		"open roles":        {func(s *schema.Schema) { s.RolePermissions = nil }, nil, "change permissions _Role", 1},
		"unexpected class":  {func(s *schema.Schema) { s.Classes = append(s.Classes, schema.Class{Name: "Extra"}) }, nil, "unexpected class Extra", 0},
		"unexpected column": {func(s *schema.Schema) { capa(s).Fields["extra"] = schema.Field{Type: schema.String} }, nil, "unexpected column CorrectiveAction.extra", 0},
		"unexpected index":  {func(s *schema.Schema) { capa(s).Indexes["extra"] = schema.Index{{Field: "status"}} }, nil, "unexpected index CorrectiveAction.extra", 0},
		"unexpected role":   {func(s *schema.Schema) { s.Roles = append(s.Roles, schema.Role{Name: "guest"}) }, nil, "unexpected role guest", 0},
		"class to be dropped": {func(s *schema.Schema) { s.Classes = append(s.Classes, schema.Class{Name: "Extra"}) },
			[]schema.PlanOption{schema.DropClass("Extra")}, "drop class Extra", 1},
		"column to be dropped": {func(s *schema.Schema) { capa(s).Fields["extra"] = schema.Field{Type: schema.String} },
			[]schema.PlanOption{schema.DropField("CorrectiveAction", "extra")}, "drop column CorrectiveAction.extra", 1},
		"index to be dropped": {func(s *schema.Schema) { capa(s).Indexes["extra"] = schema.Index{{Field: "status"}} },
			[]schema.PlanOption{schema.DropIndex("CorrectiveAction", "extra")}, "drop index CorrectiveAction.extra", 1},
	} {
		t.Run(name, func(t *testing.T) {
			have := server(t)
			tc.change(&have)
			plan := schema.Diff(schema.ISO9001(), have, tc.options...)
			err := plan.Drift()
			require.ErrorIs(t, err, schema.ErrDrift)
			require.ErrorContains(t, err, tc.want)
			require.Len(t, plan.Steps, tc.steps)
			require.NotContains(t, plan.String(), "no difference")
		})
	}
}

func TestNothingDescribedIsDroppedEvenByName(t *testing.T) {
	plan := schema.Diff(schema.ISO9001(), server(t),
		schema.DropClass("AuditPlan"), schema.DropField("AuditPlan", "scope"),
		schema.DropIndex("AuditPlan", "AuditPlan_ref"), schema.DropClass("_Session"))
	require.Empty(t, plan.Steps)
}

func TestAChangeSendsWholeDefinitions(t *testing.T) {
	have := server(t)
	class, _ := have.Class("AuditPlan")
	class.Fields["scope"] = schema.Field{Type: schema.String}
	class.Permissions.Find = schema.Grant{Public: true}

	plan := schema.Diff(schema.ISO9001(), have)
	require.Len(t, plan.Steps, 1)
	body, err := json.Marshal(plan.Steps[0].Delta)
	require.NoError(t, err)
	var sent struct {
		Fields      map[string]map[string]any `json:"fields"`
		Permissions map[string]any            `json:"classLevelPermissions"`
	}
	require.NoError(t, json.Unmarshal(body, &sent))
	require.Equal(t, map[string]map[string]any{"scope": {"type": "String", "required": true}}, sent.Fields)
	for _, op := range []string{"find", "get", "count", "create", "update", "delete", "addField", "ACL"} {
		require.Contains(t, sent.Permissions, op)
	}
}

func TestReplacingAnIndexDropsItFirst(t *testing.T) {
	have := server(t)
	class, _ := have.Class("AuditPlan")
	class.Indexes["AuditPlan_ref"] = schema.Index{{Field: "status"}}
	plan := schema.Diff(schema.ISO9001(), have)
	require.Len(t, plan.Steps, 2)
	first, err := json.Marshal(plan.Steps[0].Delta)
	require.NoError(t, err)
	require.JSONEq(t, `{"className":"AuditPlan","indexes":{"AuditPlan_ref":{"__op":"Delete"}}}`, string(first))
	second, err := json.Marshal(plan.Steps[1].Delta)
	require.NoError(t, err)
	require.JSONEq(t, `{"className":"AuditPlan","indexes":{"AuditPlan_ref":{"auditRef":1}}}`, string(second))
}

func TestEmptyServerGetsRolesBeforeClasses(t *testing.T) {
	plan := schema.Diff(schema.ISO9001(), schema.Schema{})
	var actions []schema.Action
	for _, step := range plan.Steps {
		actions = append(actions, step.Action)
	}
	require.Equal(t, []schema.Action{
		schema.UpdateClass, // _Role is closed before anyone can take a name
		schema.PutRole, schema.PutRole, schema.PutRole, schema.PutRole,
		schema.CreateClass, schema.UpdateClass, // _User, then the columns that are its own
		schema.CreateClass, schema.CreateClass, schema.CreateClass, schema.CreateClass, schema.CreateClass,
		schema.CreateClass, // AuditTrail
	}, actions)
	require.Equal(t, "auditor", plan.Steps[4].Role.Name, "a role comes after its children")
}

func TestParseServersDefaultsAreNoDrift(t *testing.T) {
	const shown = `{"results":[{"className":"Checklist","fields":{},"classLevelPermissions":{"find":{"*":true},"get":{"*":true},"count":{"*":true},` +
		`"create":{"*":true},"update":{"*":true},"delete":{"*":true},"addField":{"*":true},"protectedFields":{"*":[]},"ACL":{"*":{"read":true,"write":true}}},` +
		`"indexes":{"_id_":{"_id":1}}}]}`
	var have schema.Schema
	require.NoError(t, json.Unmarshal([]byte(shown), &have))
	plan := schema.Diff(schema.Schema{Classes: []schema.Class{{Name: "Checklist"}}}, have)
	require.NoError(t, plan.Drift())
}

func TestPublicPermissionsAreWarnedOf(t *testing.T) {
	open := schema.Schema{Classes: []schema.Class{{Name: "Checklist"}}}
	plan := schema.Diff(open, open)
	require.NoError(t, plan.Drift())
	require.Contains(t, plan.Warnings, "Checklist: everyone, without a session, may delete")
	require.Contains(t, plan.String(), "warning")
}
