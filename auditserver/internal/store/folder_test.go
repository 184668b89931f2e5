package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Whether a name survives a power cut no test can see: this one sees that the call
// works, and that its errors are told.
func TestSyncFolder(t *testing.T) {
	require.NoError(t, store.SyncFolder(os.Open, t.TempDir()))
	require.ErrorIs(t, store.SyncFolder(os.Open, filepath.Join(t.TempDir(), "missing")), fs.ErrNotExist)
}
