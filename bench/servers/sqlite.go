package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite"
)

// syncedRows is how many findings a second SQLite takes with one sync for every group of
// so many, written by a program that does nothing else: the limit of creates.
func (l load) syncedRows(ctx context.Context, plans []string, group int) (speed, error) {
	folder, err := os.MkdirTemp("", "isoaudit-bench-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "rows.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `CREATE TABLE finding (id TEXT PRIMARY KEY, plan TEXT, clause TEXT, created INTEGER, doc TEXT) WITHOUT ROWID;
		CREATE INDEX finding_plan ON finding (plan, clause)`)
	if err != nil {
		return nil, err
	}
	var speeds speed
	for round, n := 0, int64(0); round < l.rounds; round++ {
		start, first := time.Now(), n
		for time.Since(start) < l.turn {
			if err := writeGroup(ctx, db, plans, n, group); err != nil {
				return nil, err
			}
			n += int64(group)
		}
		speeds = append(speeds, float64(n-first)/time.Since(start).Seconds())
	}
	return speeds, nil
}

// writeGroup inserts so many findings and commits, which syncs the file. The ids are
// spread over the table as those of a server are.
func writeGroup(ctx context.Context, db *sql.DB, plans []string, first int64, size int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it says that it was one
	insert, err := tx.PrepareContext(ctx, `INSERT INTO finding VALUES (hex(randomblob(5)) || ?, ?, '8.5.1', ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range int64(size) {
		f := finding{first + i, plans[int(first+i)%len(plans)]}
		if _, err := insert.ExecContext(ctx, f.number, f.plan, time.Now().UnixMilli(), "{"+f.texts()+"}"); err != nil {
			return err
		}
	}
	return tx.Commit()
}
