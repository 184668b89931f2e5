package store

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

var (
	errTimeUp  = errors.New("time is up")
	errTooLong = errors.New("too long")
	errTooMuch = errors.New("too much")
)

// hundred gives a store with 100 rows and bounds for their queries.
func hundred(t *testing.T, bounds Bounds) *Store {
	bounds.TimeUp, bounds.TooLong, bounds.TooMuch = errTimeUp, errTooLong, errTooMuch
	s, err := Open(t.Context(), Config{Bounds: bounds, Readers: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
		if err := tx.PutClass(schema.Class{Name: "Row", Fields: map[string]schema.Field{"s": {Type: schema.String}}}); err != nil {
			return err
		}
		for range 100 {
			if _, err := tx.Insert("Row", Object{Fields: map[string]any{"s": strings.Repeat("a", 300)}}); err != nil {
				return err
			}
		}
		return nil
	}))
	return s
}

func regex(t *testing.T, source string) *where.Node {
	n, err := where.Parse([]byte(`{"s":{"$regex":"`+source+`"}}`), where.Limits{Depth: 10, Conditions: 10})
	require.NoError(t, err)
	return n
}

// What a query of a client does outside of SQLite is counted.
func TestWorkOfAQuery(t *testing.T) {
	s := hundred(t, Bounds{Time: time.Hour, Work: 1999})
	q := Query{Class: "Row", Where: regex(t, "b$"), Readers: []string{"*"}, Limit: 1}
	_, err := s.Find(t.Context(), q) // 100 texts of 300 bytes: 20 each
	require.ErrorIs(t, err, errTooMuch)
	_, err = s.Count(t.Context(), q)
	require.ErrorIs(t, err, errTooMuch)
	q.Readers = nil
	_, err = s.Find(t.Context(), q)
	require.NoError(t, err, "nobody counts for the master key")
	q.Readers, q.Where = []string{"*"}, nil
	rows, err := s.Find(t.Context(), q)
	require.NoError(t, err, "each query counts from the beginning")
	require.Len(t, rows, 1)
}

// slow is a query that lasts until something ends it: each row costs the more the
// more rows there are.
func slow(t *testing.T, s *Store) Query {
	require.NoError(t, s.Write(t.Context(), func(tx *Tx) error {
		for range 4000 {
			if _, err := tx.Insert("Row", Object{Fields: map[string]any{"s": "x"}}); err != nil {
				return err
			}
		}
		return nil
	}))
	each := regex(t, "(a*b*c*d*e*f*g*h*)*z")
	return Query{Class: "Row", Where: where.AnyOf(each, regex(t, "(a|aa)+y"), regex(t, "((((a+)+)+)+)w")), Readers: []string{"*"}, Limit: 1,
		Order: []Order{{Field: "s"}}}
}

func TestTimeOfAQuery(t *testing.T) {
	s := hundred(t, Bounds{Time: time.Nanosecond, Long: func() (func(), bool) { panic("no query may last so long") }})
	_, err := s.Find(t.Context(), slow(t, s))
	require.ErrorIs(t, err, errTimeUp)
	_, err = s.Find(t.Context(), Query{Class: "Row", Limit: 1})
	require.NoError(t, err, "the connection is as before")
}

// A query that has kept a connection for long goes on if it is one of the few, or if
// nobody waits. While it waits itself it keeps nothing from others.
func TestLongQueries(t *testing.T) {
	for _, c := range []struct {
		name           string
		lent, admitted bool
		waiting        int64
		want           error
		after          time.Duration
	}{
		{"one of the few", true, true, 1, errTimeUp, time.Second},
		{"one too many", true, false, 1, errTooLong, 100*time.Millisecond + LongQuery},
		{"nobody waits", true, false, 0, errTimeUp, time.Second},
		{"waits itself", false, false, 1, errTimeUp, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, left := 0, 0
				s := &Store{cfg: Config{Bounds: Bounds{Time: time.Second, TimeUp: errTimeUp, TooLong: errTooLong,
					Long: func() (func(), bool) { asked++; return func() { left++ }, c.admitted }}}}
				s.waiting.Store(c.waiting)
				began := time.Now()
				ctx, w := s.watch(t.Context(), &Query{Readers: []string{"*"}})
				time.Sleep(100 * time.Millisecond) //nolint:forbidigo // the bubble's time: it waits for its connection
				if c.lent {
					w.run()
				}
				<-ctx.Done()
				require.Equal(t, c.after, time.Since(began))
				require.Equal(t, c.want, w.end(ctx.Err()))
				require.Equal(t, c.admitted, left == 1, "its place is free again")
				require.Equal(t, c.lent, asked > 0)

				asked = 0
				ctx, w = s.watch(t.Context(), &Query{Readers: []string{"*"}})
				w.run()
				require.NoError(t, w.end(nil))
				require.Error(t, ctx.Err())
				time.Sleep(time.Second) //nolint:forbidigo // the bubble's time
				require.Zero(t, asked, "a quick one asks for none")
			})
		})
	}
}

// One who waits for a connection is counted, until it has one or gives up.
func TestWaitingForAConnection(t *testing.T) {
	s := hundred(t, Bounds{})
	require.NoError(t, s.read(t.Context(), func(reader) error {
		giveUp, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := s.Find(giveUp, Query{Class: "Row", Limit: 1})
			gone <- err
		}()
		for s.waiting.Load() == 0 {
			runtime.Gosched()
		}
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		return nil
	}))
	require.Zero(t, s.waiting.Load())
}
