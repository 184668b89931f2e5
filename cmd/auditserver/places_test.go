package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlacesThatAreNotThereAreSaidTogether(t *testing.T) {
	dir := t.TempDir()
	missing, file := filepath.Join(dir, "missing"), filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-db", filepath.Join(missing, "audit.db"), "-files", missing,
		"-access-log", filepath.Join(missing, "log"), "-master-key-log", dir}, io.Discard, io.Discard)
	for _, want := range []string{"-db", "-files", "-access-log", "-master-key-log", "folder " + missing + " is not there"} {
		require.ErrorContains(t, err, want)
	}
	require.NoDirExists(t, missing)
	require.ErrorContains(t, run(t.Context(), []string{"-addr", "127.0.0.1:0", "-files", file}, io.Discard, io.Discard), "-files")
	require.ErrorContains(t, run(t.Context(), []string{"-addr", "127.0.0.1:0", "-db", filepath.Join(file, "audit.db")}, io.Discard, io.Discard), "-db")
}

// "-db $DB" with a variable that is not set must not keep everything in memory, nor
// "-rest-key $KEY" ask for no key.
func TestFlagsWithoutAValueAreRefused(t *testing.T) {
	names := []string{"-db", "-files", "-config", "-rest-key", "-master-key", "-master-key-file", "-tls-cert", "-tls-key", "-access-log", "-master-key-log", "-app-id"}
	var args []string
	for _, name := range names {
		args = append(args, name, "")
	}
	_, err := readSettings(args, io.Discard)
	for _, name := range names {
		require.ErrorContains(t, err, name+" is given without a value")
	}
	require.ErrorContains(t, run(t.Context(), []string{"backup", "-db", "x", "-files", "", "y"}, io.Discard, io.Discard), "-files is given without a value")
	require.ErrorContains(t, run(t.Context(), []string{"backup", "-db", "x", ""}, io.Discard, io.Discard), "want one FILE")
}
