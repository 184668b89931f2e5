package store_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// killed copies the files of an open store: what a kill leaves. What is not to be
// copied is left out.
func killed(t *testing.T, path string, without ...string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "data.db")
	for _, suffix := range []string{"", "-wal", "-synced"} {
		content, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		if !strings.Contains(strings.Join(without, " "), "db"+suffix) {
			require.NoError(t, os.WriteFile(to+suffix, content, 0o600))
		}
	}
	return to
}

func insertPlans(t *testing.T, s *store.Store, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.Insert("Plan", store.Object{ID: fmt.Sprintf("p%d", i), Fields: map[string]any{"ref": strings.Repeat("x", 100)}})
			return err
		})
	}
}

// openFile makes a database file with n plans, each with a commit of its own.
func openFile(t *testing.T, n int) (s *store.Store, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "data.db")
	s = open(t, store.Config{Path: path})
	write(t, s, func(tx *store.Tx) error { return tx.PutClass(planClass) })
	insertPlans(t, s, 0, n)
	return s, path
}

func TestDamagedLogIsNoticed(t *testing.T) {
	_, path := openFile(t, 20)
	intact, err := store.Open(ctx, store.Config{Path: killed(t, path)})
	require.NoError(t, err)
	require.NoError(t, intact.Close())
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		place := random.Int64N(info.Size())
		copied := killed(t, path)
		log, err := os.ReadFile(copied + "-wal")
		require.NoError(t, err)
		log[place] ^= 1 << random.IntN(8)
		require.NoError(t, os.WriteFile(copied+"-wal", log, 0o600))
		_, err = store.Open(ctx, store.Config{Path: copied})
		require.ErrorIs(t, err, store.ErrDamaged, "byte %d of %d", place, info.Size())
		after, err := os.ReadFile(copied + "-wal")
		require.NoError(t, err)
		require.Equal(t, log, after, "nothing is changed before somebody says so")
	}
}

func TestMissingOrShortLogIsNoticed(t *testing.T) {
	_, path := openFile(t, 5)
	for name, harm := range map[string]func(string) error{
		"removed":          func(p string) error { return os.Remove(p + "-wal") },
		"emptied":          func(p string) error { return os.Truncate(p+"-wal", 0) },
		"cut to a header":  func(p string) error { return os.Truncate(p+"-wal", 32) },
		"cut":              func(p string) error { return os.Truncate(p+"-wal", 40_000) },
		"database emptied": func(p string) error { return os.Truncate(p, 0) },
		"database removed": os.Remove,
	} {
		copied := killed(t, path)
		require.NoError(t, harm(copied))
		_, err := store.Open(ctx, store.Config{Path: copied})
		require.ErrorIs(t, err, store.ErrDamaged, name)
	}
}

// An emptied file is noticed where no log is left, too.
func TestEmptiedFileIsNoticed(t *testing.T) {
	s, path := openFile(t, 1)
	require.NoError(t, s.Close())
	require.NoError(t, os.Truncate(path, 0))
	_, err := store.Open(ctx, store.Config{Path: path})
	require.ErrorIs(t, err, store.ErrDamaged)
	require.NoError(t, os.Remove(path), "whoever removes it wants a new one")
	open(t, store.Config{Path: path})
}

// What was not synced may be torn after a power cut: nobody was told that it is kept.
func TestTornTailIsNoDamage(t *testing.T) {
	s, path := openFile(t, 5)
	record, err := os.ReadFile(path + "-synced")
	require.NoError(t, err)
	before, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	insertPlans(t, s, 5, 7) // as many as may be unsynced at a time
	for _, harm := range []int64{0, 10, 5000} {
		copied := killed(t, path)
		require.NoError(t, os.WriteFile(copied+"-synced", record, 0o600))
		log, err := os.ReadFile(copied + "-wal")
		require.NoError(t, err)
		for i := range int64(1000) {
			log[before.Size()+harm+i] ^= 0xaa
		}
		require.NoError(t, os.WriteFile(copied+"-wal", log, 0o600))
		torn := open(t, store.Config{Path: copied})
		n, err := torn.Count(ctx, store.Query{Class: "Plan"})
		require.NoError(t, err)
		require.Equal(t, 5, n)
	}
}

func TestRecoverGoesOnAndSaysWhatIsLost(t *testing.T) {
	_, path := openFile(t, 10)
	copied := killed(t, path)
	log, err := os.ReadFile(copied + "-wal")
	require.NoError(t, err)
	log[len(log)*3/4] ^= 1
	require.NoError(t, os.WriteFile(copied+"-wal", log, 0o600))
	var said bytes.Buffer
	s := open(t, store.Config{Path: copied, Recover: true, Logger: slog.New(slog.NewTextHandler(&said, nil))})
	require.Regexp(t, `writes are lost.*commits behind the damage"=[1-9]`, said.String())
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Positive(t, n)
	require.Less(t, n, 10)
	for i := range n {
		_, err := s.Get(ctx, "Plan", fmt.Sprintf("p%d", i))
		require.NoError(t, err, "a prefix")
	}
	aside, err := filepath.Glob(copied + "-wal.damaged-*")
	require.NoError(t, err)
	require.Len(t, aside, 1)
	kept, err := os.ReadFile(aside[0])
	require.NoError(t, err)
	require.Equal(t, log, kept)
	insertPlans(t, s, n, n+3)
	require.NoError(t, s.Close())
	again := open(t, store.Config{Path: copied}) // and it is whole again
	n2, err := again.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Equal(t, n+3, n2)
}

// A log that SQLite has begun again is followed, and a kill after it is no damage.
func TestLogBegunAgainIsFollowed(t *testing.T) {
	s, path := openFile(t, 5)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.ExecContext(ctx, "PRAGMA wal_checkpoint(FULL)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	insertPlans(t, s, 5, 8)
	copied := killed(t, path)
	log, err := os.ReadFile(copied + "-wal")
	require.NoError(t, err)
	after, err := store.Open(ctx, store.Config{Path: copied})
	require.NoError(t, err)
	n, err := after.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.NoError(t, after.Close())
	require.Equal(t, 8, n)

	copied = killed(t, path)
	log[32+24+100] ^= 1 // in the first frame of the new generation
	require.NoError(t, os.WriteFile(copied+"-wal", log, 0o600))
	_, err = store.Open(ctx, store.Config{Path: copied})
	require.ErrorIs(t, err, store.ErrDamaged)
}
