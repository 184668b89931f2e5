package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestDamagedLogIsRefusedUnlessToldToGoOn(t *testing.T) {
	dir := t.TempDir()
	db, killed := filepath.Join(dir, "audit.db"), filepath.Join(dir, "killed.db")
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-db", db)
	require.Equal(t, http.StatusCreated, post(t, printed["server URL"]+"/classes/Note", `{}`, printed))
	for _, suffix := range []string{"", "-wal", "-synced"} { // what a kill leaves
		content, err := os.ReadFile(db + suffix)
		require.NoError(t, err)
		if suffix == "-wal" {
			content[len(content)-1] ^= 1
		}
		require.NoError(t, os.WriteFile(killed+suffix, content, 0o600))
	}
	require.NoError(t, stop())

	err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-db", killed}, io.Discard, io.Discard)
	require.ErrorIs(t, err, auditserver.ErrDamaged)
	require.ErrorContains(t, err, "-recover")
	_, stop = serve(t, "-addr", "127.0.0.1:0", "-db", killed, "-recover")
	require.NoError(t, stop())
}
