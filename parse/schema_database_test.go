package parse_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Only MongoDB has the names of columns as it stores them in its indexes. On
// PostgreSQL the server lists "_id_" too, with any class that was given an index.
func TestApplySchemaSpellsIndexesForTheDatabase(t *testing.T) {
	want := schema.Schema{Classes: []schema.Class{{
		Name:    "Task",
		Fields:  map[string]schema.Field{"owner": {Type: schema.Pointer, TargetClass: "_User"}},
		Indexes: map[string]schema.Index{"Task_owner": {{Field: "owner"}}},
	}}}
	for database, c := range map[string]struct{ classes, column string }{
		"PostgreSQL": {`{"className":"_Role","fields":{}},{"className":"Other","fields":{},"indexes":{"_id_":{"_id":1},"other":{"n":1}}}`, `"owner":1`},
		"MongoDB":    {`{"className":"_Role","fields":{},"indexes":{"_id_":{"_id":1},"name_1":{"name":1}}}`, `"_p_owner":1`},
	} {
		t.Run(database, func(t *testing.T) {
			admin, s := scriptedAdmin(t, nil, reply(200, `{"parseServerVersion":"9.10.0"}`), reply(200, `{"results":[`+c.classes+`]}`), reply(200, `{"results":[]}`), reply(200, `{"className":"Task"}`))
			_, err := admin.Admin.ApplySchema(t.Context(), want)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(s.Sent[3].URL, "/schemas/Task"), s.Sent[3].URL)
			require.Contains(t, s.Sent[3].Body, c.column)
		})
	}
}
