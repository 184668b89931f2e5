package parse_test

import (
	"io"
	"net/http"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestOpenSendsNoCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scriptedClient(t, []parse.Option{parse.WithRESTKey("rest")},
			fails(errReset), reply(200, "evidence", "Content-Type", "application/pdf"), reply(404, "File not found."))
		client = client.As(isoaudit.SessionWithToken("r:x"))
		file := parse.File{Name: "abc_report.pdf", URL: "https://files.example/abc_report.pdf?signature=s3cret"}
		content, err := client.Open(t.Context(), file)
		require.NoError(t, err)
		require.EqualValues(t, 8, content.Size)
		require.Equal(t, "application/pdf", content.ContentType)
		data, err := io.ReadAll(content)
		require.NoError(t, err)
		require.NoError(t, content.Close())
		require.Equal(t, "evidence", string(data))
		require.Equal(t, http.Header{"User-Agent": {"isoaudit-go"}}, s.Sent[1].Header)

		_, err = client.Open(t.Context(), file)
		var failure *parse.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, 404, failure.HTTPStatus)
		require.NotContains(t, err.Error(), "s3cret")
	})
}

func TestOpenReportsItsProgress(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, "twelve bytes"))
	content, err := client.Open(t.Context(), parse.File{URL: "https://files.example/abc_report.pdf"})
	require.NoError(t, err)
	var read []int64
	content.Progress = func(n int64) { read = append(read, n) }
	body, err := io.ReadAll(iotest.OneByteReader(content))
	require.NoError(t, err)
	require.Equal(t, "twelve bytes", string(body))
	require.Len(t, read, 12)
	require.Equal(t, content.Size, read[11])
	require.NoError(t, content.Close())
}

func TestOpenNeedsAURL(t *testing.T) {
	client, _ := scriptedClient(t, nil)
	for _, bad := range []string{"", "abc_report.pdf", "file:///etc/passwd"} {
		_, err := client.Open(t.Context(), parse.File{Name: "x", URL: bad})
		require.ErrorContains(t, err, "File.URL")
	}
}

// A file's URL may be signed in its query, and a success is one whatever its number.
func TestOpenKeepsTheQueryOfTheURL(t *testing.T) {
	client, script := scriptedClient(t, nil, reply(206, "part"))
	file, err := client.Open(t.Context(), parse.File{Name: "a.pdf", URL: "https://files.example/a.pdf?signature=s%2F1"})
	require.NoError(t, err)
	content, err := io.ReadAll(file)
	require.NoError(t, err)
	require.Equal(t, "part", string(content))
	require.Equal(t, "https://files.example/a.pdf?signature=s%2F1", script.Sent[0].URL)
}
