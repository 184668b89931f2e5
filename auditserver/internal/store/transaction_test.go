package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestFailedWriteLeavesNothing(t *testing.T) {
	var changes []store.Change
	var mu sync.Mutex
	s := withClasses(t, store.Config{OnCommit: func(c []store.Change) { mu.Lock(); changes = append(changes, c...); mu.Unlock() }})
	boom := errors.New("boom")
	insert := func(tx *store.Tx, id string) {
		_, err := tx.Insert("Plan", store.Object{ID: id, ACL: map[string]schema.Access{id: {Read: true}}})
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for i := range 60 { // so that groups hold both kinds
		wg.Go(func() {
			err := s.Write(ctx, func(tx *store.Tx) error {
				insert(tx, fmt.Sprintf("w%d", i))
				switch i % 3 {
				case 1:
					require.NoError(t, tx.PutClass(schema.Class{Name: "Extra"}))
					return boom
				case 2:
					panic("boom")
				}
				return nil
			})
			if i%3 == 0 {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "boom")
			}
		})
	}
	wg.Wait()
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Equal(t, 20, n)
	require.Len(t, changes, 20)
	_, ok := s.Class("Extra")
	require.False(t, ok)
	for i := 0; i < 60; i += 3 {
		rows, err := s.Find(ctx, store.Query{Class: "Plan", Readers: []string{fmt.Sprintf("w%d", i)}, Limit: 5})
		require.NoError(t, err)
		require.Len(t, rows, 1, "ACL numbers survive the rollback of others")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, s.Write(cancelled, func(*store.Tx) error { panic("must not run") }), context.Canceled)
}

// A part of a transaction fails alone: its rows, classes, ACLs and changes go,
// those before and after it stay.
func TestTryUndoesAPart(t *testing.T) {
	var changes []store.Change
	s := withClasses(t, store.Config{OnCommit: func(c []store.Change) { changes = append(changes, c...) }})
	boom := errors.New("boom")
	insert := func(tx *store.Tx, id, reader string) {
		_, err := tx.Insert("Plan", store.Object{ID: id, ACL: map[string]schema.Access{reader: {Read: true}}})
		require.NoError(t, err)
	}
	write(t, s, func(tx *store.Tx) error {
		insert(tx, "before", "lena")
		require.ErrorIs(t, tx.Try(func() error {
			insert(tx, "undone", "mark")
			require.NoError(t, tx.PutClass(schema.Class{Name: "Extra"}))
			return boom
		}), boom)
		_, ok := tx.Class("Extra")
		require.False(t, ok)
		require.ErrorIs(t, tx.Try(func() error { insert(tx, "alone", "lena"); return boom }), boom)
		require.ErrorIs(t, tx.Try(func() error {
			insert(tx, "outer", "lena")
			require.ErrorIs(t, tx.Try(func() error { insert(tx, "inner", "lena"); return boom }), boom)
			_, err := tx.Get(ctx, "Plan", "inner")
			require.ErrorIs(t, err, store.ErrNotFound)
			_, err = tx.Get(ctx, "Plan", "outer")
			require.NoError(t, err)
			require.NoError(t, tx.Try(func() error { insert(tx, "nested", "lena"); return nil }))
			require.NoError(t, tx.Try(func() error {
				insert(tx, "deeper", "lena")
				_, _, err = tx.Update("Plan", "before", store.Object{ACL: map[string]schema.Access{}})
				require.NoError(t, err)
				insert(tx, "covered", "lena")
				return nil
			}))
			return boom
		}), boom)
		for _, id := range []string{"undone", "alone", "outer", "inner", "nested", "deeper", "covered"} {
			_, err := tx.Get(ctx, "Plan", id)
			require.ErrorIs(t, err, store.ErrNotFound, id)
		}
		require.NoError(t, tx.Try(func() error { insert(tx, "kept", "mark"); return nil }))
		insert(tx, "after", "lena")
		return nil
	})
	for reader, want := range map[string]int{"lena": 2, "mark": 1} {
		n, err := s.Count(ctx, store.Query{Class: "Plan", Readers: []string{reader}})
		require.NoError(t, err)
		require.Equal(t, want, n, reader)
	}
	require.Len(t, changes, 3)
}

// A panic inside a part undoes what the part and all around it wrote, also
// beside writes that are committed with it.
func TestPanicInAPartUndoesAll(t *testing.T) {
	s := withClasses(t, store.Config{})
	insert := func(tx *store.Tx, id string) error {
		_, err := tx.Insert("Plan", store.Object{ID: id})
		return err
	}
	write(t, s, func(tx *store.Tx) error { return insert(tx, "old") })
	require.NoError(t, s.Write(ctx, func(tx *store.Tx) error {
		require.ErrorContains(t, tx.Try(func() error {
			require.NoError(t, insert(tx, "outer"))
			return tx.Try(func() error {
				require.NoError(t, insert(tx, "inner"))
				panic("boom")
			})
		}), "boom")
		require.ErrorContains(t, tx.Try(func() error {
			_, err := tx.Delete("Plan", "old")
			require.NoError(t, err)
			return tx.Try(func() error {
				require.NoError(t, tx.AddRelated("Plan", "old", "team", "u1"))
				panic("boom")
			})
		}), "boom")
		return insert(tx, "new")
	}))
	rows, err := s.Find(ctx, store.Query{Class: "Plan", Order: []store.Order{{Field: "objectId"}}, Limit: 10})
	require.NoError(t, err)
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.ID())
	}
	require.Equal(t, []string{"new", "old"}, ids)
}

// What a failed part had inserted stays away when the part around it fails too:
// the first of them may have been undone after the savepoint of the second.
func TestFailedPartStaysUndone(t *testing.T) {
	s := withClasses(t, store.Config{})
	boom := errors.New("boom")
	insert := func(tx *store.Tx, id string) {
		_, err := tx.Insert("Plan", store.Object{ID: id})
		require.NoError(t, err)
	}
	require.NoError(t, s.Write(ctx, func(tx *store.Tx) error {
		insert(tx, "kept")
		require.ErrorIs(t, tx.Try(func() error {
			require.ErrorIs(t, tx.Try(func() error {
				insert(tx, "inner")
				require.NoError(t, tx.AddRelated("Plan", "inner", "team", "u1")) // sets both savepoints
				return boom
			}), boom)
			_, err := tx.Get(ctx, "Plan", "inner")
			require.ErrorIs(t, err, store.ErrNotFound)
			return boom
		}), boom)
		_, err := tx.Get(ctx, "Plan", "inner")
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = tx.Get(ctx, "Plan", "kept")
		return err
	}))
}
