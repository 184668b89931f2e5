package live

import (
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

func TestOutboxCutsOnceAndForgets(t *testing.T) {
	var causes []error
	o := outbox{limit: 800, ready: make(chan struct{}, 1), cut: func(cause error) { causes = append(causes, cause) }}
	shared := make([]byte, 500)
	for range 2 { // of one event: their object counts once
		o.push(outFrame{message: &message{op: "create", object: shared}})
	}
	require.Empty(t, causes)
	for range 20 {
		o.push(outFrame{message: &message{op: "create", object: make([]byte, 100)}})
	}
	require.Len(t, causes, 1)
	require.ErrorIs(t, causes[0], errSlow)
	require.Empty(t, o.take(), "memory was kept for a client that is cut")
	code, reason := closeStatus(causes[0])
	require.Equal(t, websocket.StatusTryAgainLater, code)
	require.Equal(t, "too slow: more than 800 bytes were waiting (option limits.liveBacklog)", reason)
}

// The text of an error may be as long as a frame of the client, which may not read what
// it is told.
func TestOutboxCountsErrors(t *testing.T) {
	var causes []error
	o := outbox{limit: 1000, ready: make(chan struct{}, 1), cut: func(cause error) { causes = append(causes, cause) }}
	o.push(errorFrame(fault.New(codeFrame, "%s", strings.Repeat("x", 500)), "1"))
	require.Empty(t, causes)
	o.push(errorFrame(fault.New(codeFrame, "%s", strings.Repeat("x", 500)), "2"))
	require.Len(t, causes, 1)
	require.ErrorIs(t, causes[0], errSlow)
}

// Who takes frames is woken for the first that waits, and finds all of them in order.
func TestOutboxGivesManyFramesInOrder(t *testing.T) {
	o := outbox{limit: 16 << 20, ready: make(chan struct{}, 1)}
	var want, got []string
	for round := range 5 {
		for n := range 400 {
			id := strconv.Itoa(round*400 + n)
			want = append(want, id)
			require.Equal(t, n == 0, o.add(outFrame{message: &message{op: "create", object: make([]byte, 1000)}, requestID: id}))
		}
		o.wake()
		<-o.ready
		for range round { // slower than they come
			for _, f := range o.take() {
				got = append(got, f.requestID)
			}
		}
	}
	for frames := o.take(); len(frames) > 0; frames = o.take() {
		for _, f := range frames {
			got = append(got, f.requestID)
		}
	}
	require.Equal(t, want, got)
	require.Zero(t, o.bytes)
}

// What waits for all clients has a bound too, which cuts those who read slowly and no
// others.
func TestOutboxesShareABudget(t *testing.T) {
	pool := budget.NewPool(budget.Limit{Value: 200_000, What: "bytes that wait for live query connections", Option: "limits.liveBacklogs"})
	cut := map[string]error{}
	outboxOf := func(who string) *outbox {
		return &outbox{limit: 1 << 20, pool: pool, ready: make(chan struct{}, 1), cut: func(cause error) { cut[who] = cause }}
	}
	slow, slower, quick := outboxOf("slow"), outboxOf("slower"), outboxOf("quick")
	push := func(o *outbox, n int) { o.push(outFrame{message: &message{op: "create", object: make([]byte, n)}}) }
	push(slow, 150_000)
	push(slower, 150_000)
	require.Empty(t, cut)
	push(slower, 50_000)
	require.Len(t, cut, 1)
	require.ErrorIs(t, cut["slower"], errSlow)
	_, reason := closeStatus(cut["slower"])
	require.Equal(t, "too slow: more than 200000 bytes that wait for live query connections (option limits.liveBacklogs)", reason)
	push(slow, 100_000)
	push(quick, freeBacklog/2)
	require.Len(t, cut, 1, "there is room again, and what is small is free")
	for _, o := range []*outbox{slow, quick} {
		for len(o.take()) > 0 {
		}
	}
	require.Zero(t, pool.Used())
	push(slow, 200_000)
	slow.close()
	require.Zero(t, pool.Used())
}
