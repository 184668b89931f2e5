package conformance_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// files go up, come down and are deleted.
func files() []behaviour {
	upload := func(t *testing.T, c *isoaudit.Client, name string, content []byte) parse.File {
		t.Helper()
		file, err := c.Upload(t.Context(), parse.Upload{Name: name, Content: bytes.NewReader(content), Size: int64(len(content))})
		require.NoError(t, err)
		return file
	}
	download := func(t *testing.T, c *isoaudit.Client, file parse.File) []byte {
		t.Helper()
		content, err := c.Open(t.Context(), file)
		require.NoError(t, err)
		defer content.Close()
		data, err := io.ReadAll(content)
		require.NoError(t, err)
		return data
	}
	return []behaviour{
		{"file: what went up comes down", func(t *testing.T, w *world) {
			m := w.signUp(t, "uploader")
			data := []byte("evidence: grüße\r\n\x00\x01\xff")
			file := upload(t, m.Client, "evidence note.txt", data)
			require.Regexp(t, `^[0-9a-f]{32}_evidence note\.txt$`, file.Name)
			require.Equal(t, data, download(t, w.client, file))
		}},
		{"file: three megabytes, streamed without a size", func(t *testing.T, w *world) {
			data := make([]byte, 3<<20)
			for i := range data {
				data[i] = byte(rand.IntN(256))
			}
			m := w.signUp(t, "streamer")
			file, err := m.Upload(t.Context(), parse.Upload{Name: "scan.pdf", Content: struct{ io.Reader }{bytes.NewReader(data)}})
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, download(t, w.client, file)))
		}},
		{"file: an empty one is refused (130)", func(t *testing.T, w *world) {
			_, err := w.signUp(t, "empty").Upload(t.Context(), parse.Upload{Name: "a.txt", Content: strings.NewReader("")})
			require.ErrorIs(t, err, parse.ErrFileSave)
		}},
		{"file: nobody uploads without a session (130)", func(t *testing.T, w *world) {
			_, err := w.client.Upload(t.Context(), parse.Upload{Name: "a.txt", Content: strings.NewReader("x")})
			require.ErrorIs(t, err, parse.ErrFileSave)
		}},
		{"file: a page for browsers is refused (130)", func(t *testing.T, w *world) {
			_, err := w.signUp(t, "html").Upload(t.Context(), parse.Upload{Name: "a.html", Content: strings.NewReader("<p>")})
			require.ErrorIs(t, err, parse.ErrFileSave)
		}},
		{"file: a deleted one is gone", func(t *testing.T, w *world) {
			file := upload(t, w.signUp(t, "deleter").Client, "a.txt", []byte("x"))
			require.NoError(t, w.admin.DeleteFile(t.Context(), file.Name))
			_, err := w.client.Open(t.Context(), file)
			var e *parse.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, http.StatusNotFound, e.HTTPStatus)
			require.ErrorIs(t, w.admin.DeleteFile(t.Context(), file.Name), parse.ErrFileDelete)
		}},
		{"file: every character a name may have", func(t *testing.T, w *world) {
			file, err := w.signUp(t, "names").Upload(t.Context(), parse.Upload{Name: "A_b-c d.e@f~g.TXT", Content: strings.NewReader("named")})
			w.expects(t, "a file whose name has two dots and an @", "is stored", refusal(t, err, "is stored"))
			if err != nil {
				return
			}
			require.Equal(t, []byte("named"), download(t, w.client, file))
		}},
	}
}
