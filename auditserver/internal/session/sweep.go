package session

import (
	"context"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// sweepBatch is how many sessions one transaction removes: others want to write too.
const sweepBatch = 200

// Sweep removes the sessions that ended before a time, and says how many.
func (sc *Sessions) Sweep(ctx context.Context, before time.Time) (removed int, err error) {
	ended := &where.Node{Op: where.Lt, Path: "expiresAt", Value: where.DateValue(before)}
	for {
		var after []func()
		n := 0
		err := sc.store.Write(ctx, func(tx *store.Tx) error {
			rows, err := tx.Find(ctx, store.Query{Class: "_Session", Where: ended, Limit: sweepBatch, Hidden: true})
			if err != nil {
				return err
			}
			n = len(rows)
			return sc.dropRows(tx, func(f func()) { after = append(after, f) }, rows)
		})
		if err != nil {
			return removed, err
		}
		for _, f := range after {
			f()
		}
		if removed += n; n < sweepBatch {
			return removed, nil
		}
	}
}
