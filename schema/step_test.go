package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

func TestStepsAreSplitSoThatNoClassIsOpen(t *testing.T) {
	plan := schema.Diff(schema.ISO9001(), schema.Schema{})
	var step schema.Step
	for _, s := range plan.Steps {
		if s.Delta.Class == "AuditPlan" {
			step = s
		}
	}
	parts := step.Parts()
	require.Equal(t, schema.CreateClass, parts[0].Action)
	require.NotNil(t, parts[0].Delta.Permissions)
	require.Len(t, parts[0].Delta.Fields, 1)
	require.Contains(t, parts[0].Delta.Fields, "leadAuditor", "the permissions name it")

	var names []string
	for _, part := range parts[1:] {
		require.Nil(t, part.Delta.Permissions)
		names = append(names, part.String())
	}
	require.Equal(t, []string{
		"update class AuditPlan, column auditRef", "update class AuditPlan, column plannedStartDate",
		"update class AuditPlan, column scope", "update class AuditPlan, column siteCode",
		"update class AuditPlan, column standardClause", "update class AuditPlan, column status",
		"update class AuditPlan, index AuditPlan_ref", "update class AuditPlan, index AuditPlan_start_site",
	}, names)
}

func TestAnUpdateIsSplitWithItsPermissionsLast(t *testing.T) {
	permissions := &schema.Permissions{ProtectedFields: map[string][]string{"*": {"secret"}}}
	step := schema.Step{Action: schema.UpdateClass, Delta: schema.Delta{Class: "Task", Permissions: permissions,
		Fields: map[string]schema.FieldChange{"secret": {Field: schema.Field{Type: schema.String}}}}}
	parts := step.Parts()
	require.Len(t, parts, 2)
	require.Equal(t, "update class Task", step.String())
	require.Equal(t, "update class Task, column secret", parts[0].String())
	require.Equal(t, "update class Task, permissions", parts[1].String())
	require.Same(t, permissions, parts[1].Delta.Permissions)

	role := schema.Step{Action: schema.PutRole, Role: schema.Role{Name: "auditor"}}
	require.Equal(t, []schema.Step{role}, role.Parts())
	require.Equal(t, "put role auditor", role.String())
}
