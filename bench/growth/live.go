package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"
)

// mostEach is the number of subscriptions of one connection, where there are so many.
const mostEach = 100

// fillSubscriptions subscribes to one query again and again: every object that is
// created is delivered to all.
func fillSubscriptions(ctx context.Context, s *server, size int) ([]work, error) {
	heard, err := s.subscribe(ctx, size, func(int) string { return `{"open":true}` })
	return []work{{"create, delivered to all", func(ctx context.Context, n int) (int, error) {
		return size, s.deliver(ctx, fmt.Sprintf(`{"open":true,"number":%d,%s}`, n, everybody), heard, size)
	}}}, err
}

// fillQueries subscribes to queries that all differ: every object that is created is
// delivered to one.
func fillQueries(ctx context.Context, s *server, size int) ([]work, error) {
	heard, err := s.subscribe(ctx, size, func(n int) string { return fmt.Sprintf(`{"open":true,"number":%d}`, n) })
	return []work{{"create, delivered to one", func(ctx context.Context, n int) (int, error) {
		return 1, s.deliver(ctx, fmt.Sprintf(`{"open":true,"number":%d,%s}`, n%size, everybody), heard, 1)
	}}}, err
}

// deliver creates an object and waits until so many subscriptions have heard of it.
func (s *server) deliver(ctx context.Context, object string, heard <-chan error, times int) error {
	if _, err := s.send(ctx, s.token, http.MethodPost, "/classes/Note", object); err != nil {
		return err
	}
	for range times {
		select {
		case err := <-heard:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// subscribe opens connections with so many subscriptions. What it returns hears nil
// for each event, or why a connection ended.
func (s *server) subscribe(ctx context.Context, size int, where func(n int) string) (<-chan error, error) {
	network := httptest.NewServer(s.handler)
	s.ends = append(s.ends, network.Close)
	heard := make(chan error, size)
	for from := 0; from < size; from += mostEach {
		ws, _, err := websocket.Dial(ctx, strings.Replace(network.URL, "http", "ws", 1)+"/parse", nil)
		if err != nil {
			return nil, err
		}
		ws.SetReadLimit(-1)
		s.ends = append([]func(){func() { _ = ws.CloseNow() }}, s.ends...)
		frames := []string{fmt.Sprintf(`{"op":"connect","applicationId":%q,"sessionToken":%q}`, appID, s.token)}
		for n := from; n < min(size, from+mostEach); n++ {
			frames = append(frames, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Note","where":%s}}`, n+1, where(n)))
		}
		for _, frame := range frames {
			if err := ws.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
				return nil, err
			}
			if _, answer, err := ws.Read(ctx); err != nil || bytes.Contains(answer, []byte(`"op":"error"`)) {
				return nil, fmt.Errorf("subscribing: %w %s", err, answer)
			}
		}
		go func() {
			for {
				_, frame, err := ws.Read(ctx)
				if err == nil && !bytes.Contains(frame, []byte(`"op":"create"`)) {
					continue
				}
				select {
				case heard <- err:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		}()
	}
	return heard, nil
}
