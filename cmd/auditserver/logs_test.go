package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAccessLogs(t *testing.T) {
	dir := t.TempDir()
	access, keys := filepath.Join(dir, "access.log"), filepath.Join(dir, "keys.log")
	for range 2 { // the second run goes on at the end
		printed, stop := serve(t, "-addr", "127.0.0.1:0", "-access-log", access, "-master-key-log", keys)
		require.Equal(t, http.StatusCreated, post(t, printed["server URL"]+"/classes/Note", `{}`, printed))
		require.NoError(t, stop())
	}
	for _, file := range []string{access, keys} {
		said, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Regexp(t, `^(\{.*"route":"/classes/:className".*"masterKey":"used"\}\n){2}$`, string(said))
	}
}
