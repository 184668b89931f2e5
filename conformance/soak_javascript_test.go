package conformance_test

import (
	"bufio"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// soakJS is the JavaScript SDK as a subscriber: a Node.js program that prints
// a line for each event.
type soakJS struct {
	*cutter
	t      *testing.T
	script *exec.Cmd // nil: not installed

	mu    sync.Mutex
	rows  map[string]int
	heard map[soakChange]bool
	line  chan struct{} // holds one after a line
	ready chan struct{}
}

func (s *soak) startJS(proxy *cutter) *soakJS {
	js := &soakJS{cutter: proxy, t: s.t, rows: make(map[string]int), heard: make(map[soakChange]bool), line: make(chan struct{}, 1), ready: make(chan struct{})}
	if _, err := os.Stat("parse/node_modules/parse"); err != nil {
		s.t.Log("the JavaScript SDK is not installed: make conformance brings it")
		return js
	}
	js.script = exec.CommandContext(s.t.Context(), "node", "soak.js")
	js.script.Dir = "parse"
	js.script.Env = append(os.Environ(), "SOAK_URL="+proxy.url, "SOAK_APP="+s.server.appID, "SOAK_KEY="+s.server.jsKey,
		"SOAK_CLASS="+s.class, "SOAK_USER="+s.name)
	js.script.Stderr = os.Stderr
	out, err := js.script.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, js.script.Start())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			js.take(lines.Bytes())
		}
	}()
	select {
	case <-js.ready:
	case <-gone:
		s.t.Fatal("soak.js has ended before it was subscribed")
	}
	s.t.Cleanup(func() {
		_ = js.script.Process.Kill()
		_ = js.script.Wait()
	})
	return js
}

func (js *soakJS) take(line []byte) {
	var e struct {
		Op   string `json:"op"`
		ID   string `json:"id"`
		N    int    `json:"n"`
		Open bool   `json:"open"`
	}
	if json.Unmarshal(line, &e) != nil {
		return
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	select {
	case js.line <- struct{}{}:
	default:
	}
	js.heard[soakChange{e.ID, e.N, e.Open}] = true
	switch e.Op {
	case "ready":
		close(js.ready)
	case "delete":
		js.heard[soakChange{e.ID, -1, true}] = true
		delete(js.rows, e.ID)
	case "leave":
		delete(js.rows, e.ID)
	default:
		js.rows[e.ID] = e.N
	}
}

// report waits for late events and prints what the SDK missed.
func (js *soakJS) report(t *testing.T, s *soak, table map[string]int) {
	if js.script == nil {
		return
	}
	for silent := false; !silent; { // the only sign that nothing more comes
		select {
		case <-js.line:
		case <-time.After(5 * time.Second):
			silent = true
		}
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	t.Logf("JavaScript SDK: %d of %d changes never arrived; %d of %d rows wrong at the end",
		s.missed(js.heard), len(s.changes), wrongRows(js.rows, table), len(table))
}
