package auditserver_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// pipes is a listener for clients in this process.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// A client that stops in the middle of a request holds the end of the server up
// for the grace it has, and no longer; that is no failure of the server.
func TestServeCutsOffStalledClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, m := open(t, nil)
		ln := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- srv.Serve(ctx, ln) }()

		id := m.create("Note", `{"n":1}`)
		stalled, silent := ln.dial(), ln.dial()
		_, err := fmt.Fprintf(stalled, "POST /parse/classes/Note HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: %s\r\nX-Parse-Master-Key: %s\r\nContent-Length: 100\r\n\r\n{", appID, master)
		require.NoError(t, err)
		synctest.Wait()
		began := time.Now()
		stop()
		require.NoError(t, <-served)
		require.LessOrEqual(t, time.Since(began), 6*time.Second, "the grace, in the bubble's own time")
		for _, c := range []net.Conn{stalled, silent} {
			_, err := io.Copy(io.Discard, c)
			require.NoError(t, err, "closed by the server")
		}
		m.must(http.MethodGet, "/classes/Note/"+id, nil)
	})
}

// A listener that fails ends Serve with its error.
func TestServeTellsTheListenersError(t *testing.T) {
	srv, _ := open(t, nil)
	require.ErrorIs(t, srv.Serve(t.Context(), brokenListener{}), errBroken)
}

var errBroken = errors.New("broken")

type brokenListener struct{}

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }
func (brokenListener) Close() error              { return nil }
func (brokenListener) Addr() net.Addr            { return &net.TCPAddr{} }

func TestServe(t *testing.T) {
	srv, _ := open(t, func(c *auditserver.Config) { c.Limits.HeaderSize = 4 << 10 })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, ln) }()

	transport := &http.Transport{}
	res, err := (&http.Client{Transport: transport}).Get("http://" + ln.Addr().String() + "/parse/health")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)

	conn, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	_, err = io.WriteString(conn, "GET /parse/health HTTP/1.1\r\nHost: x\r\nX-Big: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	require.NoError(t, err)
	res, err = http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, res.StatusCode)
	require.NoError(t, res.Body.Close())
	require.NoError(t, conn.Close())
	transport.CloseIdleConnections()
	stop()
	require.NoError(t, <-done)
}

// What net/http has to say of connections goes to the log of the configuration.
func TestServeLogsToTheConfiguredLogger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		srv, _ := open(t, func(c *auditserver.Config) { c.Logger = slog.New(slog.NewTextHandler(&said, nil)) })
		ln := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- srv.Serve(ctx, tls.NewListener(ln, &tls.Config{})) }()
		conn := ln.dial()
		_, err := conn.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, conn) // it is cut off
		synctest.Wait()
		stop()
		require.NoError(t, <-served)
		require.Contains(t, said.String(), "level=WARN")
		require.Contains(t, said.String(), "TLS handshake error")
	})
}
