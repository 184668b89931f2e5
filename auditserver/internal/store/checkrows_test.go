package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// An object whose columns say something else than its document is named with them, and no
// object that the store wrote is, whatever is in it.
func TestCheckNamesObjectsThatWereEdited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	s, err := store.Open(ctx, store.Config{Path: path, Unsynced: true})
	require.NoError(t, err)
	date := func(iso string) any { return map[string]any{"__type": "Date", "iso": iso} }
	require.NoError(t, s.Write(ctx, func(tx *store.Tx) error {
		class := schema.Class{Name: "Note", Fields: map[string]schema.Field{
			"text": {Type: schema.String}, "n": {Type: schema.Number}, "done": {Type: schema.Boolean}, "day": {Type: schema.Date}, "list": {Type: schema.Array},
			"of": {Type: schema.Pointer, TargetClass: "_User"}, "file": {Type: schema.File}, "bytes": {Type: schema.Bytes}, "people": {Type: schema.Relation, TargetClass: "_User"},
		}}
		if err := tx.PutClass(class); err != nil {
			return err
		}
		for _, fields := range []map[string]any{
			{}, {"text": "", "n": 0.0, "done": false, "day": date("0001-01-01T00:00:00.000Z"), "list": []any{}},
			{"text": "a\x00b\xff\u2028\"", "n": -1e300, "done": true, "day": date("9999-12-31T23:59:59.999Z"), "bytes": map[string]any{"__type": "Bytes", "base64": "AAEC"}},
			{"n": 0.1, "of": map[string]any{"__type": "Pointer", "className": "_User", "objectId": "u"}, "file": map[string]any{"__type": "File", "name": "f.txt"}},
		} {
			row, err := tx.Insert("Note", store.Object{ACL: map[string]schema.Access{"*": {Read: true}, "u": {Read: true, Write: true}}, Fields: fields})
			if err == nil {
				_, _, err = tx.Update("Note", row.ID(), store.Object{ACL: row.ACL(), Fields: fields})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.Close())
	edited := func() []string {
		report, err := store.Check(ctx, path, "files", func(map[string][]byte) ([]string, error) { return nil, nil })
		require.NoError(t, err)
		require.Empty(t, report.Problems)
		return report.Edited
	}
	require.Empty(t, edited())

	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var table, text, done string
	require.NoError(t, db.QueryRow("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'c%_Note'").Scan(&table))
	require.NoError(t, db.QueryRow("SELECT name FROM pragma_table_info(?) WHERE name LIKE 'f%_text'", table).Scan(&text))
	require.NoError(t, db.QueryRow("SELECT name FROM pragma_table_info(?) WHERE name LIKE 'f%_done'", table).Scan(&done))
	for change, named := range map[string]string{
		"acl=NULL":            "than it has: ACL",
		"id='other'":          "object other of class Note is looked up by other values than it has: objectId",
		"created=created+1":   "than it has: createdAt",
		"updated=0":           "than it has: updatedAt",
		"acl=0":               "than it has: ACL",
		text + "='x'":         "than it has: text",
		done + "=NOT " + done: "than it has: done",
	} {
		_, err = db.Exec(`CREATE TABLE kept AS SELECT * FROM "` + table + `"; UPDATE "` + table + `" SET ` + change + ` WHERE n=3`)
		require.NoError(t, err)
		found := edited()
		require.Len(t, found, 1)
		require.Contains(t, found[0], named)
		_, err = db.Exec(`DELETE FROM "` + table + `"; INSERT INTO "` + table + `" SELECT * FROM kept; DROP TABLE kept`)
		require.NoError(t, err)
	}
	require.Empty(t, edited())
	_, err = db.Exec(`INSERT INTO "` + table + `"(id, created, updated, doc) WITH RECURSIVE more(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM more WHERE i<30) SELECT 'o'||i, 0, 0, '{}' FROM more`)
	require.NoError(t, err)
	found := edited()
	require.Len(t, found, 21)
	require.Equal(t, "10 more objects of class Note are looked up by other values than they have", found[20])
}
