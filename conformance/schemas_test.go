package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

// schemas are planned and applied with the master key.
func schemas() []behaviour {
	return []behaviour{
		{"schema: applied twice, the second time changes nothing", func(t *testing.T, w *world) {
			w.rulesBackend(t)
			plan, err := w.admin.ApplySchema(t.Context(), schema.ISO9001())
			require.NoError(t, err)
			require.Empty(t, plan.Changes, "%s", plan)
			require.Empty(t, plan.Steps)
		}},
		{"schema: a column, an index and permissions are added, changed and dropped by name", func(t *testing.T, w *world) {
			name := w.name("CheckSchema")
			session := schema.Grant{RequiresAuthentication: true}
			want := schema.Schema{Classes: []schema.Class{{
				Name: name,
				Fields: map[string]schema.Field{
					"objectId": {Type: schema.String}, "createdAt": {Type: schema.Date}, "updatedAt": {Type: schema.Date},
					"title": {Type: schema.String, Required: true}, "level": {Type: schema.Number, Default: 3.0},
				},
				Permissions: &schema.Permissions{Find: session, Get: session},
				Indexes:     map[string]schema.Index{name + "_title": {{Field: "title"}}},
			}}}
			apply := func(options ...schema.PlanOption) schema.Plan {
				t.Helper()
				plan, err := w.admin.ApplySchema(t.Context(), want, options...)
				require.NoError(t, err)
				return plan
			}
			settled := func() {
				t.Helper()
				plan, err := w.admin.PlanSchema(t.Context(), want)
				require.NoError(t, err)
				require.Empty(t, plan.Changes, "%s", plan)
				require.Empty(t, plan.Conflicts, "%s", plan)
			}
			require.Len(t, apply().Steps, 1)
			settled()
			class := want.Classes[0]
			class.Fields["level"] = schema.Field{Type: schema.Number, Default: 4.0}
			class.Fields["note"] = schema.Field{Type: schema.String}
			class.Permissions.Count = session
			class.Indexes[name+"_level"] = schema.Index{{Field: "level"}}
			apply()
			settled()
			delete(class.Fields, "note")
			delete(class.Indexes, name+"_level")
			plan := apply()
			require.Empty(t, plan.Steps, "nothing is dropped unless it is named")
			apply(schema.DropField(name, "note"), schema.DropIndex(name, name+"_level"))
			settled()
			class.Fields["title"] = schema.Field{Type: schema.Number, Required: true}
			_, err := w.admin.ApplySchema(t.Context(), want)
			require.ErrorIs(t, err, schema.ErrDrift)
		}},
	}
}
