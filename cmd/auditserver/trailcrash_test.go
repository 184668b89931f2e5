package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// crashing is a server that records, and is killed again and again.
type crashing struct {
	*chaos
	kinds
	sent, cut, refused atomic.Int64
}

// send sends one write with a request id. Now and then the caller goes away before the
// answer, and sends it again with the same id. Headers come in pairs. It returns the
// status, 0 if the server is gone.
func (c *crashing) send(client *http.Client, random *rand.Rand, method, path, body string, headers ...string) int {
	id := fmt.Sprintf("%x", random.Uint64())
	for {
		c.sent.Add(1)
		ctx, cancel := context.WithCancel(context.Background())
		if random.IntN(8) == 0 {
			time.AfterFunc(time.Duration(random.IntN(4000))*time.Microsecond, cancel)
		}
		status := c.sendOnce(ctx, client, id, method, path, body, headers)
		gaveUp := ctx.Err() != nil
		cancel()
		if !gaveUp || status != 0 {
			return status
		}
		c.cut.Add(1)
	}
}

func (c *crashing) sendOnce(ctx context.Context, client *http.Client, id, method, path, body string, headers []string) int {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, strings.NewReader(body))
	require.NoError(c.t, err)
	req.Header.Set("X-Parse-Application-Id", defaultAppID)
	req.Header.Set("X-Parse-Master-Key", chaosKey)
	req.Header.Set("X-Parse-Request-Id", id)
	req.Header.Set("Content-Type", "application/json")
	for pair := range slices.Chunk(headers, 2) {
		if req.Header.Set(pair[0], pair[1]); pair[1] == "" {
			req.Header.Del(pair[0])
		}
	}
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0
	}
	return res.StatusCode
}

const (
	counted    = `{"count":{"__op":"Increment","amount":1}}`
	badCounted = `{"count":{"__op":"Increment","amount":1},"note":7}` // the column holds texts
)

// write makes writes of every kind until the server is gone. Each that changes an
// object counts itself in the column count of that object, in the same write.
func (c *crashing) write(number int, random *rand.Rand, progress func()) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	session := c.session(client)
	one := func() string { return fmt.Sprintf("w%dn%d", number, random.IntN(30)) }
	step := func(method, path, body string) string {
		return fmt.Sprintf(`{"method":%q,"path":"/parse%s","body":%s}`, method, path, body)
	}
	for {
		id, other := one(), one()
		status := 0
		switch random.IntN(16) {
		case 0, 1:
			status = c.send(client, random, http.MethodPost, "/classes/Note", fmt.Sprintf(`{"objectId":%q,"count":1,"note":"n"}`, id))
		case 2, 3, 4:
			status = c.send(client, random, http.MethodPut, "/classes/Note/"+id, counted)
		case 5:
			status = c.send(client, random, http.MethodDelete, "/classes/Note/"+id, "")
		case 6:
			status = c.send(client, random, http.MethodPut, "/classes/Note/"+id, badCounted)
		case 7: // each for itself
			status = c.send(client, random, http.MethodPost, "/batch", `{"requests":[`+step("PUT", "/classes/Note/"+id, counted)+","+
				step("PUT", "/classes/Note/"+other, badCounted)+","+step("PUT", "/roles/crew", `{"count":{"__op":"Increment","amount":1}}`)+`]}`)
		case 8: // all or nothing
			last := []string{counted, badCounted}[random.IntN(2)]
			status = c.send(client, random, http.MethodPost, "/batch", `{"transaction":true,"requests":[`+step("PUT", "/classes/Note/"+id, counted)+","+
				step("PUT", "/classes/Note/"+other, last)+`]}`)
		case 9:
			status = c.send(client, random, http.MethodPut, "/users/"+lena, counted)
		default:
			status = c.writeFurther(number, client, random, session, id)
		}
		switch {
		case status == 0:
			return
		case status >= http.StatusInternalServerError:
			c.t.Errorf("status %d", status)
			return
		case status >= http.StatusBadRequest:
			c.refused.Add(1)
		default:
			progress()
		}
	}
}

// round lets the writers work until the server is killed after some writes.
func (c *crashing) round(writes int64) {
	var done atomic.Int64
	enough := make(chan struct{})
	var writers sync.WaitGroup
	for number := range chaosWriters {
		random := rand.New(rand.NewPCG(rand.Uint64(), 0))
		writers.Go(func() {
			c.write(number, random, func() {
				if done.Add(1) == writes {
					close(enough)
				}
			})
		})
	}
	stopped := make(chan struct{})
	go func() { writers.Wait(); close(stopped) }()
	select {
	case <-enough:
	case <-stopped: // something is wrong
	}
	require.NoError(c.t, c.child.Process.Kill()) // SIGKILL
	require.Error(c.t, c.child.Wait())
	<-stopped
	require.GreaterOrEqual(c.t, done.Load(), writes)
}

// told gives the events of each record, in the order of their times.
func told(t *testing.T, admin *isoaudit.Admin, class string) map[string][]event.Event {
	records := map[string][]event.Event{}
	for e, err := range admin.Trail().EventsByRecord(t.Context(), class) {
		require.NoError(t, err)
		require.NoError(t, e.Check())
		records[e.Object()] = append(records[e.Object()], e)
	}
	return records
}

// requireOneEach holds the events of a record to what its column count says: each
// committed write has counted one on, so each number is told once.
func requireOneEach(t *testing.T, id string, events []event.Event, there bool, row *noted) {
	count, alive, prev := 0, false, ""
	for _, e := range events {
		require.True(t, e.Confirmed)
		require.Equal(t, prev, e.Prev, "events of %s follow each other", id)
		prev = e.Hash()
		values, err := e.Values()
		require.NoError(t, err)
		switch e.Op {
		case event.Create:
			require.False(t, alive, id)
			count, alive = 0, true
		case event.Sign, event.Redact:
			continue
		case event.Delete:
			require.True(t, alive, id)
			require.Equal(t, strconv.Itoa(count), string(values["count"].Before), id)
			alive = false
			continue
		}
		if values["count"] == nil {
			require.Zero(t, count, "%s: each write counts", id)
			continue // a user or role before it was first counted
		}
		count++
		require.Equal(t, strconv.Itoa(count), string(values["count"].After), "%s: each committed write has one event", id)
	}
	require.Equal(t, alive, there, id)
	if there {
		require.Equal(t, row.Count, count, id)
	}
}

// noted is what the test reads of a record.
type noted struct {
	parse.Object

	Count int `json:"count"`
}

// A server is killed in the middle of writes of every kind, whose callers come and go:
// each committed write has one event, nothing else has any, and the trail verifies.
// AUDITSERVER_TRAIL_WRITES is how many writes are answered with success; the whole run
// has 10000.
func TestTrailSurvivesKills(t *testing.T) {
	writes := 300
	if text := os.Getenv("AUDITSERVER_TRAIL_WRITES"); text != "" {
		var err error
		writes, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	dir := t.TempDir()
	c := &crashing{chaos: &chaos{t: t, db: auditserver.Database{Path: filepath.Join(dir, "audit.db"), FilesDir: filepath.Join(dir, "files")}, config: filepath.Join(dir, "config.json"), flags: []string{"-rules"}}}
	require.NoError(t, os.Mkdir(c.db.FilesDir, 0o700))
	require.NoError(t, os.WriteFile(c.config, []byte(`{"allowCustomObjectId":true,"idempotencyOptions":{"paths":[".*"]}}`), 0o600))
	admin := func() *isoaudit.Admin {
		transport := &http.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		admin, err := isoaudit.NewAdmin(c.url, chaosKey, parse.WithApplicationID(defaultAppID), parse.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		return admin
	}
	c.start()
	_, err := admin().ApplySchema(t.Context(), schema.ISO9001())
	require.NoError(t, err)
	setUp := rand.New(rand.NewPCG(1, 1))
	for path, body := range map[string]string{
		"/users": `{"objectId":"lena000000","username":"lena","password":"p","email":"l@example.com","role":"auditor","siteCode":"P"}`,
		"/roles": `{"objectId":"crew","name":"crew","ACL":{}}`,
	} {
		require.Equal(t, http.StatusCreated, c.send(http.DefaultClient, setUp, http.MethodPost, path, body), path)
	}
	const perRound = 100
	for range max(1, writes/perRound) {
		c.round(perRound)
		c.start()
	}
	defer func() {
		require.NoError(t, c.child.Process.Kill())
		require.Error(t, c.child.Wait())
	}()
	c.requireWhole(admin())
}

// requireWhole reads the trail of the server that is left.
func (c *crashing) requireWhole(admin *isoaudit.Admin) {
	t := c.t
	events := 0
	for _, class := range []string{"Note", "_User", "_Role"} {
		rows := map[string]*noted{}
		for row, err := range parse.NewCollection[noted](admin.Client, class).Query().All(t.Context()) {
			require.NoError(t, err)
			rows[row.ObjectID] = row
		}
		records := told(t, admin, class)
		for id, of := range records {
			events += len(of)
			requireOneEach(t, id, of, rows[id] != nil, rows[id])
		}
		for id, row := range rows {
			require.True(t, len(records[id]) > 0 || class == "_Role" && row.Count == 0, "%s %s", class, id)
		}
	}
	c.requireFurther(admin)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	key, err := trail.ParsePublicKey(public)
	require.NoError(t, err)
	log, err := trail.OpenLog(t.TempDir(), key)
	require.NoError(t, err)
	sealed, err := log.Seal(t.Context(), admin.Trail(), signer, trail.SealOptions{Now: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	report, err := trail.Verify(t.Context(), admin.Trail(), log, sealed.Checkpoint)
	require.NoError(t, err)
	for _, f := range report.Findings {
		require.True(t, f.Kind == trail.Older && f.Class == "_Role", "%s", f) // the schema's roles came before the class of the trail
	}
	require.Equal(t, sealed.Added, report.Events)
	t.Logf("%d requests, %d cut off by their callers, %d refused, %d events", c.sent.Load(), c.cut.Load(), c.refused.Load(), events)
}
