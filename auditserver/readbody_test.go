package auditserver_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestBrokenBodies(t *testing.T) {
	_, m := open(t, nil)
	for _, body := range []string{`{`, `[1]`, `7`, `{"a":}`, `{"a":1}x`, `{"a":1,}`, "{\"a\":\"\x01\"}"} {
		a := m.do(http.MethodPost, "/classes/Row", body)
		require.Equal(t, http.StatusBadRequest, a.status, body)
		require.NotContains(t, a.body, "code", body)
		require.NotEmpty(t, a.text("error"), body)
	}
	asForm := m.with("Content-Type", "application/x-www-form-urlencoded").refused(400, 105, http.MethodPost, "/classes/Row", `{"password":"secret"}`)
	require.Contains(t, asForm.text("error"), "Content-Type: application/json")
	require.NotContains(t, asForm.text("error"), "secret")
	odd := m.refused(400, 105, http.MethodPost, "/classes/Row", `{"{a":1}`)
	require.Equal(t, "Invalid field name: {a.", odd.text("error"), "no form was sent")
	m.must(http.MethodPost, "/schemas/Row", nil)
	odd = m.refused(400, 105, http.MethodGet, "/classes/Row?order={}&order={}", nil)
	require.Equal(t, "Invalid field name: {}.", odd.text("error"))
	long := m.refused(400, 105, http.MethodPost, "/classes/Row", `{"`+strings.Repeat("-", 5000)+`":1}`)
	require.Less(t, len(long.raw), 500)
	form := m.with("Content-Type", "application/x-www-form-urlencoded").must(http.MethodPost, "/classes/Row", "a=1&b=x%20y")
	got := m.must(http.MethodGet, "/classes/Row/"+form.text("objectId"), nil)
	require.Equal(t, "1", got.text("a"))
	require.Equal(t, "x y", got.text("b"))
	m.must(http.MethodPost, "/classes/Row", nil)
	a := m.must(http.MethodPost, "/classes/Row", `{"a":"first","a":"last"}`)
	require.Equal(t, "last", m.must(http.MethodGet, "/classes/Row/"+a.text("objectId"), nil).text("a"))
}

// The limit of a body is one of what it unpacks to.
func TestPackedBodies(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.BodySize = 4096 })
	pack := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.String()
	}
	packed := m.with("Content-Encoding", "gzip")
	fits, large := `{"a":"`+strings.Repeat("x", 4000)+`"}`, `{"a":"`+strings.Repeat("x", 5000)+`"}`
	made := packed.must(http.MethodPost, "/classes/Row", pack(fits))
	require.Len(t, m.must(http.MethodGet, "/classes/Row/"+made.text("objectId"), nil).text("a"), 4000)
	require.Less(t, len(pack(large)), 200)
	require.Equal(t, http.StatusRequestEntityTooLarge, packed.do(http.MethodPost, "/classes/Row", pack(large)).status)
	for _, broken := range []string{pack(fits)[:20], pack(fits)[:5], "{}"} {
		a := packed.do(http.MethodPost, "/classes/Row", broken)
		require.Equal(t, http.StatusBadRequest, a.status)
		require.Contains(t, a.text("error"), "Content-Encoding")
	}
	require.Equal(t, http.StatusUnsupportedMediaType, m.with("Content-Encoding", "zstd").do(http.MethodPost, "/classes/Row", fits).status)
	require.Equal(t, http.StatusUnsupportedMediaType, m.with("Content-Type", "application/json; charset=latin1").do(http.MethodPost, "/classes/Row", fits).status)
}

// What was sent may be in an error, also where it is not UTF-8.
func TestErrorThatNamesWhatIsNoText(t *testing.T) {
	_, m := open(t, nil)
	m.with("Content-Type", "application/x-www-form-urlencoded").refused(400, 105, http.MethodPost, "/classes/Row", "%ff=1")
}

// A body that is cut off is no body, also where what came reads like one.
func TestBodyThatIsCutOff(t *testing.T) {
	srv, m := open(t, nil)
	m.create("Row", `{"a":"whole"}`)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, ln) }()
	for _, body := range []string{"a=cut", `{"a":"cut"}`} {
		conn, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		kind := "application/json"
		if body[0] != '{' {
			kind = "application/x-www-form-urlencoded"
		}
		_, err = io.WriteString(conn, "POST /parse/classes/Row HTTP/1.1\r\nHost: localhost\r\nX-Parse-Application-Id: "+appID+"\r\nX-Parse-Master-Key: "+master+
			"\r\nContent-Type: "+kind+"\r\nContent-Length: 100\r\n\r\n"+body)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusBadRequest, res.StatusCode, body)
		require.NoError(t, res.Body.Close())
		require.NoError(t, conn.Close())
	}
	stop()
	require.NoError(t, <-done)
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 1)
}

// Long bodies cost no more than their length: compared with each other, the
// parts of each of these would keep a processor busy for minutes.
func TestLongBodies(t *testing.T) {
	_, m := open(t, nil)
	const many = 50_000
	m.public().with("X-Parse-Application-Id", "wrong").refused(403, 0, http.MethodPost, "/classes/Row", "{"+numbered(many, `"k#":1`)+"}")
	repeated := m.must(http.MethodPost, "/classes/Row", `{"a":"first",`+numbered(70, `"k#":1`)+`,"a":"last","k70":2}`)
	row := m.must(http.MethodGet, "/classes/Row/"+repeated.text("objectId"), nil)
	require.Equal(t, "last", row.text("a"))
	require.Equal(t, 2.0, row.body["k70"])

	id := m.create("List", `{"l":[1,{"a":1}],"o":{"k1":{"a":1}}}`)
	change := func(body string) answer { return m.must(http.MethodPut, "/classes/List/"+id, body) }
	list := change(`{"l":{"__op":"AddUnique","objects":[{"a":1},` + numbered(many, "#") + `]}}`).body["l"].([]any)
	require.Len(t, list, many+1)
	require.Equal(t, []any{1.0, map[string]any{"a": 1.0}, 2.0}, list[:3])
	require.Equal(t, []any{map[string]any{"a": 1.0}}, change(`{"l":{"__op":"Remove","objects":[` + numbered(many, "#") + `]}}`).body["l"])
	change(`{` + numbered(many, `"o.k#.b":#`) + `}`)
	object := m.must(http.MethodGet, "/classes/List/"+id, nil).body["o"].(map[string]any)
	require.Len(t, object, many)
	require.Equal(t, map[string]any{"a": 1.0, "b": 1.0}, object["k1"])
	m.refused(400, 105, http.MethodPut, "/classes/List/"+id, `{"o`+strings.Repeat(".a", 65)+`":1}`)

	for _, name := range []string{"keys", "excludeKeys"} {
		m.must(http.MethodPost, "/classes/Row", `{"_method":"GET","`+name+`":"`+numbered(2000, "k#")+`"}`)
		m.refused(400, 102, http.MethodPost, "/classes/Row", `{"_method":"GET","`+name+`":"`+numbered(2001, "k#")+`"}`)
	}
}

// numbered repeats a text n times with # replaced by 1, 2, ...
func numbered(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "#", strconv.Itoa(i+1))
	}
	return strings.Join(items, ",")
}
