package wal_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/wal"
)

// database is an SQLite database with a log.
func database(t *testing.T) (db *sql.DB, log string) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	run(t, db, "PRAGMA journal_mode(WAL)", "CREATE TABLE t(v)")
	return db, path + "-wal"
}

func run(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		_, err := db.ExecContext(context.Background(), s)
		require.NoError(t, err)
	}
}

const insert = "INSERT INTO t VALUES(hex(randomblob(6000)))"

// The follower finds what a reading of the whole log finds, also after SQLite has
// begun the log again and after frames that were never committed.
func TestFollowerAgreesWithInspect(t *testing.T) {
	db, path := database(t)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	follower := wal.NewFollower(f)
	salts := map[uint64]bool{}
	for _, step := range [][]string{
		{}, {insert}, {insert, insert},
		{"PRAGMA cache_size(2)", "BEGIN", insert, insert, insert, insert, "ROLLBACK"}, {insert}, // spilled frames behind the end
		{"PRAGMA wal_checkpoint(FULL)", insert}, {"BEGIN", insert, insert, insert, "COMMIT"},
	} {
		run(t, db, step...)
		at, err := follower.Last()
		require.NoError(t, err)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		whole, err := wal.Inspect(bytes.NewReader(raw))
		require.NoError(t, err)
		require.Equal(t, wal.Position{Salt: whole.Salt, Frames: whole.Frames}, at, step)
		require.Zero(t, whole.BehindCommits)
		salts[at.Salt] = true
	}
	require.Len(t, salts, 2, "the log has begun again")
}

// A commit that failed may leave frames that look like one.
func TestFollowerDoubts(t *testing.T) {
	db, path := database(t)
	run(t, db, insert)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	sound, err := wal.Inspect(bytes.NewReader(raw))
	require.NoError(t, err)
	run(t, db, insert)
	failed, err := os.ReadFile(path)
	require.NoError(t, err)
	failed[len(failed)-1] ^= 1 // the page of the last frame did not reach the log
	follower := wal.NewFollower(bytes.NewReader(failed))
	at, err := follower.Last()
	require.NoError(t, err)
	require.Equal(t, sound.Frames, at.Frames)
}

func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	known, err := wal.ReadRecord(path)
	require.NoError(t, err)
	require.Equal(t, wal.Known{}, known)
	for _, want := range []wal.Record{{}, {Unsynced: true}, {Position: wal.Position{Salt: 1<<63 + 5, Frames: 77}}} {
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, want.Put(f))
		require.NoError(t, f.Close())
		known, err = wal.ReadRecord(path)
		require.NoError(t, err)
		require.Equal(t, wal.Known{Record: want, Found: true}, known)
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 4
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		known, err = wal.ReadRecord(path)
		require.NoError(t, err)
		require.Equal(t, wal.Known{Found: true, Damaged: true}, known)
	}
}
