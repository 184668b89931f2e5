package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// TestNodeKilledUnderLoad kills one of several Parse Servers in the middle of
// writes with retries.
func TestNodeKilledUnderLoad(t *testing.T) {
	s, ok := startedStack()
	if !ok || len(s.nodes) < 2 {
		t.Skip("there are no two nodes: make conformance-cluster starts them")
	}
	underLoad(t, s, 0, func(t *testing.T) {
		s.do(t, "node", "2", "kill")
		t.Cleanup(func() { s.do(t, "node", "2", "start") })
	})
}

// TestDatabaseStoppedUnderLoad takes the database away for ten seconds.
func TestDatabaseStoppedUnderLoad(t *testing.T) {
	s, ok := startedStack()
	if !ok {
		t.Skip("there is no stack to break: make conformance starts one")
	}
	underLoad(t, s, 0, func(t *testing.T) {
		s.do(t, "database", "stop")
		<-time.After(10 * time.Second)
		s.do(t, "database", "start")
	})
}

// TestSubscriptionOutlivesDatabaseStopped takes the database away and then the
// connection, for longer than a Parse Server remembers sessions: it refuses the
// subscriber then, with the words for a session that has ended.
func TestSubscriptionOutlivesDatabaseStopped(t *testing.T) {
	server, ok := realSoakServer(t)
	if !ok {
		t.Skip("there is no stack to break: make conformance starts one")
	}
	stack, _ := startedStack()
	s := newSoak(t, server, smallSoak)
	proxy := startCutter(t, server.address)
	client := s.client(proxy)
	session, err := client.LogIn(t.Context(), s.name, "soak")
	require.NoError(t, err)
	picture := s.subscribe(client.As(session))
	row := s.newRow("chaos")
	require.NoError(t, s.rows.Create(t.Context(), row))

	stack.do(t, "database", "stop")
	<-time.After(6 * time.Second) // the server's cacheTimeout is 5 s
	proxy.cut()
	<-time.After(4 * time.Second)
	stack.do(t, "database", "start")
	require.Eventually(t, func() bool {
		return s.rows.Update(t.Context(), row.ObjectID, soakN.Set(2)) == nil
	}, time.Minute, 50*time.Millisecond)
	table := s.table()
	require.Eventually(t, func() bool { return picture.equals(table) }, time.Minute, 50*time.Millisecond,
		"the subscriber's picture is not the table: %s", picture.difference(table))
}

// TestRepliesDroppedUnderLoad closes the connection in place of every 50th reply.
func TestRepliesDroppedUnderLoad(t *testing.T) {
	s, ok := startedStack()
	if !ok {
		t.Skip("there is no stack to break: make conformance starts one")
	}
	f := underLoad(t, s, 50, func(*testing.T) {})
	require.Positive(t, f.dropped.Load(), "no reply was dropped")
}

// ledger is what the client was told of each write.
type ledger struct {
	mu                    sync.Mutex
	done, unknown, failed map[string]bool
	acknowledged          atomic.Int64
	added, maybe          atomic.Int64 // increments of one counter
}

func (l *ledger) note(name string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.done[name] = true
		l.acknowledged.Add(1)
	case errors.Is(err, parse.ErrOutcomeUnknown):
		l.unknown[name] = true
	default:
		l.failed[name] = true
	}
}

// underLoad writes from eight sides while the servers are disturbed, and then
// compares what is stored with what the client was told: nothing acknowledged is
// lost, nothing is there twice, nothing that failed is there, and every doubt
// was reported as one.
func underLoad(t *testing.T, s stack, drop int64, disturb func(*testing.T)) *front {
	tg, ok := realTarget(t)
	require.True(t, ok)
	direct := tg
	direct.url = s.nodes[0]
	w := newWorld(t, direct)
	f, url := startFront(t, s.nodes, drop)
	client, err := isoaudit.NewClient(url, tg.options(
		parse.WithRequestIDs(parse.RequestIDsHonoured),
		parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 6, FirstWait: 50 * time.Millisecond, MaxWait: time.Second, AttemptTimeout: 5 * time.Second}),
	)...)
	require.NoError(t, err)
	items, fields := parse.NewCollection[item](client, w.itemClass()), itemFields()
	counter := &item{Name: "counter"}
	require.NoError(t, items.Create(t.Context(), counter))

	l := &ledger{done: map[string]bool{}, unknown: map[string]bool{}, failed: map[string]bool{}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var writers sync.WaitGroup
	for writer := range 8 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("%d-%d", writer, i)
				// The test's own context: a write that has begun runs to its end.
				l.note(name, items.Create(t.Context(), &item{Name: name, Batch: "load"}))
				switch err := items.Update(t.Context(), counter.ObjectID, fields.N.Increment(1)); {
				case err == nil:
					l.added.Add(1)
				case errors.Is(err, parse.ErrOutcomeUnknown):
					l.maybe.Add(1)
				}
			}
		})
	}
	more := func(n int64) {
		t.Helper()
		goal := l.acknowledged.Load() + n
		require.Eventually(t, func() bool { return l.acknowledged.Load() >= goal }, 2*time.Minute, 10*time.Millisecond, "the writers do not get on")
	}
	more(150)
	disturb(t)
	more(150)
	stop()
	writers.Wait()
	l.compare(t, parse.NewCollection[item](w.admin.Client, w.itemClass()), counter.ObjectID)
	return f
}

func (l *ledger) compare(t *testing.T, items *isoaudit.Collection[item], counter string) {
	t.Helper()
	fields, stored := itemFields(), map[string]int{}
	for row, err := range items.Query().Where(fields.Batch.Eq("load")).Select(fields.Name).All(t.Context()) {
		require.NoError(t, err)
		stored[row.Name]++
	}
	arrived := 0
	for name, times := range stored {
		require.Equalf(t, 1, times, "%s was written %d times", name, times)
		require.Falsef(t, l.failed[name], "%s was reported as failed and is there", name)
		require.Truef(t, l.done[name] || l.unknown[name], "%s is there and nobody wrote it", name)
		if l.unknown[name] {
			arrived++
		}
	}
	for name := range l.done {
		require.Containsf(t, stored, name, "%s was acknowledged and is lost", name)
	}
	row, err := items.Get(t.Context(), counter)
	require.NoError(t, err)
	require.GreaterOrEqual(t, int64(row.N), l.added.Load(), "acknowledged increments are lost")
	require.LessOrEqual(t, int64(row.N), l.added.Load()+l.maybe.Load(), "increments were done twice")
	t.Logf("%d creates acknowledged, %d unknown (%d of them stored), %d failed; counter %d: %d increments acknowledged, %d unknown",
		len(l.done), len(l.unknown), arrived, len(l.failed), row.N, l.added.Load(), l.maybe.Load())
}
