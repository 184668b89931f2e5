package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

func TestServerKnowsItsVersion(t *testing.T) {
	for version, keeps := range map[string]bool{
		"5.6.0": false, "7.5.4": false, "8.6.94": false, "9.2.0": false, "9.2.1-alpha.3": false,
		"9.3.0": true, "9.10.0": true, "10.0.0": true, "": true, "custom": true,
	} {
		require.Equal(t, keeps, schema.Server{Version: version}.KeepsDefaultACL(), version)
	}
	require.True(t, schema.Server{Version: "4.10.4"}.Before(5, 0))
	require.False(t, schema.Server{Version: "5.0.0-beta.1"}.Before(5, 0))
}

// On some versions whoever may find finds out what he cannot see.
func TestColumnsThatAreNotKeptHiddenAreWarnedOf(t *testing.T) {
	for version, hidden := range map[string]bool{
		"5.6.0": false, "7.5.4": false, "8.6.31": false, "8.6.32": true, "9.0.0": false, "9.5.1": false, "9.6.0": true, "9.10.0": true,
	} {
		plan := schema.Diff(schema.ISO9001(), older(t), schema.OnServer(schema.Server{Version: version}))
		require.Equal(t, !hidden, strings.Contains(plan.String(), "can find out email"), version)
	}
}

// What an older server shows after everything that it can keep was applied.
func older(t *testing.T) schema.Schema {
	have := server(t)
	for _, class := range have.Classes {
		if class.Permissions != nil {
			class.Permissions.DefaultACL = nil
		}
	}
	return have
}

func TestWhatAServerCannotKeepIsNoDrift(t *testing.T) {
	seven := schema.OnServer(schema.Server{Version: "7.5.4"})
	acls := map[string]map[string]schema.Access{}
	for _, class := range schema.ISO9001().Classes {
		acls[class.Name] = class.Permissions.DefaultACL
	}

	plan := schema.Diff(schema.ISO9001(), older(t), seven, schema.CloudCodeACLs(acls))
	require.NoError(t, plan.Drift())
	require.Empty(t, plan.Steps)
	require.Len(t, plan.Warnings, 1)
	require.Contains(t, plan.Warnings[0], "_User: Parse Server 7.5.4 sorts by hidden columns")
	require.Len(t, plan.LeftOut, 7)
	require.Contains(t, plan.String(), "no difference\n. left out: default ACL of _User: Parse Server 7.5.4 cannot keep it")

	plan = schema.Diff(schema.ISO9001(), schema.Schema{}, seven)
	for _, step := range plan.Steps {
		if step.Delta.Permissions != nil {
			require.Empty(t, step.Delta.Permissions.DefaultACL, "the server would refuse it")
		}
	}
	require.Empty(t, schema.Diff(schema.ISO9001(), schema.Schema{}).LeftOut)
	want, _ := schema.ISO9001().Class("AuditPlan")
	require.NotEmpty(t, want.Permissions.DefaultACL, "the wanted schema itself is unchanged")
}

// A server from 8 to 9.2 would put the default ACL over an object's own at every
// update: one that an earlier plan left there is taken away.
func TestADefaultACLThatDoesHarmIsTakenAway(t *testing.T) {
	plan := schema.Diff(schema.ISO9001(), server(t), schema.OnServer(schema.Server{Version: "8.6.94"}))
	require.ErrorContains(t, plan.Drift(), "change permissions _User")
	require.Len(t, plan.Steps, 7)
}

func TestReadingThatRestsOnMissingCloudCodeIsWarnedOf(t *testing.T) {
	seven := schema.OnServer(schema.Server{Version: "7.5.4"})
	plan := schema.Diff(schema.ISO9001(), older(t), seven)
	require.Len(t, plan.Warnings, 8)
	require.Contains(t, plan.String(), "! warning: AuditPlan: nothing on this server gives new objects the ACL")

	acls := map[string]map[string]schema.Access{"AuditPlan": {"*": {Read: true, Write: true}}}
	plan = schema.Diff(schema.ISO9001(), older(t), seven, schema.CloudCodeACLs(acls))
	require.Len(t, plan.Warnings, 8)
	require.Contains(t, plan.String(), `! warning: AuditPlan: the Cloud Code gives new objects another ACL than the schema wants: {"*":{"read":true,"write":true}}`)
}

func TestAVersionThatIsNoneIsWarnedOf(t *testing.T) {
	plan := schema.Diff(schema.ISO9001(), server(t), schema.OnServer(schema.Server{Version: "custom"}))
	require.NoError(t, plan.Drift())
	require.Contains(t, plan.String(), `the server's version "custom" is not made of numbers`)
}

// MongoDB's adapter has no place for the options of the column password, whatever
// they are, and answers them with an internal error.
func TestOptionsThatMongoDBCannotKeepAreNoDrift(t *testing.T) {
	want := schema.ISO9001()
	for _, class := range want.Classes {
		if class.Name == schema.UserClass {
			class.Fields["password"] = schema.Field{Type: schema.String, Required: true, Default: map[string]any{"no": "place"}}
		}
	}
	have := server(t)
	for _, class := range have.Classes {
		if class.Name == schema.UserClass {
			class.Fields["password"] = schema.Field{Type: schema.String}
		}
	}
	plan := schema.Diff(want, have, schema.OnServer(schema.Server{Version: "9.10.0", MongoDB: true}))
	require.NoError(t, plan.Drift())
	require.Equal(t, "no difference\n. left out: options of column _User.password: Parse Server stores it in MongoDB under another name, for which it keeps none\n", plan.String())

	require.ErrorContains(t, schema.Diff(want, have).Drift(), "change column _User.password", "elsewhere they are kept")
}
