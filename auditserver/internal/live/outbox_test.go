package live

import (
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

func TestOutboxCutsOnceAndForgets(t *testing.T) {
	var causes []error
	o := outbox{limit: 800, ready: make(chan struct{}, 1), cut: func(cause error) { causes = append(causes, cause) }}
	shared := make([]byte, 500)
	for range 2 { // of one event: their object counts once
		o.push(outFrame{op: "create", object: shared})
	}
	require.Empty(t, causes)
	for range 20 {
		o.push(outFrame{op: "create", object: make([]byte, 100)})
	}
	require.Equal(t, []error{errSlow}, causes)
	_, ok := o.pop()
	require.False(t, ok, "memory was kept for a client that is cut")
	code, reason := closeStatus(errSlow)
	require.Equal(t, websocket.StatusTryAgainLater, code)
	require.Contains(t, reason, "too slow")
}
