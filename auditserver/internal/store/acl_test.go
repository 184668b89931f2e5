package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestKnownACLsAreBounded(t *testing.T) {
	var a aclCache
	for commit := range int64(30) {
		added := map[string]int64{}
		for i := range int64(1000) {
			added[fmt.Sprint(commit, i)] = i
		}
		before := a.version.Load()
		a.committed(added)
		require.Greater(t, a.version.Load(), before)
		known := 0
		a.known.Range(func(_, _ any) bool { known++; return true })
		require.LessOrEqual(t, known, maxCached)
		_, ok := a.known.Load(fmt.Sprint(commit, int64(0)))
		require.True(t, ok, "the newest are known")
	}
}

// What some readers may read is not remembered for others, whatever their names hold.
func TestReadersAreNotMistakenForOthers(t *testing.T) {
	s, _ := withNote(t, "")
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.Insert("Note", Object{ACL: map[string]schema.Access{"role:admin": {Read: true}}, Fields: map[string]any{"n": 2.0}})
		return err
	}))
	q := Query{Class: "Note", Where: where.Equal("n", 2.0), Limit: 10}
	for _, each := range []struct {
		readers []string
		finds   int
	}{
		{[]string{"*", "ann", "role:admin"}, 1},
		{[]string{"*", "ann\x00role:admin"}, 0},
		{[]string{"*", "ann", "role:admin"}, 1},
		{[]string{"*", "ann\x0arole:admin"}, 0},
		{[]string{"*ann", "role:admin"}, 1},
		{[]string{"*", "annrole:admin"}, 0},
	} {
		q.Readers = each.readers
		rows, err := s.Find(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, rows, each.finds, "%q", each.readers)
	}
}
