package schema_test

import (
	_ "embed"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/stretchr/testify/require"
)

//go:embed seed.json
var seed []byte

func TestISO9001IsTheSeedToTheLetter(t *testing.T) {
	var want struct{ Classes []schema.Class }
	require.NoError(t, json.Unmarshal(seed, &want, json.MatchCaseInsensitiveNames(true)))
	require.Len(t, want.Classes, 6)

	got := schema.ISO9001(schema.WithAuditorClass("Auditor"))
	require.Len(t, got.Classes, len(want.Classes)+1)
	require.Equal(t, schema.TrailClass, got.Classes[len(want.Classes)].Name, "the trail is not the seed's")
	for i, class := range want.Classes {
		require.Equal(t, class.Name, got.Classes[i].Name)
		require.Equal(t, class.Fields, got.Classes[i].Fields, class.Name)
	}
}

func TestAuditorIsTheUserClassByDefault(t *testing.T) {
	literal := schema.ISO9001(schema.WithAuditorClass("Auditor"))
	got := schema.ISO9001()
	for i, class := range literal.Classes {
		if class.Name == "Auditor" {
			require.Equal(t, "_User", got.Classes[i].Name)
		}
		for name, field := range class.Fields {
			if field.TargetClass == "Auditor" {
				field.TargetClass = "_User"
			}
			require.Equal(t, field, got.Classes[i].Fields[name], "%s.%s", class.Name, name)
		}
	}
	_, ok := got.Class("Auditor")
	require.False(t, ok)
}

func TestPermissionsGrantNothingToTheWorld(t *testing.T) {
	for _, s := range []schema.Schema{schema.ISO9001(), schema.ISO9001(schema.WithAuditorClass("Auditor")), schema.Prompt()} {
		for _, class := range s.Classes {
			p := class.Permissions
			for op, grant := range map[string]schema.Grant{
				"find": p.Find, "get": p.Get, "count": p.Count, "create": p.Create,
				"update": p.Update, "delete": p.Delete, "addField": p.AddField,
			} {
				if class.Name == "_User" && op == "create" {
					require.True(t, grant.Public, "anyone may sign up")
					continue
				}
				require.False(t, grant.Public, "%s %s", class.Name, op)
			}
			require.Equal(t, schema.Grant{}, p.Delete, class.Name)
			require.Equal(t, schema.Grant{}, p.AddField, class.Name)
			if class.Name == schema.TrailClass {
				require.Equal(t, schema.Grant{}, p.Create)
				require.Equal(t, schema.Grant{}, p.Update)
				require.Equal(t, map[string]schema.Access{"role:coordinator": {Read: true}, "role:manager": {Read: true}}, p.DefaultACL)
			}
			require.False(t, p.DefaultACL["*"].Read, class.Name)
		}
	}
}

func TestIndexNamesAreUniqueAcrossClasses(t *testing.T) {
	for _, s := range []schema.Schema{schema.ISO9001(), schema.Prompt()} {
		indexNamesAreUnique(t, s)
	}
}

func indexNamesAreUnique(t *testing.T, s schema.Schema) {
	seen := map[string]string{}
	for _, class := range s.Classes {
		for name, index := range class.Indexes {
			require.Empty(t, seen[name], "index %s is used twice", name)
			seen[name] = class.Name
			for _, key := range index {
				require.Contains(t, class.Fields, key.Field)
			}
		}
	}
	require.NotEmpty(t, seen)
}
