package store

import (
	"context"
	"database/sql/driver"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// endless finds one row at once and never another one.
const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n FROM c WHERE n=1 OR n<0"

func TestInterrupt(t *testing.T) {
	c, err := openConn(filepath.Join(t.TempDir(), "data.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, c.close()) }()
	require.NotZero(t, c.db, "the driver keeps SQLite's handle elsewhere: every query is slower")

	for name, when := range map[string]func(context.CancelFunc) func(){
		"before the first row": func(cancel context.CancelFunc) func() { cancel(); return func() {} },
		"after it":             func(cancel context.CancelFunc) func() { return cancel },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			first := when(cancel)
			err := c.query(ctx, endless, nil, func([]driver.Value) (bool, error) { first(); return true, nil })
			require.ErrorIs(t, err, context.Canceled)
		})
	}

	t.Run("the next statement is another", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := c.query(ctx, "SELECT 1", nil, func([]driver.Value) (bool, error) { return false, nil })
		cancel()
		require.NoError(t, err)
		row, err := c.queryRow("SELECT count(*) FROM (" + "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c LIMIT 10000) SELECT n FROM c)")
		require.NoError(t, err)
		require.Equal(t, []driver.Value{int64(10_000)}, row)
	})

	t.Run("a driver whose handle is not known", func(t *testing.T) {
		require.Zero(t, handle(nil))
		require.Zero(t, handle(struct{ driver.Conn }{}))
		c.db = 0
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := c.query(ctx, endless, nil, func([]driver.Value) (bool, error) { return true, nil })
		require.ErrorIs(t, err, context.Canceled)
	})
}

// A sub-query of its own ends with its query, but not within a transaction.
func TestSubqueryEndsWithItsQuery(t *testing.T) {
	s, _ := withNote(t, "")
	n, err := where.Parse([]byte(`{"n":{"$gt":5}}`), where.Limits{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	values := func(r reader) error {
		k, err := r.compiler(ctx, nil)
		require.NoError(t, err)
		class := r.cat.classes["Note"]
		return k.values(class, class.columns["n"].sql, n, func(driver.Value) error { return nil })
	}
	require.ErrorIs(t, s.read(t.Context(), values), context.Canceled)
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error { return values(tx.reader()) }))
}
