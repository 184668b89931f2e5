package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// What an administrator changes with SQL's functions on texts becomes a text where a BLOB
// was. It is read, matched and changed all the same: the trail can only tell what was done
// to a record that can be read.
func TestTextsInThePlaceOfBlobsAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	s, err := store.Open(ctx, store.Config{Path: path, Unsynced: true})
	require.NoError(t, err)
	var id string
	require.NoError(t, s.Write(ctx, func(tx *store.Tx) error {
		class := schema.Class{Name: "Note", Fields: map[string]schema.Field{"text": {Type: schema.String}, "more": {Type: schema.Object}, "people": {Type: schema.Relation, TargetClass: "_User"}}}
		if err := tx.PutClass(class); err != nil {
			return err
		}
		row, err := tx.Insert("Note", store.Object{Fields: map[string]any{"text": "a", "more": map[string]any{"n": 1.0}}, Hidden: []byte("{}")})
		id = row.ID()
		if err != nil {
			return err
		}
		return tx.PutValue("bucket", "key", []byte("value"), time.Hour)
	}))
	require.NoError(t, s.Close())

	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	var table string
	require.NoError(t, db.QueryRow("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'c%_Note'").Scan(&table))
	for _, statement := range []string{
		`UPDATE "` + table + `" SET doc=replace(doc, '"n":1', '"n":2'), hidden=CAST(hidden AS TEXT)`,
		"UPDATE classes SET record=CAST(record AS TEXT)", "UPDATE keyvalues SET value=CAST(value AS TEXT)",
	} {
		_, err = db.Exec(statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())

	s, err = store.Open(ctx, store.Config{Path: path, Unsynced: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	find := func(n *where.Node) int {
		found := 0
		require.NoError(t, s.Each(ctx, store.Query{Class: "Note", Limit: -1, Where: n}, func(store.Row) bool { found++; return true }))
		return found
	}
	require.Equal(t, 1, find(nil))
	require.Equal(t, 1, find(where.Equal("more.n", 2.0)))
	value, ok, err := s.GetValue(ctx, "bucket", "key")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "value", string(value))
	require.NoError(t, s.Write(ctx, func(tx *store.Tx) error {
		row, err := tx.Get(ctx, "Note", id)
		if err == nil {
			require.Equal(t, "{}", string(row.Hidden()))
			_, _, err = tx.Update("Note", id, store.Object{Fields: map[string]any{"text": "b"}})
		}
		return err
	}))
}
