package store

import (
	"context"
	"database/sql/driver"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// The queries that must not slow down as tables grow use an index for finding
// and, where they can, for sorting. It looks inside to see SQLite's plan.
func TestQueriesUseIndexes(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	class := schema.Class{Name: "Finding", Fields: map[string]schema.Field{
		"ref": {Type: schema.String}, "status": {Type: schema.String}, "due": {Type: schema.Date}, "note": {Type: schema.String},
		"plan": {Type: schema.Pointer, TargetClass: "Finding"}, "team": {Type: schema.Relation, TargetClass: "Finding"},
	}, Indexes: map[string]schema.Index{"ref": {{Field: "ref"}}, "status": {{Field: "status"}}, "due": {{Field: "due", Descending: true}}}}
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(class) }))

	newest := []Order{{Field: "createdAt", Descending: true}}
	keyset := []Order{{Field: "createdAt"}, {Field: "objectId"}}
	for _, c := range []struct {
		where string
		order []Order
		sorts bool // may need a sort
	}{
		{`{"objectId":"x"}`, nil, false},
		{`{"objectId":{"$in":["x","y","z"]}}`, nil, false},
		{`{"ref":"x"}`, nil, false},
		{`{"ref":{"$regex":"^\\Qx\\E"}}`, nil, false},
		{`{"status":"Open"}`, newest, false},
		{`{"plan":{"__type":"Pointer","className":"Finding","objectId":"x"}}`, newest, false},
		{`{"plan":{"$inQuery":{"className":"Finding","where":{"ref":"x"}}}}`, nil, false},
		{`{"due":{"$lt":{"__type":"Date","iso":"2026-01-01T00:00:00Z"}}}`, nil, false},
		{`{"updatedAt":{"$gte":{"__type":"Date","iso":"2026-01-01T00:00:00Z"}}}`, []Order{{Field: "updatedAt"}, {Field: "objectId"}}, false},
		{`{"$relatedTo":{"object":{"__type":"Pointer","className":"Finding","objectId":"x"},"key":"team"}}`, nil, false},
		{`{"team":{"__type":"Pointer","className":"Finding","objectId":"x"}}`, nil, false},
		{`{"$or":[{"ref":"x"},{"ref":"y","status":"Open"}]}`, nil, false},
		{`{}`, newest, false},
		{`{}`, keyset, false},
		{`{}`, []Order{{Field: "due", Descending: true}}, false},
		{`{}`, []Order{{Field: "ref"}}, false},
		{`{"$or":[{"createdAt":{"$gt":{"__type":"Date","iso":"2026-01-01T00:00:00Z"}}},{"createdAt":{"__type":"Date","iso":"2026-01-01T00:00:00Z"},"objectId":{"$gt":"x"}}]}`, keyset, false},
		{`{"note":"never indexed","$or":[{"due":{"$lt":{"__type":"Date","iso":"2026-01-01T00:00:00Z"}}},{"due":{"__type":"Date","iso":"2026-01-01T00:00:00Z"},"objectId":{"$lt":"x"}}]}`, []Order{{Field: "due", Descending: true}, {Field: "objectId", Descending: true}}, true},
	} {
		n, err := where.Parse([]byte(c.where), where.Limits{})
		require.NoError(t, err)
		var plan []string
		for _, readers := range [][]string{nil, {"*", "role:auditor"}} {
			err = s.read(ctx, func(r reader) error {
				k, err := r.compiler(ctx, readers)
				require.NoError(t, err)
				defer k.done()
				sql, err := k.selectRows(r.cat.classes["Finding"], []string{colDoc}, Query{Where: n, Order: c.order, Limit: 100})
				require.NoError(t, err)
				return r.c.query(ctx, "EXPLAIN QUERY PLAN "+sql, k.args, func(v []driver.Value) (bool, error) {
					plan = append(plan, v[3].(string))
					return true, nil
				})
			})
			require.NoError(t, err)
		}
		text := strings.Join(plan, "\n")
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN t") {
				require.Contains(t, step, "USING INDEX", "%s reads the whole table:\n%s", c.where, text)
				require.Equal(t, "{}", c.where, "%s reads the whole index:\n%s", c.where, text)
			}
		}
		if !c.sorts {
			require.NotContains(t, text, "TEMP B-TREE FOR ORDER BY", "%s sorts:\n%s", c.where, text)
		}
	}
}

// A file whose indexes another version of this code has chosen gets this one's.
func TestIndexesFollowTheCode(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "data.db")
	s, err := Open(ctx, Config{Path: path})
	require.NoError(t, err)
	class := schema.Class{Name: "Finding", Fields: map[string]schema.Field{
		"plan": {Type: schema.Pointer, TargetClass: "Plan"}, "clause": {Type: schema.String},
	}, Indexes: map[string]schema.Index{"plan_clause": {{Field: "plan"}, {Field: "clause"}}}}
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(class) }))
	indexes := func() []string {
		var names []string
		require.NoError(t, s.read(ctx, func(r reader) error {
			row, err := r.c.queryRow("SELECT group_concat(name, ' ' ORDER BY name) FROM sqlite_master WHERE type='index' AND name NOT LIKE 'sqlite%' AND tbl_name LIKE 'c%Finding'")
			names = regexp.MustCompile(`\S+`).FindAllString(row[0].(string), -1)
			return err
		}))
		return names
	}
	wanted := indexes()
	require.Len(t, wanted, 3, "createdAt, updatedAt and one index for plan: %v", wanted)
	require.NoError(t, s.Write(ctx, func(tx *Tx) error {
		c := tx.catalog.classes["Finding"]
		for _, sql := range []string{
			"DROP INDEX " + wanted[0],
			"CREATE INDEX old_choice ON " + c.table + "(" + c.columns["plan"].sql + ")",
		} {
			if _, err := tx.exec(sql); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NotEqual(t, wanted, indexes())
	require.NoError(t, s.Close())

	s, err = Open(ctx, Config{Path: path})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.Equal(t, wanted, indexes())
}
