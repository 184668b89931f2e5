package wire_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

func TestTransactionFailure(t *testing.T) {
	text := wire.TransactionFailure(12, "object not found")
	require.Equal(t, "request 12 of the transaction failed, nothing was changed: object not found", text)
	index, message, ok := wire.ParseTransactionFailure(text)
	require.True(t, ok)
	require.Equal(t, 12, index)
	require.Equal(t, "object not found", message)
	for _, other := range []string{"", "request 12", "request -1 of the transaction failed, nothing was changed: x", "request x of the transaction failed, nothing was changed: x", "of the transaction failed, nothing was changed: x"} {
		_, _, ok := wire.ParseTransactionFailure(other)
		require.False(t, ok, other)
	}
}
