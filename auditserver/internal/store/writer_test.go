package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/wal"
	"github.com/isoaudit/isoaudit-go/schema"
)

// When the disk is full SQLite may end the transaction of a round by itself.
// Then nobody of the round is told that his write was kept, and what a call
// writes after the error is not kept either.
func TestFullDiskFailsItsWholeRound(t *testing.T) {
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

// heldLog is a log whose syncs wait until the test lets them end.
type heldLog struct{ end chan error }

func (l heldLog) Sync() error  { return <-l.end }
func (l heldLog) Close() error { return nil }

// told waits until nothing moves and tells whether what ended.
func told(what chan error) bool {
	synctest.Wait()
	return len(what) == 1
}

// Nobody is told of a write before it is synced: neither who wrote, nor who
// reads, nor OnCommit. The next write runs meanwhile. After a failed sync
// nothing is promised any more.
func TestNothingIsToldBeforeTheSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		announced := make(chan error, 10)
		s, err := Open(ctx, Config{OnCommit: func([]Change) { announced <- nil }})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(schema.Class{Name: "Plan"}) }))
		log := heldLog{make(chan error)}
		s.writer.syncer.log = &syncedLog{file: log, follower: wal.NewFollower(strings.NewReader(""))}

		in := func(call func() error) chan error {
			end := make(chan error, 1)
			go func() { end <- call() }()
			return end
		}
		get := func(id string) chan error {
			return in(func() error { _, err := s.Get(ctx, "Plan", id); return err })
		}
		ran := make(chan error, 10)
		insert := func(id string, takes time.Duration) chan error {
			return in(func() error {
				return s.Write(ctx, func(tx *Tx) error {
					time.Sleep(takes) //nolint:forbidigo // the bubble's time
					_, err := tx.Insert("Plan", Object{ID: id})
					ran <- err
					return err
				})
			})
		}

		first := insert("first", 0)
		require.False(t, told(first))
		require.NoError(t, <-ran)
		read := get("first")
		cancelled, cancel := context.WithCancel(ctx)
		impatient := in(func() error { _, err := s.Get(cancelled, "Plan", "first"); return err })
		second, again := insert("second", 0), insert("first", 0)
		require.False(t, told(second))
		require.False(t, told(again), "a duplicate of what is not on the disk yet")
		require.ElementsMatch(t, []bool{true, false}, []bool{<-ran == nil, <-ran == nil}, "the next round runs beside the sync")
		require.False(t, told(first))
		require.False(t, told(read))
		require.Empty(t, announced)
		cancel()
		require.ErrorIs(t, <-impatient, context.Canceled)

		log.end <- nil
		require.True(t, told(first))
		require.True(t, told(read))
		require.NoError(t, errors.Join(<-first, <-read, <-announced))
		require.False(t, told(second))
		require.False(t, told(again))

		long := insert("long", 2*longRound)
		require.False(t, told(long))
		time.Sleep(3 * longRound) //nolint:forbidigo // the bubble's time
		require.NoError(t, <-ran)
		read = get("long") // committed beside the sync of the round before
		require.False(t, told(read))
		log.end <- nil
		require.True(t, told(second))
		require.True(t, told(again))
		require.NoError(t, errors.Join(<-second, <-announced))
		require.ErrorIs(t, <-again, ErrDuplicate)
		require.False(t, told(long))
		require.False(t, told(read))

		log.end <- errors.New("input/output error")
		require.ErrorIs(t, <-long, ErrBroken)
		require.ErrorIs(t, <-read, ErrBroken)
		require.ErrorIs(t, <-get("first"), ErrBroken)
		require.ErrorIs(t, <-insert("third", 0), ErrBroken)
		require.Empty(t, ran)
		require.Empty(t, announced)
	})
}

// The log that is synced is the one SQLite writes, whatever the file is called.
func TestTheLogOfALinkedFileIsFound(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "data"), 0o700))
	require.NoError(t, os.Symlink(filepath.Join(dir, "data"), filepath.Join(dir, "folder")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "data", "real.db"), filepath.Join(dir, "link.db")))
	for _, path := range []string{filepath.Join(dir, "folder", "plain.db"), filepath.Join(dir, "link.db")} {
		s, err := Open(ctx, Config{Path: path})
		require.NoError(t, err)
		require.NoError(t, s.Write(ctx, func(tx *Tx) error { return tx.PutClass(schema.Class{Name: "Plan"}) }))
		synced, ok := s.writer.syncer.log.file.(*os.File)
		require.True(t, ok)
		info, err := synced.Stat()
		require.NoError(t, err)
		require.NotZero(t, info.Size())
		logs, err := filepath.Glob(filepath.Join(dir, "data", "*-wal"))
		require.NoError(t, err)
		require.Len(t, logs, 1)
		other, err := os.Stat(logs[0])
		require.NoError(t, err)
		require.True(t, os.SameFile(info, other))
		require.NoError(t, s.Close())
	}
}
