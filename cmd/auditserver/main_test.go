package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}

// serve runs the program until the test stops it, and gives what it printed.
func serve(t *testing.T, args ...string) (printed map[string]string, stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, w, io.Discard)
		w.CloseWithError(errors.Join(err, io.EOF))
		done <- err
	}()
	printed = map[string]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "  ")
		printed[name] = strings.TrimSpace(value)
		if name == "data" {
			break
		}
	}
	if printed["data"] == "" {
		cancel()
		t.Fatalf("the program ended: %v", <-done)
	}
	return printed, func() error {
		cancel()
		return <-done
	}
}

// masterKey is the one that the server has made.
func masterKey(t *testing.T, printed map[string]string) string {
	file, kept := strings.CutPrefix(strings.TrimSuffix(printed["master key"], ")"), "(in ")
	if !kept {
		return printed["master key"]
	}
	key, err := readKey(file, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return key
}

func post(t *testing.T, url, body string, printed map[string]string) int {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Parse-Application-Id", printed["application id"])
	req.Header.Set("X-Parse-Master-Key", masterKey(t, printed))
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}

func TestServesAndKeepsItsData(t *testing.T) {
	db := filepath.Join(t.TempDir(), "audit.db")
	for _, want := range []int{http.StatusCreated, http.StatusBadRequest} { // the second start finds the first one's object
		config := filepath.Join(t.TempDir(), "config.json")
		require.NoError(t, os.WriteFile(config, []byte(`{"allowCustomObjectId":true,"mountPath":"/audit"}`), 0o600))
		printed, stop := serve(t, "-addr", "127.0.0.1:0", "-db", db, "-config", config)
		require.Equal(t, "isoaudit", printed["application id"])
		require.Equal(t, "(in "+db+"-master-key)", printed["master key"])
		require.Equal(t, db, printed["data"])
		require.True(t, strings.HasSuffix(printed["server URL"], "/audit"))
		require.Equal(t, want, post(t, printed["server URL"]+"/classes/Note", `{"objectId":"one"}`, printed))
		require.NoError(t, stop())
	}
}

// The URL that is printed is the one that answers, however the mount path is written.
func TestPrintsTheURLThatAnswers(t *testing.T) {
	paths := map[string]string{"/": "", "parse": "/parse", "/a/b/": "/a/b"}
	if testing.Short() { // the sample takes long under the race detector
		paths = map[string]string{"/a/b/": "/a/b"}
	}
	for written, want := range paths {
		config := filepath.Join(t.TempDir(), "config.json")
		require.NoError(t, os.WriteFile(config, []byte(`{"mountPath":"`+written+`"}`), 0o600))
		printed, stop := serve(t, "-addr", "127.0.0.1:0", "-sample", "-config", config)
		require.Regexp(t, `:\d+`+want+`$`, printed["server URL"])
		require.Equal(t, http.StatusCreated, post(t, printed["server URL"]+"/classes/Note", `{}`, printed), written)
		require.NoError(t, stop())
	}
}

func TestServerURL(t *testing.T) {
	for listening, want := range map[string]string{
		"127.0.0.1:80": "http://127.0.0.1:80/p", "[::1]:80": "http://[::1]:80/p",
		"0.0.0.0:80": "http://localhost:80/p", "[::]:80": "http://localhost:80/p", // nobody can dial these
	} {
		addr, err := net.ResolveTCPAddr("tcp", listening)
		require.NoError(t, err)
		require.Equal(t, want, (&settings{}).serverURL(addr, "/p"))
	}
}

func TestPrintsThePublicURL(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"publicServerURL":"https://audit.example/parse"}`), 0o600))
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-config", config)
	require.Equal(t, "https://audit.example/parse", printed["server URL"])
	require.NoError(t, stop())
}

func TestPrintsNoGivenKey(t *testing.T) {
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-master-key", "very-secret", "-rest-key", "rest-secret")
	require.NoError(t, stop())
	for _, value := range printed {
		require.NotContains(t, value, "secret")
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	unknown := filepath.Join(dir, "unknown.json")
	require.NoError(t, os.WriteFile(unknown, []byte(`{"databaseURI":"x"}`), 0o600))
	for want, args := range map[string][]string{
		"application id is the well-known default": {"-addr", ":0", "-master-key", "own"},
		"unknown option databaseURI":               {"-config", unknown},
		"no such file":                             {"-config", filepath.Join(dir, "missing.json")},
		"unexpected argument":                      {"serve"},
		"missing port":                             {"-addr", "localhost"},
		"not defined: -port":                       {"-port", "1"},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard, io.Discard), want)
	}
	require.ErrorIs(t, run(t.Context(), []string{"-help"}, io.Discard, io.Discard), flag.ErrHelp)
}

// Without -rules it is a general server: any class holds anything.
func TestRules(t *testing.T) {
	for want, args := range map[int][]string{http.StatusCreated: nil, http.StatusBadRequest: {"-rules"}} {
		printed, stop := serve(t, append(args, "-addr", "127.0.0.1:0")...)
		post(t, printed["server URL"]+"/classes/AuditPlan", `{"auditRef":"A-1"}`, printed)
		require.Equal(t, want, post(t, printed["server URL"]+"/classes/AuditPlan", `{"auditRef":"A-1"}`, printed), args)
		require.NoError(t, stop())
	}
}

func TestListensBeyondLoopbackWithOwnKeys(t *testing.T) {
	s, err := readSettings([]string{"-addr", "0.0.0.0:1337", "-app-id", "own", "-master-key", "own-secret"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "0.0.0.0:1337", s.addr)
}

// Whoever stops a server that is still starting has not made it fail.
func TestStoppedBeforeItHasStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, run(ctx, []string{"-addr", "127.0.0.1:0"}, io.Discard, io.Discard))
	require.NoError(t, run(ctx, []string{"-addr", "127.0.0.1:0", "-db", filepath.Join(t.TempDir(), "audit.db"), "-sample"}, io.Discard, io.Discard))
}
