package live

import (
	"slices"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

func TestBacklogDropsWhatNobodyCanKeepUpWith(t *testing.T) {
	b := newBacklog()
	b.push(commit{number: 1, changes: make([]store.Change, backlogChanges)})
	require.Equal(t, 1, b.len())
	c, dropped, ok := b.pop()
	require.True(t, ok)
	require.False(t, dropped)
	require.EqualValues(t, 1, c.number)
	b.push(commit{number: 2, changes: make([]store.Change, backlogChanges)})
	b.push(commit{number: 3, changes: make([]store.Change, 1)})
	require.Zero(t, b.len())
	b.push(commit{number: 4, changes: make([]store.Change, 1)})
	c, dropped, ok = b.pop()
	require.True(t, ok)
	require.True(t, dropped, "told once")
	require.EqualValues(t, 4, c.number)
	_, dropped, ok = b.pop()
	require.False(t, ok)
	require.False(t, dropped)
}

// Commits go on while a delivery lasts, and those who have missed something are cut.
func TestCommitsDoNotWaitForDelivery(t *testing.T) {
	b, ws := open(t, DefaultLimits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	say(t, ws, everything)
	hear(t, ws, `"subscribed"`)
	b.hub.mu.Lock() // as if a delivery did not end
	change := store.Change{Kind: store.Created, Class: "Live", After: b.insert(t, store.Object{})}
	many := slices.Repeat([]store.Change{change}, backlogChanges/2)
	for range 4 { // the delivery may have taken one
		b.hub.Committed(many)
	}
	b.hub.mu.Unlock()
	require.Equal(t, websocket.CloseError{Code: websocket.StatusTryAgainLater, Reason: errBehind.Error()}, closeOf(t, ws))
}
