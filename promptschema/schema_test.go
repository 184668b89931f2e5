package promptschema_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Every column of the contract is in its struct and in its field variable, with the
// right type, and nothing else is.
func TestStructsFieldsAndSchemaAgree(t *testing.T) {
	types := map[string]struct{ entity, fields any }{
		"_User":              {promptschema.User{}, promptschema.UserFields},
		"Audit":              {promptschema.Audit{}, promptschema.AuditFields},
		"DocumentControlLog": {promptschema.DocumentControlLog{}, promptschema.DocumentControlLogFields},
		"NonConformance":     {promptschema.NonConformance{}, promptschema.NonConformanceFields},
		"CAPA":               {promptschema.CAPA{}, promptschema.CAPAFields},
	}
	for _, class := range schema.Prompt().Classes {
		if class.Name == schema.TrailClass {
			continue
		}
		pair, ok := types[class.Name]
		require.True(t, ok, class.Name)
		want := map[string]string{"ACL": "ACL"}
		for name, field := range class.Fields {
			want[name] = string(field.Type)
			if field.Type == schema.Pointer {
				want[name] = strings.TrimPrefix(field.TargetClass, "_")
			}
		}
		entity, fields, got := reflect.TypeOf(pair.entity), reflect.ValueOf(pair.fields), map[string]string{}
		for _, f := range reflect.VisibleFields(fields.Type()) {
			if f.Anonymous {
				continue
			}
			name := fields.FieldByIndex(f.Index).MethodByName("Name").Call(nil)[0].String()
			column, ok := entity.FieldByName(f.Name)
			require.True(t, ok, f.Name)
			tag, options, _ := strings.Cut(column.Tag.Get("json"), ",")
			require.Equal(t, tag, name)
			if field := class.Fields[name]; field.Required {
				require.Empty(t, options, "%s.%s is required, so it is always sent", class.Name, name)
			}
			got[name] = columnType(column.Type)
		}
		require.Equal(t, want, got, class.Name)
		require.Equal(t, len(want), countColumns(entity), class.Name)
	}
}

// The structs declare the classes of the contract: columns, targets and what is required.
func TestStructsDeclareTheirClasses(t *testing.T) {
	declared := []schema.Class{
		schema.ClassOf[promptschema.User]("_User"), schema.ClassOf[promptschema.Audit]("Audit"), schema.ClassOf[promptschema.CAPA]("CAPA"),
		schema.ClassOf[promptschema.DocumentControlLog]("DocumentControlLog"), schema.ClassOf[promptschema.NonConformance]("NonConformance"),
	}
	for _, class := range declared {
		want, ok := schema.Prompt().Class(class.Name)
		require.True(t, ok, class.Name)
		for _, of := range []string{"objectId", "createdAt", "updatedAt"} {
			delete(want.Fields, of) // every class has it
		}
		require.Equal(t, want.Fields, class.Fields, class.Name)
	}
}

func columnType(t reflect.Type) string {
	if _, target, ok := strings.Cut(t.Name(), "promptschema."); ok {
		return strings.TrimSuffix(target, "]")
	}
	switch name := t.Name(); {
	case name == "Time":
		return "Date"
	case t.Kind() == reflect.String:
		return "String"
	default:
		return name
	}
}

func countColumns(entity reflect.Type) int {
	return len(slices.DeleteFunc(reflect.VisibleFields(entity), func(f reflect.StructField) bool { return f.Anonymous }))
}

// The rules own what a column may hold; the constants are these words.
func TestConstantsAreThePolicysVocabularies(t *testing.T) {
	for column, constants := range map[string][]interface{ Valid() bool }{
		"Audit.status": {promptschema.AuditPlanned, promptschema.AuditInProgress, promptschema.AuditCompleted, promptschema.AuditClosed, promptschema.AuditCancelled},
		"NonConformance.source": {promptschema.SourceInternalAudit, promptschema.SourceExternalAudit, promptschema.SourceSupplierAudit, promptschema.SourceCustomer,
			promptschema.SourceSupplier, promptschema.SourceProcess, promptschema.SourceOther},
		"NonConformance.severity": {promptschema.SeverityCritical, promptschema.SeverityMajor, promptschema.SeverityMinor},
		"NonConformance.status": {promptschema.NonConformanceOpen, promptschema.NonConformanceInProgress, promptschema.NonConformanceClosed,
			promptschema.NonConformanceCancelled},
		"CAPA.actionType": {promptschema.ActionCorrection, promptschema.ActionCorrective, promptschema.ActionPreventive},
		"CAPA.closureStatus": {promptschema.CAPAOpen, promptschema.CAPAInProgress, promptschema.CAPAPendingVerification, promptschema.CAPAClosed,
			promptschema.CAPACancelled},
	} {
		class, field, _ := strings.Cut(column, ".")
		vocabulary, ok := policy.Prompt().Vocabulary(class, field)
		require.True(t, ok, column)
		var words []string
		for _, c := range constants {
			require.True(t, c.Valid(), "%s: %v", column, c)
			words = append(words, reflect.ValueOf(c).String())
		}
		require.Equal(t, vocabulary.Values, words, column)
	}
	require.False(t, promptschema.AuditStatus("Open").Valid())
	require.False(t, promptschema.Source("").Valid())
	require.False(t, promptschema.Severity("none").Valid())
	require.False(t, promptschema.NonConformanceStatus("new").Valid())
	require.False(t, promptschema.ActionType("punitive").Valid())
	require.False(t, promptschema.ClosureStatus("done").Valid())
}
