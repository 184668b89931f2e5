package store

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Ids made one after the other stand together and in the order of their time.
func TestIDsOfATimeStandTogether(t *testing.T) {
	form := regexp.MustCompile("^[0-9A-Za-z]{10}$")
	start := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)
	last := newID(start, IDSize)
	for step := range 1000 {
		now := start.Add(time.Duration(step+1) * idStep)
		id := newID(now, IDSize)
		require.Regexp(t, form, id)
		require.Less(t, last, id)
		require.Equal(t, id[:idTimeChars], newID(now, IDSize)[:idTimeChars])
		require.NotEqual(t, id, newID(now, IDSize))
		last = id
	}
}

// An id that is taken is not the client's concern: the object gets another.
func TestTakenIDIsReplaced(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	ids := []string{"first", "first", "first", "second"}
	s.newID = func() string { id := ids[0]; ids = ids[1:]; return id }
	insert := func(tx *Tx) error { _, err := tx.Insert("Plan", Object{}); return err }
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(schema.Class{Name: "Plan"}) }))
	require.NoError(t, s.Write(ctx, insert))
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.Try(func() error { return insert(tx) }) }))
	for _, id := range []string{"first", "second"} {
		row, err := s.Get(ctx, "Plan", id)
		require.NoError(t, err)
		require.Equal(t, id, row.ID())
	}
	require.Empty(t, ids)
	require.ErrorIs(t, s.Write(ctx, func(tx *Tx) error { _, err := tx.Insert("Plan", Object{ID: "first"}); return err }), ErrDuplicate,
		"an id that was asked for is not replaced")
}
