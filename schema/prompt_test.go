package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/stretchr/testify/require"
)

// promptClasses is the contract as the template's agent prompt has it; * is required.
var promptClasses = map[string]string{
	"_User":              "username String, email String, password String",
	"Audit":              "auditNumber String*, site String*, status String*, auditor _User*, scheduledAt Date, notes String",
	"DocumentControlLog": "documentCode String*, title String*, revision String*, effectiveDate Date*, approvedBy _User*, notes String",
	"NonConformance":     "ncNumber String*, source String*, severity String*, status String*, audit Audit*, rootCause String, evidenceNotes String",
	"CAPA":               "capaNumber String*, actionType String*, closureStatus String*, nonConformance NonConformance*, owner _User*, dueDate Date*, verificationNotes String",
}

func TestPromptIsTheContractToTheLetter(t *testing.T) {
	got := schema.Prompt()
	require.Len(t, got.Classes, len(promptClasses)+1)
	for _, class := range got.Classes {
		if class.Name == schema.TrailClass {
			continue
		}
		want := strings.Split(promptClasses[class.Name], ", ")
		var columns []string
		for name, field := range class.Fields {
			if slices.Contains([]string{"objectId", "createdAt", "updatedAt"}, name) {
				continue
			}
			kind := string(field.Type)
			if field.Type == schema.Pointer {
				kind = field.TargetClass
			}
			if field.Required {
				kind += "*"
			}
			columns = append(columns, name+" "+kind)
		}
		require.ElementsMatch(t, want, columns, class.Name)
	}
}

func TestTheOtherDocumentControlLogIsAConflict(t *testing.T) {
	for name, pair := range map[string][2]schema.Schema{
		"six over four": {schema.ISO9001(), schema.Prompt()},
		"four over six": {schema.Prompt(), schema.ISO9001()},
	} {
		t.Run(name, func(t *testing.T) {
			plan := schema.Diff(pair[0], pair[1])
			require.Len(t, plan.Conflicts, 1)
			require.Equal(t, schema.ReplaceClass, plan.Conflicts[0].Kind)
			require.ErrorIs(t, plan.Drift(), schema.ErrDrift)
			require.ErrorContains(t, plan.Drift(), "an application has one of the two: use another application")
			for _, step := range plan.Steps {
				require.NotEqual(t, "DocumentControlLog", step.Delta.Class)
			}
			require.Empty(t, schema.Diff(pair[0], pair[0]).Conflicts)
		})
	}
}

// Columns of an application's own, and columns that are lost, are drift of the one
// contract and not the other.
func TestADriftedDocumentControlLogIsNoConflict(t *testing.T) {
	have := schema.ISO9001()
	class, _ := have.Class("DocumentControlLog")
	class.Fields["title"], class.Fields["notes"] = schema.Field{Type: schema.String}, schema.Field{Type: schema.String}
	require.Empty(t, schema.Diff(schema.ISO9001(), have).Conflicts)
	delete(class.Fields, "documentTitle")
	delete(class.Fields, "documentNumber")
	require.Empty(t, schema.Diff(schema.ISO9001(), have).Conflicts)
	own := schema.Schema{Classes: []schema.Class{{Name: "DocumentControlLog", Fields: map[string]schema.Field{"number": {Type: schema.Number}}}}}
	require.Empty(t, schema.Diff(own, schema.Prompt()).Conflicts)
}
