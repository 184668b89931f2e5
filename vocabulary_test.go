package isoaudit_test

import (
	"go/constant"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/policy"
)

// The rules own what a column may hold. Every column of a type with constants
// has a vocabulary, with exactly these words, and every vocabulary has a column.
func TestConstantsAreThePolicysVocabularies(t *testing.T) {
	constants := constantsByType(t)
	var table struct {
		Vocabularies map[string]policy.Vocabulary `json:"vocabularies"`
	}
	require.NoError(t, json.Unmarshal(policy.JSON(), &table))
	require.NotEmpty(t, table.Vocabularies)
	rest := table.Vocabularies
	for class, entity := range map[string]any{
		"_User": isoaudit.Auditor{}, "AuditPlan": isoaudit.AuditPlan{}, "AuditFinding": isoaudit.AuditFinding{},
		"CorrectiveAction": isoaudit.CorrectiveAction{}, "DocumentControlLog": isoaudit.DocumentControlLog{}, "AuditReview": isoaudit.AuditReview{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(entity)) {
			words, ok := constants[field.Type.Name()]
			if !ok || field.Type.PkgPath() != module {
				continue
			}
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			vocabulary, ok := rest[class+"."+name]
			require.True(t, ok, "%s.%s has constants and no vocabulary", class, name)
			require.ElementsMatch(t, vocabulary.Values, words, "%s.%s", class, name)
			delete(rest, class+"."+name)
		}
	}
	require.Empty(t, rest, "vocabularies without constants")
}

// constantsByType lists the values of the package's exported text constants.
func constantsByType(t *testing.T) map[string][]string {
	values := map[string][]string{}
	pkg, err := exportData(t).Import(module)
	require.NoError(t, err)
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || !c.Exported() || c.Val().Kind() != constant.String {
			continue
		}
		if named, ok := c.Type().(*types.Named); ok {
			word := constant.StringVal(c.Val())
			require.False(t, slices.Contains(values[named.Obj().Name()], word), "%s twice", word)
			values[named.Obj().Name()] = append(values[named.Obj().Name()], word)
		}
	}
	require.Contains(t, values, "PlanStatus")
	return values
}
