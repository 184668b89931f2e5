package auditserver_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestFiles(t *testing.T) {
	for name, folder := range map[string]bool{"database": false, "folder": true} {
		t.Run(name, func(t *testing.T) {
			_, m := open(t, func(c *auditserver.Config) {
				if folder {
					c.FilesDir = t.TempDir()
				}
			})
			_, token := m.user("ann")
			a := m.as(token).with("Content-Type", "text/plain")
			content := strings.Repeat("0123456789", 30_000)
			made := a.must(http.MethodPost, "/files/note.txt", content)
			require.Equal(t, http.StatusCreated, made.status)
			require.Regexp(t, `^[0-9a-f]{32}_note\.txt$`, made.text("name"))
			require.Equal(t, "http://example.com/parse/files/app/"+made.text("name"), made.text("url"))
			path := "/files/app/" + made.text("name")
			none := &client{t: t, handler: m.handler, header: http.Header{}}
			got := none.must(http.MethodGet, path, nil)
			require.Equal(t, content, string(got.raw))
			require.Equal(t, "text/plain", got.header.Get("Content-Type"))
			part := none.with("Range", "bytes=10-14").do(http.MethodGet, path, nil)
			require.Equal(t, http.StatusPartialContent, part.status)
			require.Equal(t, "01234", string(part.raw))

			encoded := none.must(http.MethodPost, "/files/js.txt", map[string]any{"base64": base64.StdEncoding.EncodeToString([]byte("hello")),
				"_ContentType": "text/plain", "_ApplicationId": appID, "_SessionToken": token, "fileData": map[string]any{"metadata": map[string]any{"a": 1}}})
			require.Equal(t, "hello", string(none.must(http.MethodGet, "/files/app/"+encoded.text("name"), nil).raw))
			require.Equal(t, map[string]any{"a": 1.0}, none.must(http.MethodGet, "/files/app/metadata/"+encoded.text("name"), nil).body["metadata"])

			id := m.create("Doc", `{"file":{"__type":"File","name":"`+made.text("name")+`"}}`)
			require.Equal(t, map[string]any{"__type": "File", "name": made.text("name"), "url": made.text("url")},
				m.must(http.MethodGet, "/classes/Doc/"+id, nil).body["file"])

			a.refused(400, 122, http.MethodPost, "/files", "x")
			a.refused(400, 122, http.MethodPost, "/files/a%2Fb", "x")
			a.refused(400, 122, http.MethodPost, "/files/"+strings.Repeat("a", 129), "x")
			a.refused(400, 130, http.MethodPost, "/files/empty.txt", "")
			for text, want := range map[string]string{"aGVsbG8gd29ybG": "hello worl", "aGVs!": "hel"} { // read as JavaScript reads it
				cut := none.must(http.MethodPost, "/files/cut.txt", map[string]any{"base64": text, "_ApplicationId": appID, "_SessionToken": token})
				require.Equal(t, want, string(none.must(http.MethodGet, "/files/app/"+cut.text("name"), nil).raw))
			}
			none.refused(400, 130, http.MethodPost, "/files/cut.txt", map[string]any{"base64": "!?", "_ApplicationId": appID, "_SessionToken": token})
			unreadable := none.refused(400, 130, http.MethodPost, "/files/odd.txt", map[string]any{"base64": "aGVs", "_ContentType": "text/plain; a=\"\x01\"", "_ApplicationId": appID, "_SessionToken": token})
			require.Contains(t, unreadable.text("error"), "_ContentType holds a control character")
			typed := none.must(http.MethodPost, "/files/typed", map[string]any{"base64": "aGVs", "_ContentType": "image/png", "_ApplicationId": appID, "_SessionToken": token})
			require.Regexp(t, `_typed\.png$`, typed.text("name"))
			require.Equal(t, "image/png", none.must(http.MethodGet, "/files/app/"+typed.text("name"), nil).header.Get("Content-Type"))
			none.refused(400, 130, http.MethodPost, "/files/typed", map[string]any{"base64": "aGVs", "_ContentType": "text/html", "_ApplicationId": appID, "_SessionToken": token})
			a.refused(400, 130, http.MethodPost, "/files/page.html", "x")
			a.with("Content-Type", "image/svg+xml").refused(400, 130, http.MethodPost, "/files/picture", "x")
			m.must(http.MethodPost, "/files/page.html", "x")
			m.public().refused(400, 130, http.MethodPost, "/files/note.txt", "x")
			anonymous := m.public().must(http.MethodPost, "/users", `{"authData":{"anonymous":{"id":"1"}}}`).text("sessionToken")
			m.as(anonymous).refused(400, 130, http.MethodPost, "/files/note.txt", "x")

			require.Equal(t, http.StatusForbidden, a.do(http.MethodDelete, "/files/"+made.text("name"), nil).status)
			require.Empty(t, m.must(http.MethodDelete, "/files/"+made.text("name"), nil).raw)
			m.refused(400, 153, http.MethodDelete, "/files/"+made.text("name"), nil)
			require.Equal(t, http.StatusNotFound, none.do(http.MethodGet, path, nil).status)
			require.Equal(t, http.StatusNotFound, none.do(http.MethodGet, "/files/app/..%2F..%2Fetc%2Fpasswd", nil).status)
		})
	}
}

// parseDefault is what the documentation of Parse Server 9.10 gives as the
// default of fileUpload.fileExtensions.
const parseDefault = `["^(?!([xXsS]?[hH][tT][mM][lL]?(\\+[xX][mM][lL])?|[xX][hH][tT]|[sS][vV][gG]([zZ]|\\+[xX][mM][lL])?|[xX][mM][lL]|` +
	`[xX][sS][lL][tT]?(\\+[xX][mM][lL])?|[xX][sS][dD]|[rR][nN][gG]|[rR][dD][fF](\\+[xX][mM][lL])?|[oO][wW][lL]|[mM][aA][tT][hH][mM][lL](\\+[xX][mM][lL])?)$)"]`

func TestFileExtensions(t *testing.T) {
	names := []string{"a.txt", "a.html", "a.SVG", "a.htmlx"}
	for file, want := range map[string][]int{
		`{}`:                                                    {201, 400, 400, 201},
		`{"fileExtensions":["*"]}`:                              {201, 201, 201, 201},
		`{"fileExtensions":["HTML?"]}`:                          {400, 201, 400, 400},
		`{"fileExtensions":[]}`:                                 {400, 400, 400, 400},
		`{"fileExtensions":["png","txt"]}`:                      {201, 400, 400, 400},
		`{"fileExtensions":` + parseDefault + `}`:               {201, 400, 400, 201},
		`{"fileExtensions":["^(?!(h|H)(t|T)(m|M)(l|L)?$)"]}`:    {201, 400, 201, 201}, // of older versions
		`{"fileExtensions":["^(?!html)"]}`:                      {201, 400, 201, 400},
		`{"fileExtensions":["^(?!txt$).*$","^(?!.*$)","txt?"]}`: {201, 201, 201, 201},
	} {
		_, m := open(t, func(c *auditserver.Config) {
			require.NoError(t, auditserver.ParseConfig([]byte(`{"fileUpload":`+file+`}`), c))
			c.FileUpload.Public = true
		})
		for i, name := range names {
			require.Equal(t, want[i], m.public().do(http.MethodPost, "/files/"+name, "x").status, "%s %s", file, name)
		}
	}
	for _, pattern := range []string{`(?!html)`, `^(?!a)b(c)$`, `^(?!x)(?!y)`, `^(?=txt)`, `txt(?<!a)`} {
		_, err := auditserver.Open(t.Context(), auditserver.Config{AppID: "a", FileUpload: auditserver.FileUpload{Extensions: []string{"png", pattern}}})
		require.ErrorContains(t, err, "fileUpload.fileExtensions", pattern)
		require.ErrorContains(t, err, "only in the form ^(?!(html|svg)$)", pattern)
	}
}

// Spaces do not make another extension of one.
func TestFileExtensionWithSpaces(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.FileUpload.Public = true })
	for _, name := range []string{"a.html%20", "a.%20html", "a.s%20vg"} {
		m.public().refused(400, 130, http.MethodPost, "/files/"+name, "x")
	}
	require.Equal(t, http.StatusCreated, m.public().do(http.MethodPost, "/files/a%20b.txt", "x").status)
}

// What a client says of a file does not make a page of a text.
func TestFileIsServedAsItsNameSays(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.FileUpload.Public = true })
	page := m.public().with("Content-Type", "text/html")
	made := page.must(http.MethodPost, "/files/note.txt", "<script>")
	served := m.public().must(http.MethodGet, "/files/app/"+made.text("name"), nil)
	require.Contains(t, served.header.Get("Content-Type"), "text/plain")
	page.refused(400, 130, http.MethodPost, "/files/note.unknown", "<script>")
	page.refused(400, 130, http.MethodPost, "/files/note", "<script>")
	m.public().with("Content-Type", "image/svg+xml").refused(400, 130, http.MethodPost, "/files/note.unknown", "<svg>")
	odd := m.public().with("Content-Type", "text/html,text/plain").must(http.MethodPost, "/files/note.unknown", "<script>")
	require.Equal(t, "application/octet-stream", m.public().must(http.MethodGet, "/files/app/"+odd.text("name"), nil).header.Get("Content-Type"))
	m.public().with("Content-Type", "application/x-own").must(http.MethodPost, "/files/note.unknown", "own")
}

// A folder that is given later, or not any more, takes no file away without a word.
func TestFilesAfterTheFolderIsGivenOrNot(t *testing.T) {
	db := auditserver.Database{Path: filepath.Join(t.TempDir(), "audit.db")}
	var said bytes.Buffer
	begin := func(folder string) (*client, func()) {
		said.Reset()
		cfg := auditserver.Config{AppID: appID, MasterKey: master, Unsynced: true, Path: db.Path, FilesDir: folder, Logger: slog.New(slog.NewTextHandler(&said, nil))}
		srv, err := auditserver.Open(t.Context(), cfg)
		require.NoError(t, err)
		c := (&client{t: t, handler: srv, header: http.Header{"X-Parse-Application-Id": {appID}}}).with("X-Parse-Master-Key", master)
		return c, func() { require.NoError(t, srv.Close(t.Context())) }
	}
	path := func(name string) string { return "/files/" + appID + "/" + name }
	c, stop := begin("")
	before, gone := uploaded(t, c, "in the database"), uploaded(t, c, "gone")
	stop()
	folder := t.TempDir()
	c, stop = begin(folder)
	require.Equal(t, "in the database", string(c.must(http.MethodGet, path(before), nil).raw))
	after := uploaded(t, c, "in the folder")
	require.Contains(t, string(c.must(http.MethodGet, "/metrics", nil).raw), "auditserver_files 3\n")
	c.must(http.MethodDelete, "/files/"+gone, nil)
	require.Equal(t, http.StatusNotFound, c.do(http.MethodGet, path(gone), nil).status)
	c.refused(http.StatusBadRequest, 153, http.MethodDelete, "/files/"+gone, nil)
	require.Empty(t, said.String())
	stop()
	c, stop = begin("")
	require.Equal(t, "in the database", string(c.must(http.MethodGet, path(before), nil).raw))
	require.Equal(t, http.StatusNotFound, c.do(http.MethodGet, path(after), nil).status)
	require.Contains(t, said.String(), "-files")
	require.Contains(t, said.String(), "files=1")
	stop()
}
