package auditserver_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// What an attacker sends over a connection before he leaves it; he reads nothing unless
// the text ends with a line of READ.
func hostileConnections(t *testing.T) map[string]string {
	post := func(path, header string, length int, body string) string {
		return fmt.Sprintf("POST /parse%s HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: %s\r\n%sContent-Length: %d\r\n\r\n%s", path, appID, header, length, body)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := io.WriteString(w, `{"a":[`+strings.Repeat("1,", 500_000)+`1]}`)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	values := `{"a":[` + numbered(200_000, "#") + `]}`
	const upgrade = "GET /parse HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	return map[string]string{
		"nothing":             "",
		"half a header":       "POST /parse/classes/Row HTTP/1.1\r\nHost:",
		"part of a body":      post("/classes/Row", "", 1_000_000, `{"a":"`+strings.Repeat("x", 300_000)),
		"part, no key":        "POST /parse/classes/Row HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n{",
		"part of a pack":      post("/classes/Row", "Content-Encoding: gzip\r\n", packed.Len(), packed.String()[:packed.Len()/2]),
		"a packed bomb":       post("/classes/Row", "Content-Encoding: gzip\r\n", packed.Len(), packed.String()) + "READ",
		"too many values":     post("/classes/Row", "", len(values), values) + "READ",
		"too many, cut":       post("/classes/Row", "", 2*len(values), values),
		"part of a file":      post("/files/a.txt", "Content-Type: text/plain\r\n", 1_000_000, strings.Repeat("x", 300_000)),
		"part of a form":      post("/functions/f", "Content-Type: multipart/form-data; boundary=b\r\n", 1_000_000, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"),
		"large answers":       strings.Repeat("GET /parse/classes/Large HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: "+appID+"\r\n\r\n", 20),
		"a file unread":       "GET /parse/files/" + appID + "/FILE HTTP/1.1\r\nHost: h\r\n\r\n",
		"log-ins":             post("/batch", "", 1_000_000, `{"requests":[`),
		"a live greeting":     upgrade + "READ",
		"a frame of a TB":     upgrade + "\x81\xff\x00\x00\x01\x00\x00\x00\x00\x00mask" + strings.Repeat("x", 10_000),
		"frames, not masked":  upgrade + "\x81\x05hello",
		"half a frame header": upgrade + "\x81\xff\x00",
	}
}

// Attackers that leave take with them what the server held for them: connections,
// goroutines (TestMain) and unfinished files.
func TestAttackersLeaveNothing(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // the first one opens what all share
	require.NoError(t, err)
	before := descriptors(t)
	files := t.TempDir()
	srv, m := open(t, func(c *auditserver.Config) {
		c.FilesDir, c.Path, c.AllowClientClassCreation, c.FileUpload.Public = files, t.TempDir()+"/audit.db", true, true
	})
	for range 4 {
		m.create("Large", `{"s":"`+strings.Repeat("x", 1<<20)+`"}`)
	}
	m.create("Row", `{"a":[1]}`)
	file := m.must(http.MethodPost, "/files/large.txt", strings.Repeat("x", 4<<20)).text("name")
	stored, err := os.ReadDir(files)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, ln) }()
	var attackers sync.WaitGroup
	for name, text := range hostileConnections(t) {
		text, reads := strings.CutSuffix(strings.ReplaceAll(text, "FILE", file), "READ")
		for range 3 {
			attackers.Go(func() {
				conn, err := net.Dial("tcp", ln.Addr().String())
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, text) // the server may have had enough
				if reads {
					_, _ = conn.Read(make([]byte, 1))
				}
			})
		}
	}
	attackers.Wait()
	m.must(http.MethodGet, "/classes/Row", nil)
	stop()
	require.NoError(t, <-served)
	require.NoError(t, srv.Close(t.Context())) // waits for every request, and the live connections
	left, err := os.ReadDir(files)
	require.NoError(t, err)
	require.Len(t, left, len(stored), "unfinished files")
	require.Equal(t, before-1, descriptors(t), "all but that of the listener")
}

// descriptors counts those of this process.
func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(list)
}
