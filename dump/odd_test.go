package dump_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
)

// comesBack dumps a server, restores it elsewhere and compares a second dump.
func comesBack(t *testing.T, server *audittest.Server) *parse.Admin {
	t.Helper()
	first, second := t.TempDir(), t.TempDir()
	_, err := dump.Write(t.Context(), server.Admin.Admin, first, dump.Options{})
	require.NoError(t, err)
	other := empty(t, nil)
	_, err = dump.Restore(t.Context(), other, first, dump.Options{})
	require.NoError(t, err)
	_, err = dump.Write(t.Context(), other, second, dump.Options{})
	require.NoError(t, err)
	require.Equal(t, content(t, first), content(t, second))
	return other
}

// Fifty rows go into one request, which a server takes up to 20 MB.
func TestLargeRowsComeBack(t *testing.T) {
	server := audittest.NewServer(t)
	large := parse.Rows(server.Admin, "Large")
	for range 25 {
		row := new(parse.Row)
		require.NoError(t, row.Set("text", strings.Repeat("x", 1<<20)))
		require.NoError(t, large.Create(t.Context(), row))
	}
	comesBack(t, server)
}
