package store

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

// When SQLite ends the transaction of a group by itself (a full disk), nobody
// of the group is told that his write was kept. It reaches inside to end it.
func TestLostTransactionFailsItsWholeGroup(t *testing.T) {
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
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(schema.Class{Name: "Plan"}) }))

	started, queued := make(chan struct{}), make(chan struct{})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		first <- s.Write(ctx, func(tx *Tx) error {
			close(started)
			<-queued
			_, err := tx.Insert("Plan", Object{ID: "first"})
			return err
		})
	}()
	<-started
	wr := &writing{ctx: ctx, done: make(chan struct{}), fn: func(tx *Tx) error {
		_, err := tx.c.exec("ROLLBACK")
		return err
	}}
	s.writer.queue <- wr
	go func() { <-wr.done; second <- wr.err }()
	close(queued)
	require.ErrorContains(t, <-first, "rolled back")
	require.ErrorContains(t, <-second, "rolled back")
	_, err = s.Get(ctx, "Plan", "first")
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, s.Write(ctx, func(tx *Tx) error { _, err := tx.Insert("Plan", Object{ID: "later"}); return err }))
	_, err = s.Get(ctx, "Plan", "later")
	require.NoError(t, err)
}
