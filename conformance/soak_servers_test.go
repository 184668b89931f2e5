package conformance_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/conformance"
)

// embeddedSoakServer is an auditserver on a file, which survives restarts.
func embeddedSoakServer(t *testing.T) soakServer {
	cfg := auditserver.Config{
		Path: filepath.Join(t.TempDir(), "soak.db"), Unsynced: true,
		AppID: "soak", RESTKey: "rest", JavaScriptKey: "js", MasterKey: "master",
		LiveQueryClasses: []string{"Check.*"}, PasswordCost: bcrypt.MinCost, Logger: slog.New(slog.DiscardHandler),
	}
	var running *auditserver.Server
	var front *http.Server
	address := "127.0.0.1:0"
	start := func() {
		var err error
		running, err = auditserver.Open(context.Background(), cfg)
		require.NoError(t, err)
		var listen net.ListenConfig
		ln, err := listen.Listen(context.Background(), "tcp", address)
		require.NoError(t, err)
		address = ln.Addr().String()
		front = &http.Server{Handler: running}
		go func(server *http.Server) { _ = server.Serve(ln) }(front)
	}
	stop := func() {
		require.NoError(t, front.Close())
		require.NoError(t, running.Close(context.Background()))
	}
	start()
	t.Cleanup(func() { stop() })
	return soakServer{
		target: target{
			server: conformance.AuditServer, url: "http://" + address + "/parse",
			appID: "soak", restKey: "rest", jsKey: "js", masterKey: "master",
		},
		address: address,
		restart: func() { stop(); start() },
	}
}

// realSoakServer is the Parse Server that run.sh started.
func realSoakServer(t *testing.T) (soakServer, bool) {
	tg, ok := realTarget(t)
	started, own := startedStack()
	if !ok || !own || len(started.nodes) != 1 {
		return soakServer{}, false
	}
	u, err := url.Parse(tg.url)
	require.NoError(t, err)
	return soakServer{target: tg, address: u.Host, restart: func() {
		started.do(t, "node", "1", "kill")
		started.do(t, "node", "1", "start")
	}}, true
}

// cutter is a TCP proxy whose connections can be cut.
type cutter struct {
	url string

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

func startCutter(t *testing.T, address string) *cutter {
	var listen net.ListenConfig
	ln, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cutter{url: "http://" + ln.Addr().String() + "/parse", conns: make(map[net.Conn]struct{})}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.forward(conn, address) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, ln.Close())
		c.cut()
		all.Wait()
	})
	return c
}

func (c *cutter) forward(client net.Conn, address string) {
	var dialer net.Dialer
	server, err := dialer.DialContext(context.Background(), "tcp", address)
	if err != nil {
		_ = client.Close()
		return
	}
	c.mu.Lock()
	c.conns[client], c.conns[server] = struct{}{}, struct{}{}
	c.mu.Unlock()
	var both sync.WaitGroup
	pipe := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_, _ = to.Close(), from.Close()
	}
	both.Go(func() { pipe(server, client) })
	both.Go(func() { pipe(client, server) })
	both.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, client)
	delete(c.conns, server)
}

// cut breaks every connection that goes through.
func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
}
