package dump_test

import (
	"errors"
	"io"
	"net/http"
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

// What a server has held it can hold, whatever a client would say about it: another
// program has written it.
func TestTextsWithNULComeBack(t *testing.T) {
	server := audittest.NewServer(t)
	for _, row := range []string{`{"note":"a\u0000b"}`, `{"nested":{"list":["\u0000"]},"half":"\ud83d"}`} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/classes/Odd", strings.NewReader(row))
		require.NoError(t, err)
		req.Header.Set("X-Parse-Application-Id", server.AppID)
		req.Header.Set("X-Parse-Master-Key", server.MasterKey)
		resp, err := server.HTTPClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusCreated, resp.StatusCode)
	}
	comesBack(t, server)
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

// A parameter of the configuration may be a file too, such as a logo.
func TestFilesOfParametersComeBack(t *testing.T) {
	server := audittest.NewServer(t)
	logo, err := server.Admin.Upload(t.Context(), parse.Upload{Name: "logo.svg.txt", Content: strings.NewReader("a pump")})
	require.NoError(t, err)
	require.NoError(t, server.Admin.SetConfig(t.Context(), map[string]any{"logo": logo, "pages": map[string]any{"head": []any{logo}}}))

	config, err := comesBack(t, server).Client().Config(t.Context())
	require.NoError(t, err)
	var restored parse.File
	_, err = config.Decode("logo", &restored)
	require.NoError(t, err)
	require.NoError(t, server.Admin.DeleteFile(t.Context(), logo.Name))
	require.NotEqual(t, logo.URL, restored.URL)
	file, err := server.Client.Open(t.Context(), restored)
	require.NoError(t, err)
	text, err := io.ReadAll(file)
	require.NoError(t, errors.Join(err, file.Close()))
	require.Equal(t, "a pump", string(text))
	var pages struct {
		Head []parse.File `json:"head"`
	}
	_, err = config.Decode("pages", &pages)
	require.NoError(t, err)
	require.Equal(t, []parse.File{restored}, pages.Head)
}
