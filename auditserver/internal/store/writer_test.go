package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

// When the disk is full SQLite may end the transaction of a group by itself.
// Then nobody of the group is told that his write was kept, and what a call
// writes after the error is not kept either.
func TestFullDiskFailsItsWholeGroup(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Config{OnCommit: func(changes []Change) {
		for _, c := range changes {
			if c.After.ID() != "later" {
				t.Errorf("a change was announced that is not there: %s", c.After.JSON())
			}
		}
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	plan := schema.Class{Name: "Plan", Fields: map[string]schema.Field{"note": {Type: schema.String}}}
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(plan) }))

	insert := func(tx *Tx, id string, size int) error {
		_, err := tx.Insert("Plan", Object{ID: id, Fields: map[string]any{"note": strings.Repeat("x", size)}})
		return err
	}
	started, queued := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- s.Write(ctx, func(tx *Tx) error {
			close(started)
			<-queued
			return insert(tx, "first", 1)
		})
	}()
	<-started
	wr := &writing{ctx: ctx, done: make(chan struct{}), fn: func(tx *Tx) error {
		if _, err := tx.c.queryRow("PRAGMA max_page_count=50"); err != nil {
			return err
		}
		full := insert(tx, "full", 1<<20)
		return errors.Join(insert(tx, "after", 1), full)
	}}
	duplicate := &writing{ctx: ctx, done: make(chan struct{}), fn: func(tx *Tx) error { return insert(tx, "first", 1) }}
	s.writer.queue <- duplicate
	s.writer.queue <- wr
	close(queued)
	require.ErrorContains(t, <-first, "rolled back")
	<-wr.done
	require.ErrorContains(t, wr.err, "rolled back")
	<-duplicate.done
	require.NotErrorIs(t, duplicate.err, ErrDuplicate, "of what was not kept")
	require.ErrorContains(t, duplicate.err, "rolled back")
	for _, id := range []string{"first", "full", "after"} {
		_, err = s.Get(ctx, "Plan", id)
		require.ErrorIs(t, err, ErrNotFound, id)
	}
	require.NoError(t, s.Write(ctx, func(tx *Tx) error {
		_, err := tx.c.queryRow("PRAGMA max_page_count=100000")
		return errors.Join(err, insert(tx, "later", 1))
	}))
	_, err = s.Get(ctx, "Plan", "later")
	require.NoError(t, err)
}
