package isoaudit_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Every column of the contract is in its struct and in its field variable, with
// the right type, and nothing else is.
func TestStructsFieldsAndSchemaAgree(t *testing.T) {
	data, err := os.ReadFile("schema/seed.json")
	require.NoError(t, err)
	var seed struct{ Classes []schema.Class }
	require.NoError(t, json.Unmarshal(data, &seed))
	require.Len(t, seed.Classes, 6)

	types := map[string]struct{ entity, fields any }{
		"Auditor":            {isoaudit.Auditor{}, isoaudit.AuditorFields},
		"AuditPlan":          {isoaudit.AuditPlan{}, isoaudit.AuditPlanFields},
		"AuditFinding":       {isoaudit.AuditFinding{}, isoaudit.AuditFindingFields},
		"CorrectiveAction":   {isoaudit.CorrectiveAction{}, isoaudit.CorrectiveActionFields},
		"DocumentControlLog": {isoaudit.DocumentControlLog{}, isoaudit.DocumentControlLogFields},
		"AuditReview":        {isoaudit.AuditReview{}, isoaudit.AuditReviewFields},
	}
	for _, class := range seed.Classes {
		t.Run(class.Name, func(t *testing.T) {
			pair, ok := types[class.Name]
			require.True(t, ok)
			want := map[string]string{"ACL": "ACL"} // of every object; not listed in the contract
			for name, field := range class.Fields {
				want[name] = string(field.Type)
				if field.Type == schema.Pointer {
					want[name] += " to " + field.TargetClass
				}
			}
			require.Equal(t, want, structColumns(reflect.TypeOf(pair.entity)))
			require.Equal(t, want, variableColumns(t, reflect.ValueOf(pair.fields), reflect.TypeOf(pair.entity)))
		})
	}
}

// The structs declare the classes of the contract: columns, targets and what is required.
func TestStructsDeclareTheirClasses(t *testing.T) {
	declared := []schema.Class{
		schema.ClassOf[isoaudit.Auditor]("_User"), schema.ClassOf[isoaudit.AuditPlan]("AuditPlan"), schema.ClassOf[isoaudit.AuditFinding]("AuditFinding"),
		schema.ClassOf[isoaudit.CorrectiveAction]("CorrectiveAction"), schema.ClassOf[isoaudit.DocumentControlLog]("DocumentControlLog"),
		schema.ClassOf[isoaudit.AuditReview]("AuditReview"),
	}
	for _, class := range declared {
		want, ok := schema.ISO9001().Class(class.Name)
		require.True(t, ok, class.Name)
		for _, of := range []string{"objectId", "createdAt", "updatedAt"} {
			delete(want.Fields, of) // every class has it
		}
		require.Equal(t, want.Fields, class.Fields, class.Name)
	}
}

func structColumns(entity reflect.Type) map[string]string {
	columns := map[string]string{}
	for _, f := range reflect.VisibleFields(entity) {
		if !f.Anonymous {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			columns[name] = columnType(f.Type)
		}
	}
	return columns
}

func columnType(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "Date"
	case t == reflect.TypeFor[parse.ACL]():
		return "ACL"
	case strings.HasPrefix(t.Name(), "Pointer["):
		_, target, _ := strings.Cut(strings.TrimSuffix(t.Name(), "]"), "isoaudit-go.")
		return "Pointer to " + target
	case t.Kind() == reflect.String:
		return "String"
	}
	return t.String()
}

// variableColumns also checks that each field's Go name is the struct's and that
// it holds the struct's type.
func variableColumns(t *testing.T, fields reflect.Value, entity reflect.Type) map[string]string {
	columns := map[string]string{}
	for _, f := range reflect.VisibleFields(fields.Type()) {
		if f.Anonymous {
			continue
		}
		value := fields.FieldByIndex(f.Index)
		name := value.MethodByName("Name").Call(nil)[0].String()
		column, ok := entity.FieldByName(f.Name)
		require.True(t, ok, "%s is in the field variable only", f.Name)
		tag, _, _ := strings.Cut(column.Tag.Get("json"), ",")
		require.Equal(t, tag, name, "the column of %s", f.Name)
		if set := value.MethodByName("Set"); set.IsValid() {
			require.Equal(t, column.Type, set.Type().In(0), "what %s holds", f.Name)
		}
		columns[name] = columnType(column.Type)
	}
	return columns
}
