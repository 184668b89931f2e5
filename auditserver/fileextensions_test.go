package auditserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

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
