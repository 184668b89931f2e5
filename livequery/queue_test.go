package livequery

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// The queue is tested from inside: over a network its bounds could only be
// reached by luck.

func event(kind Kind, id string, n int) Event {
	return Event{Kind: kind, Object: jsontext.Value(fmt.Sprintf(`{"objectId":%q,"n":%d}`, id, n))}
}

func drain(q *queue) []string {
	var all []string
	for {
		e, ok, _ := q.take()
		if !ok {
			return all
		}
		text := e.Kind.String()
		if e.Object != nil {
			text += " " + string(e.Object)
		}
		if e.Coalesced > 0 {
			text += fmt.Sprintf(" +%d", e.Coalesced)
		}
		if e.Dropped > 0 {
			text += fmt.Sprintf(" -%d", e.Dropped)
		}
		all = append(all, text)
	}
}

func TestFullQueueFoldsEventsOfOneObject(t *testing.T) {
	q := newQueue(4, 1<<20)
	q.push(event(Created, "a", 1))
	q.push(event(Updated, "b", 1))
	q.push(event(Updated, "a", 2))
	q.push(event(Left, "b", 2))
	q.push(event(Updated, "a", 3))
	require.Equal(t, []string{
		`created {"objectId":"a","n":2} +1`, // still new to the reader
		`left {"objectId":"b","n":2} +1`,
		`updated {"objectId":"a","n":3}`,
	}, drain(q))
	require.Zero(t, q.droppedCount())
}

func TestFoldKeepsTheFirstOriginal(t *testing.T) {
	first, second := event(Updated, "a", 2), event(Updated, "a", 3)
	first.Original, second.Original = jsontext.Value(`{"n":1}`), jsontext.Value(`{"n":2}`)
	merged := merge(first, second)
	require.Equal(t, `{"n":1}`, string(merged.Original))
	require.Equal(t, `{"objectId":"a","n":3}`, string(merged.Object))
}

func TestFullQueueOfDistinctObjectsOverflowsVisibly(t *testing.T) {
	q := newQueue(2, 1<<20)
	for i := range 5 {
		q.push(event(Created, fmt.Sprint(i), 0))
	}
	require.Equal(t, []string{
		`created {"objectId":"0","n":0}`,
		`created {"objectId":"1","n":0}`,
		`overflowed -3`,
	}, drain(q))
	require.Equal(t, 3, q.droppedCount())
	q.push(event(Created, "5", 0))
	require.Equal(t, []string{`created {"objectId":"5","n":0}`}, drain(q), "after the mark was read, events are kept again")
}

func TestNothingIsKeptBehindAnOverflowMark(t *testing.T) {
	q := newQueue(2, 1<<20)
	for i := range 3 {
		q.push(event(Created, fmt.Sprint(i), 0))
	}
	_, _, _ = q.take()
	q.push(event(Updated, "0", 1)) // room again, but the reader must read the rows first
	q.push(Event{Kind: Resubscribed})
	q.push(Event{Kind: Resubscribed})
	require.Equal(t, []string{`created {"objectId":"1","n":0}`, `overflowed -2`, `resubscribed`}, drain(q))
}

func TestQueueIsBoundedInBytes(t *testing.T) {
	q := newQueue(1000, 1000)
	for i := range 100 {
		q.push(event(Created, fmt.Sprint(i), 0))
	}
	require.LessOrEqual(t, q.bytes, 1000+128)
	got := drain(q)
	require.Contains(t, got[len(got)-1], "overflowed")
	require.Zero(t, q.bytes)
}

func TestOneHugeEventStillPasses(t *testing.T) {
	q := newQueue(10, 10)
	q.push(event(Created, "a", 1))
	require.Len(t, drain(q), 1)
}

func TestFinishDeliversWhatIsQueuedFirst(t *testing.T) {
	q := newQueue(10, 1<<20)
	q.push(event(Created, "a", 1))
	refused := errors.New("refused")
	q.finish(refused, false)
	q.push(event(Created, "b", 1))
	e, err := q.pop(t.Context())
	require.NoError(t, err)
	require.Equal(t, Created, e.Kind)
	for range 2 {
		_, err = q.pop(t.Context())
		require.ErrorIs(t, err, refused)
	}
}

func TestPopWaitsForTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := newQueue(1, 1).pop(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestLongRunningQueueDoesNotGrow(t *testing.T) {
	q := newQueue(1024, 1<<20)
	for i := range 10_000 {
		q.push(event(Updated, "a", i))
		if i > 5 {
			_, ok, _ := q.take()
			require.True(t, ok)
		}
	}
	require.Less(t, cap(q.events), 64)
}

func BenchmarkQueue(b *testing.B) {
	q := newQueue(1024, 1<<20)
	e := event(Updated, "a", 1)
	b.ReportAllocs()
	for b.Loop() {
		q.push(e)
		_, _, _ = q.take()
	}
}
