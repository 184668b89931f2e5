package store_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Many columns at once are in the table like those that were added one by one: before
// and after what fails alone, in old rows and new ones, and when the file is opened again.
func TestManyColumnsAtOnce(t *testing.T) {
	cfg := store.Config{Path: filepath.Join(t.TempDir(), "x.db")}
	s := open(t, cfg)
	types := []schema.Type{schema.String, schema.Number, schema.Boolean, schema.Array, schema.Relation}
	class := schema.Class{Name: "Wide", Fields: fields(map[string]schema.Type{"first": schema.String}, "")}
	grow := func(from, to int) schema.Class {
		next := class
		next.Fields = maps.Clone(class.Fields)
		for n := from; n < to; n++ {
			f := schema.Field{Type: types[n%len(types)]}
			if f.Type == schema.Relation {
				f.TargetClass = "Wide"
			}
			next.Fields[fmt.Sprintf("c%d", n)] = f
		}
		return next
	}
	put := func(next schema.Class) {
		write(t, s, func(tx *store.Tx) error { return tx.AddColumns(next) })
		class = next
	}
	insert := func(id string, values map[string]any) {
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.Insert("Wide", store.Object{ID: id, Fields: values})
			return err
		})
	}
	found := func(where string) (ids []string) {
		rows, err := s.Find(ctx, store.Query{Class: "Wide", Where: parse(t, where), Limit: 100})
		require.NoError(t, err)
		for _, row := range rows {
			ids = append(ids, row.ID())
		}
		return ids
	}
	put(class)
	insert("before", map[string]any{"first": "a"})
	put(grow(0, 200))
	insert("between", map[string]any{"c0": "text", "c1": 1.5, "c196": 7.0})

	failed := errors.New("failed")
	write(t, s, func(tx *store.Tx) error {
		require.ErrorIs(t, tx.Try(func() error {
			require.NoError(t, tx.AddColumns(grow(200, 400)))
			_, err := tx.Insert("Wide", store.Object{Fields: map[string]any{"c200": "text"}})
			require.NoError(t, err)
			return failed
		}), failed)
		return nil
	})
	require.ErrorIs(t, s.Write(ctx, func(tx *store.Tx) error {
		require.NoError(t, tx.AddColumns(grow(200, 300)))
		return failed
	}), failed)
	put(grow(200, 400))
	insert("after", map[string]any{"c0": "text", "c200": "text", "c396": 9.0})

	for range 2 {
		require.ElementsMatch(t, []string{"between", "after"}, found(`{"c0":"text"}`))
		require.Equal(t, []string{"after"}, found(`{"c396":{"$gt":8}}`))
		require.ElementsMatch(t, []string{"before", "between"}, found(`{"c200":{"$exists":false}}`))
		require.NoError(t, s.Close())
		report, err := store.Check(ctx, cfg.Path, "files", func(map[string][]byte) ([]string, error) { return nil, nil })
		require.NoError(t, err)
		require.Empty(t, report.Problems)
		require.Equal(t, 3, report.Objects)
		s = open(t, cfg)
	}
	put(grow(400, 402))
	require.Empty(t, found(`{"c400":"text"}`))
}
