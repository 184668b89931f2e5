package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// The test binary is its own server: with this variable set it runs the program with
// the arguments there, one a line.
const childVariable = "AUDITSERVER_TEST_CHILD"

func childMain() bool {
	args := os.Getenv(childVariable)
	if args == "" {
		return false
	}
	if err := run(context.Background(), strings.Split(args, "\n"), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

const (
	chaosKey     = "chaos-key"
	chaosWriters = 4
)

// writerLog is what one writer knows of its objects, numbered from 1.
type writerLog struct {
	tried, acknowledged atomic.Int64
}

// chaos is a server that is killed again and again.
type chaos struct {
	t       *testing.T
	db      auditserver.Database
	config  string
	flags   []string // more of them
	url     string
	child   *exec.Cmd
	writers [chaosWriters]writerLog
}

func (c *chaos) start() {
	exe, err := os.Executable()
	require.NoError(c.t, err)
	c.child = exec.Command(exe)
	args := []string{"-addr", "127.0.0.1:0", "-db", c.db.Path, "-files", c.db.FilesDir, "-config", c.config}
	args = append(args, c.flags...)
	c.child.Env = append(os.Environ(), childVariable+"="+strings.Join(args, "\n"), "ISOAUDIT_MASTER_KEY="+chaosKey)
	c.child.Stderr = os.Stderr
	out, err := c.child.StdoutPipe()
	require.NoError(c.t, err)
	require.NoError(c.t, c.child.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "server URL"); ok {
			c.url = strings.TrimSpace(url)
		}
		if strings.HasPrefix(lines.Text(), "data") {
			return
		}
	}
	require.FailNow(c.t, "the server did not start")
}

// call gives status and answer; 0 if the server is gone.
func (c *chaos) call(client *http.Client, method, path, contentType, body string) (int, []byte) {
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("X-Parse-Application-Id", defaultAppID)
	req.Header.Set("X-Parse-Master-Key", chaosKey)
	req.Header.Set("Content-Type", contentType)
	res, err := client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, raw
}

// write stores one object after another until the server is gone. An object whose
// answer never came is tried again in the next round; it may be there already.
func (c *chaos) write(number int, progress func()) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	log := &c.writers[number]
	for {
		n := log.acknowledged.Load() + 1
		log.tried.Store(n)
		file := ""
		if n%5 == 0 {
			status, raw := c.call(client, http.MethodPost, "/files/evidence.txt", "text/plain", strings.Repeat("evidence ", 2000))
			var stored struct {
				Name string `json:"name"`
			}
			if status != http.StatusCreated || json.Unmarshal(raw, &stored) != nil {
				return
			}
			file = `,"file":{"__type":"File","name":"` + stored.Name + `"}`
		}
		status, raw := c.call(client, http.MethodPost, "/classes/Note", "application/json", fmt.Sprintf(`{"objectId":"w%dn%d","text":%q%s}`, number, n, strings.Repeat("x", 500), file))
		switch {
		case status == http.StatusCreated, status == http.StatusBadRequest && strings.Contains(string(raw), "137"): // a duplicate: it was stored
			log.acknowledged.Store(n)
			progress()
		case status != 0:
			c.t.Errorf("%d %s", status, raw)
			return
		default:
			return
		}
		if n%3 == 0 {
			c.call(client, http.MethodPut, fmt.Sprintf("/classes/Note/w%dn%d", number, n-1), "application/json", `{"seen":true}`)
		}
		if n%4 == 0 {
			c.call(client, http.MethodGet, `/classes/Note?where={"seen":true}&limit=20`, "application/json", "")
		}
	}
}

// snapshot is a backup with what each writer knew before and after it was made.
type snapshot struct {
	file          string
	before, after [chaosWriters]int64
}

func (c *chaos) backUp(file string) (s snapshot, err error) {
	s.file = file
	for i := range c.writers {
		s.before[i] = c.writers[i].acknowledged.Load()
	}
	err = auditserver.Backup(c.t.Context(), c.db, file)
	for i := range c.writers {
		s.after[i] = c.writers[i].tried.Load()
	}
	return s, err
}

// verify holds a database to what the writers know: the first so many objects of
// each, with their files.
func (c *chaos) verify(db auditserver.Database, s snapshot) {
	report, err := auditserver.Check(c.t.Context(), db)
	require.NoError(c.t, err)
	require.Empty(c.t, report.Problems)
	require.Empty(c.t, report.Notes, "each object came after its file")
	srv, err := auditserver.Open(c.t.Context(), auditserver.Config{AppID: defaultAppID, MasterKey: chaosKey, Path: db.Path, FilesDir: db.FilesDir})
	require.NoError(c.t, err)
	defer func() { require.NoError(c.t, srv.Close(context.Background())) }()
	objects := 0
	for number := range c.writers {
		n := int64(0)
		for ; status(srv, fmt.Sprintf("/parse/classes/Note/w%dn%d", number, n+1)) == http.StatusOK; n++ {
		}
		require.GreaterOrEqual(c.t, n, s.before[number])
		require.LessOrEqual(c.t, n, s.after[number])
		objects += int(n)
	}
	require.Equal(c.t, objects, report.Objects, "nothing stands behind a gap")
}

// status asks a server with the master key.
func status(srv http.Handler, path string) int {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = "127.0.0.1:4711"
	r.Header.Set("X-Parse-Application-Id", defaultAppID)
	r.Header.Set("X-Parse-Master-Key", chaosKey)
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	return w.Code
}

func TestChaos(t *testing.T) {
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	if text := os.Getenv("AUDITSERVER_CHAOS_ROUNDS"); text != "" {
		var err error
		rounds, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	dir := t.TempDir()
	c := &chaos{t: t, db: auditserver.Database{Path: filepath.Join(dir, "audit.db"), FilesDir: filepath.Join(dir, "files")}, config: filepath.Join(dir, "config.json")}
	require.NoError(t, os.Mkdir(c.db.FilesDir, 0o700))
	require.NoError(t, os.WriteFile(c.config, []byte(`{"allowCustomObjectId":true}`), 0o600))
	var snapshots []snapshot
	for round := range rounds {
		c.start()
		var written atomic.Int64
		enough := make(chan struct{})
		until := 60 + rand.Int64N(120)
		var writers sync.WaitGroup
		for number := range c.writers {
			writers.Go(func() {
				c.write(number, func() {
					if written.Add(1) == until {
						close(enough)
					}
				})
			})
		}
		var made snapshot
		var failed error
		var backup sync.WaitGroup
		backup.Go(func() { made, failed = c.backUp(filepath.Join(dir, fmt.Sprintf("backup%d", round))) })
		stopped := make(chan struct{})
		go func() { writers.Wait(); close(stopped) }()
		select {
		case <-enough:
		case <-stopped: // something is wrong
		}
		require.NoError(t, c.child.Process.Kill()) // SIGKILL, perhaps in the middle of the backup
		require.Error(t, c.child.Wait())
		<-stopped
		backup.Wait()
		require.NoError(t, failed)
		require.GreaterOrEqual(t, written.Load(), until)
		snapshots = append(snapshots, made)
	}
	for _, s := range snapshots {
		fresh := auditserver.Database{Path: filepath.Join(t.TempDir(), "audit.db"), FilesDir: filepath.Join(t.TempDir(), "files")}
		require.NoError(t, auditserver.Restore(t.Context(), s.file, fresh))
		c.verify(fresh, s)
	}
	last, err := c.backUp(filepath.Join(dir, "last"))
	require.NoError(t, err)
	c.verify(c.db, last)
	total := int64(0)
	for i := range c.writers {
		total += c.writers[i].acknowledged.Load()
	}
	t.Logf("%d rounds, %d acknowledged objects, %d backups", rounds, total, len(snapshots))
}
