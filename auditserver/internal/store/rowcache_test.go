package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

// kept tells whether the cache has an object.
func (c *rowCache) kept(class, id string) bool {
	key := rowKey{class, id}
	s := c.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.rows[key]
	return ok
}

// withNote gives a store with one object.
func withNote(t *testing.T, path string) (s *Store, id string) {
	s, err := Open(t.Context(), Config{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
		if err := tx.PutClass(schema.Class{Name: "Note", Fields: map[string]schema.Field{"n": {Type: schema.Number}}}); err != nil {
			return err
		}
		row, err := tx.Insert("Note", Object{Fields: map[string]any{"n": 1.0}})
		id = row.ID()
		return err
	}))
	return s, id
}

func dropNotes(tx *Tx) error {
	if err := tx.Purge("Note"); err != nil {
		return err
	}
	return tx.DropClass("Note")
}

func TestGetSeesWhatACommitHasChanged(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(tx *Tx, id string) error
		want   map[string]any // of the fields; nil: there is no object any more
	}{
		"an update": {func(tx *Tx, id string) error {
			_, _, err := tx.Update("Note", id, Object{Fields: map[string]any{"n": 2.0}})
			return err
		}, map[string]any{"n": 2.0}},
		"a delete":        {func(tx *Tx, id string) error { _, err := tx.Delete("Note", id); return err }, nil},
		"a purge":         {func(tx *Tx, id string) error { return tx.Purge("Note") }, nil},
		"a clear":         {func(tx *Tx, id string) error { return tx.Clear() }, nil},
		"a dropped class": {func(tx *Tx, id string) error { return dropNotes(tx) }, nil},
		"a class made anew": {func(tx *Tx, id string) error {
			if err := dropNotes(tx); err != nil {
				return err
			}
			if err := tx.PutClass(schema.Class{Name: "Note", Fields: map[string]schema.Field{"s": {Type: schema.String}}}); err != nil {
				return err
			}
			_, err := tx.Insert("Note", Object{ID: id, Fields: map[string]any{"s": "new"}})
			return err
		}, map[string]any{"s": "new"}},
		"a dropped column": {func(tx *Tx, id string) error { return tx.PutClass(schema.Class{Name: "Note"}) }, map[string]any{}},
		"a new relation": {func(tx *Tx, id string) error {
			return tx.PutClass(schema.Class{Name: "Note", Fields: map[string]schema.Field{"n": {Type: schema.Number}, "r": {Type: schema.Relation, TargetClass: "Note"}}})
		}, map[string]any{"n": 1.0, "r": map[string]any{"__type": "Relation", "className": "Note"}}},
		"one that failed": {func(tx *Tx, id string) error {
			_ = tx.Try(func() error {
				_, _, err := tx.Update("Note", id, Object{})
				return fmt.Errorf("undo it: %w", err)
			})
			return nil
		}, map[string]any{"n": 1.0}},
	} {
		t.Run(name, func(t *testing.T) {
			s, id := withNote(t, "")
			_, err := s.Get(t.Context(), "Note", id)
			require.NoError(t, err)
			require.True(t, s.rows.kept("Note", id))
			require.NoError(t, s.Write(t.Context(), func(tx *Tx) error { return tt.change(tx, id) }))
			for range 2 { // from the file, and kept
				row, err := s.Get(t.Context(), "Note", id)
				if tt.want == nil {
					require.ErrorIs(t, err, ErrNotFound)
					continue
				}
				require.NoError(t, err)
				got := row.Map()
				for _, system := range []string{"objectId", "createdAt", "updatedAt"} {
					delete(got, system)
				}
				require.Equal(t, tt.want, got)
			}
		})
	}
}

// A get that overlaps a commit may have read what was before, and must not keep it.
func TestRowCacheMissesNoCommit(t *testing.T) {
	old, next := Row{class: "Note", doc: []byte(`{"objectId":"a","n":1}`)}, Row{class: "Note", doc: []byte(`{"objectId":"a","n":2}`)}
	for name, changes := range map[string][]Change{
		"update":  {{Kind: Updated, Class: "Note", Before: old}},
		"delete":  {{Kind: Deleted, Class: "Note", Before: old}},
		"several": {{Kind: Updated, Class: "Note", Before: old}, {Kind: Deleted, Class: "Note", Before: old}, {Kind: Purged, Class: "Note"}},
		"purge":   {{Kind: Purged, Class: "Note"}},
		"drop":    {{Kind: Dropped, Class: "Other"}},
		"schema":  nil,
	} {
		t.Run(name, func(t *testing.T) {
			c := newRowCache()
			commit := func(during func()) { c.during(changes, name == "schema", during) }
			get := func(found Row, meanwhile func()) {
				_, ok, state := c.look("Note", "a")
				require.False(t, ok)
				meanwhile()
				c.keep(found, state)
			}
			get(old, func() { commit(func() {}) })
			require.False(t, c.kept("Note", "a"), "it began before and ended afterwards")
			commit(func() { get(old, func() {}) })
			require.False(t, c.kept("Note", "a"), "it was in between")
			get(old, func() {})
			commit(func() {
				require.False(t, c.kept("Note", "a"), "it was kept before")
				get(next, func() {})
			})
			require.False(t, c.kept("Note", "a"))
			get(next, func() {})
			require.True(t, c.kept("Note", "a"), "nothing happens any more")
		})
	}
	c := newRowCache()
	_, _, state := c.look("Note", "a")
	c.during([]Change{{Kind: Created, Class: "Note", After: old}}, false, func() {}) // a get cannot have read it before
	c.keep(old, state)
	require.True(t, c.kept("Note", "a"))
}

func TestRowCacheIsBounded(t *testing.T) {
	c := newRowCache()
	put := func(id string, size int) {
		_, _, state := c.look("Note", id)
		c.keep(Row{class: "Note", doc: []byte(`{"objectId":"` + id + `","s":"` + strings.Repeat("x", size) + `"}`)}, state)
	}
	put("large", maxCachedRow)
	require.False(t, c.kept("Note", "large"))
	for i := range 20 * rowShards {
		put(fmt.Sprint(i), maxCachedRow-1000)
	}
	require.True(t, c.kept("Note", fmt.Sprint(20*rowShards-1)), "the newest")
	for i := range c.shards {
		s, sum := &c.shards[i], 0
		for key, row := range s.rows {
			sum += size(key, row)
		}
		require.Equal(t, sum, s.bytes)
		require.LessOrEqual(t, sum, maxShard)
	}
}

// Whoever got the answer to an update, or has seen it, sees it ever after.
func TestGetBesideUpdates(t *testing.T) {
	for name, path := range map[string]string{"memory": "", "synced file": filepath.Join(t.TempDir(), "data.db")} {
		t.Run(name, func(t *testing.T) { getBesideUpdates(t, path) })
	}
}

func getBesideUpdates(t *testing.T, path string) {
	s, id := withNote(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			last := 0.0
			for ctx.Err() == nil {
				row, err := s.Get(t.Context(), "Note", id)
				if err != nil || row.Value("n").(float64) < last {
					t.Errorf("after %v: %s, %v", last, row.JSON(), err)
					return
				}
				last = row.Value("n").(float64)
			}
		})
	}
	for n := 2.0; n < 100; n++ {
		require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
			_, _, err := tx.Update("Note", id, Object{Fields: map[string]any{"n": n}})
			return err
		}))
		row, err := s.Get(t.Context(), "Note", id)
		require.NoError(t, err)
		require.Equal(t, n, row.Value("n"))
	}
	cancel()
	readers.Wait()
}

// Bounded is what the objects take, so they must not keep the requests in memory that
// asked for them: the id and the class may be parts of a long one.
func TestRowCacheKeepsNoRequest(t *testing.T) {
	s, id := withNote(t, "")
	for name, ask := range map[string]func(class, id string) error{
		"Get": func(class, id string) error { _, err := s.Get(t.Context(), class, id); return err },
		"GetMany": func(class, id string) error {
			_, err := s.GetMany(t.Context(), class, []string{id}, nil, nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			request := "Note/" + id + "?pad=" + strings.Repeat("x", 10_000)
			class, asked := request[:4], request[5:5+len(id)]
			s.rows.during(nil, true, func() {})
			require.NoError(t, ask(class, asked))
			require.True(t, s.rows.kept("Note", id))
			for key := range s.rows.shard(rowKey{"Note", id}).rows {
				require.NotSame(t, unsafe.StringData(class), unsafe.StringData(key.class))
				require.NotSame(t, unsafe.StringData(asked), unsafe.StringData(key.id))
			}
		})
	}
}

// Objects with odd ids are found, kept and forgotten like others.
func TestRowCacheKnowsOddIDs(t *testing.T) {
	s, _ := withNote(t, "")
	ids := []string{"a", "A", "a\x00b", "a\x00", " a", "a ", "é", "e\u0301", `q"\\`, "\u2028", "<&>", "1", "01", "1.0", "%41", "a/b", "😀", strings.Repeat("x", 1000)}
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
		for i, id := range ids {
			if _, err := tx.Insert("Note", Object{ID: id, Fields: map[string]any{"n": float64(i)}}); err != nil {
				return err
			}
		}
		return nil
	}))
	for round := range 3 { // of which each finds what the one before has kept and changed
		for i, id := range ids {
			for range 2 {
				row, err := s.Get(t.Context(), "Note", id)
				require.NoError(t, err, "%q", id)
				require.Equal(t, id, row.ID())
				require.Equal(t, float64(i+100*round), row.Value("n"), "%q", id)
				require.True(t, s.rows.kept("Note", id), "%q", id)
			}
		}
		found, err := s.GetMany(t.Context(), "Note", ids, nil, nil)
		require.NoError(t, err)
		require.Len(t, found, len(ids))
		require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
			for i, id := range ids {
				if _, _, err := tx.Update("Note", id, Object{Fields: map[string]any{"n": float64(i + 100*(round+1))}}); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, id := range ids {
			require.False(t, s.rows.kept("Note", id), "%q", id)
		}
	}
}

// A closed store has no objects, kept or not.
func TestGetAfterClose(t *testing.T) {
	s, err := Open(t.Context(), Config{})
	require.NoError(t, err)
	_, _, state := s.rows.look("Note", "a")
	s.rows.keep(Row{class: "Note", doc: []byte(`{"objectId":"a"}`)}, state)
	require.NoError(t, s.Close())
	_, err = s.Get(t.Context(), "Note", "a")
	require.ErrorIs(t, err, ErrClosed)
	_, err = s.GetMany(t.Context(), "Note", []string{"a"}, nil, nil)
	require.ErrorIs(t, err, ErrClosed)
}

// GetMany finds the same whether the objects are kept or not, for every caller.
func TestGetManyKeepsTheRights(t *testing.T) {
	s, public := withNote(t, "")
	acls := []map[string]schema.Access{{}, {"*": {Read: true}}, {"u1": {Read: true}}, {"u1": {Write: true}}, {`role:"x"`: {Read: true, Write: true}}, {"u2": {Write: true}, "u1": {Read: true}}}
	ids := []string{public, "none"}
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
		for _, acl := range acls {
			row, err := tx.Insert("Note", Object{ACL: acl})
			if err != nil {
				return err
			}
			ids = append(ids, row.ID())
		}
		return nil
	}))
	callers := [][]string{nil, {}, {"*"}, {"*", "u1"}, {"*", "u2"}, {`role:"x"`}}
	for _, readers := range callers {
		want, err := s.GetMany(t.Context(), "Note", ids, readers, nil)
		require.NoError(t, err)
		for range 2 {
			for id := range want {
				_, err := s.Get(t.Context(), "Note", id)
				require.NoError(t, err)
			}
			var spent int
			got, err := s.GetMany(t.Context(), "Note", ids, readers, func(n int) error { spent += n; return nil })
			require.NoError(t, err)
			require.Equal(t, want, got, "%q", readers)
			require.Equal(t, len(want) > 0, spent > 0)
		}
		s.rows.during(nil, true, func() {})
	}
	all, err := s.GetMany(t.Context(), "Note", ids, nil, nil)
	require.NoError(t, err)
	require.Len(t, all, len(ids)-1)
	for _, readers := range callers { // of what all are kept
		got, err := s.GetMany(t.Context(), "Note", ids, readers, nil)
		require.NoError(t, err)
		s.rows.during(nil, true, func() {})
		want, err := s.GetMany(t.Context(), "Note", ids, readers, nil)
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", readers)
		_, err = s.GetMany(t.Context(), "Note", ids, nil, nil)
		require.NoError(t, err)
	}
	_, err = s.GetMany(t.Context(), "Note", ids, nil, func(int) error { return ErrBroken })
	require.ErrorIs(t, err, ErrBroken, "what is kept is paid for")
}
