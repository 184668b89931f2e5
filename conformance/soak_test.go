package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	isoaudit "github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// soakPlan is how much happens in a soak.
type soakPlan struct {
	writes   int           // acknowledged ones, over all writers
	cuts     int           // of the subscriber's connections, at random moments
	restarts int           // of the server
	renewals int           // the subscriber's session is ended, so that it must log in again
	pause    time.Duration // of a writer after a write, so that connections live a while
}

// smallSoak runs with every test; ISOAUDIT_SOAK=full asks for the other.
var (
	smallSoak = soakPlan{writes: 800, cuts: 8, restarts: 1, renewals: 1, pause: 5 * time.Millisecond}
	fullSoak  = soakPlan{writes: 10_000, cuts: 50, restarts: 3, renewals: 2, pause: 30 * time.Millisecond}
)

func chosenSoak() soakPlan {
	if os.Getenv("ISOAUDIT_SOAK") == "full" {
		return fullSoak
	}
	return smallSoak
}

// soakServer is a server that a soak can restart.
type soakServer struct {
	target
	address string // host and port, the same after a restart
	restart func()
}

// soakRow is an object of a soak. N grows with every write; a writer's own
// objects are written by it alone, shared ones by all.
type soakRow struct {
	parse.Object
	N      int    `json:"n"`
	Open   bool   `json:"open"` // what the subscription asks for
	Writer string `json:"writer"`
}

func TestLiveQuerySoak(t *testing.T) {
	t.Run("AuditServer", func(t *testing.T) { runSoak(t, embeddedSoakServer(t), chosenSoak()) })
	t.Run("ParseServer", func(t *testing.T) {
		server, ok := realSoakServer(t)
		if !ok {
			t.Skip("ISOAUDIT_PARSE_URL is not set: make conformance starts a real Parse Server")
		}
		runSoak(t, server, chosenSoak())
	})
}

// runSoak lets writers write while a subscriber's connections are cut, the
// server is restarted and the subscriber's session ended, and demands that the
// subscriber ends with the same picture as the table, that no event comes
// twice and that no object goes back in time. Where Node.js and the JavaScript
// SDK are installed, that SDK subscribes too, through the same cuts, and what
// it missed is reported.
func runSoak(t *testing.T, server soakServer, plan soakPlan) {
	s := newSoak(t, server, plan)
	proxy := startCutter(t, server.address)
	picture := s.subscribe(s.client(proxy, parse.WithSessionSource(parse.PasswordLogin(s.name, "soak"))))
	other := s.startJS(startCutter(t, server.address))

	writing, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() { s.write(writing, fmt.Sprint("w", i)) })
	}
	s.trouble(proxy, other)
	writers.Wait()
	stop()

	table := s.table()
	require.Eventually(t, func() bool { return picture.equals(table) }, time.Minute, 50*time.Millisecond,
		"the subscriber's picture is not the table: %s", picture.difference(table))
	picture.report(t, s)
	require.Empty(t, picture.faults)
	other.report(t, s, table)
}

// soak is a run.
type soak struct {
	t      *testing.T
	server soakServer
	plan   soakPlan
	class  string
	admin  *isoaudit.Admin
	rows   *isoaudit.Collection[soakRow] // of the master key, for writing
	userID string
	name   string

	acknowledged atomic.Int64
	moved        chan struct{} // holds one after an acknowledged write
	shared       []string
	mu           sync.Mutex
	changes      map[soakChange]bool // acknowledged, and visible to the subscription
}

// soakChange is one change a subscriber should have heard of.
type soakChange struct {
	id   string
	n    int // of the state it led to; of a delete -1
	open bool
}

func newSoak(t *testing.T, server soakServer, plan soakPlan) *soak {
	s := &soak{t: t, server: server, plan: plan, changes: make(map[soakChange]bool), moved: make(chan struct{}, 1)}
	run := fmt.Sprintf("%x", time.Now().UnixNano())
	s.class, s.name = "CheckSoak"+run, "soak"+run
	w := server.target
	w.must(t, master, "POST", "/schemas/"+s.class, fmt.Sprintf(`{"className":%q,"fields":{
		"n":{"type":"Number"},"open":{"type":"Boolean"},"writer":{"type":"String"}},
		"classLevelPermissions":{"find":{"requiresAuthentication":true},"get":{"requiresAuthentication":true},
		"create":{},"update":{},"delete":{},"count":{},"addField":{}}}`, s.class))
	s.userID = w.must(t, master, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"soak"}`, s.name)).text("objectId")
	admin, err := isoaudit.NewAdmin(w.url, w.masterKey, w.options()...)
	require.NoError(t, err)
	s.admin = admin
	s.rows = parse.NewCollection[soakRow](admin.Client, s.class)
	for range 5 {
		row := s.newRow("shared")
		require.NoError(t, s.rows.Create(t.Context(), row))
		s.shared = append(s.shared, row.ObjectID)
	}
	return s
}

func (s *soak) newRow(writer string) *soakRow {
	return &soakRow{
		Object: parse.Object{ACL: parse.ACL{parse.Subject(s.userID): {Read: true}}},
		N:      1, Open: true, Writer: writer,
	}
}

var (
	soakN    = parse.NewNumberField[soakRow, int]("n")
	soakOpen = parse.NewBoolField[soakRow]("open")
)

// write does a writer's share. What fails because the server is away is tried
// again with the next write: only acknowledged writes count.
func (s *soak) write(ctx context.Context, writer string) {
	type own struct {
		id   string
		n    int
		open bool
	}
	var rows []own
	for s.acknowledged.Load() < int64(s.plan.writes) {
		var err error
		switch dice := rand.IntN(100); {
		case dice < 30 || len(rows) == 0:
			row := s.newRow(writer)
			if err = s.rows.Create(ctx, row); err == nil {
				rows = append(rows, own{row.ObjectID, 1, true})
				s.count(row.ObjectID, 1, true, true)
			}
		case dice < 40:
			err = s.rows.Update(ctx, s.shared[rand.IntN(len(s.shared))], soakN.Increment(1))
			if err == nil {
				s.acknowledge()
			}
		case dice < 50:
			i := rand.IntN(len(rows))
			if err = s.rows.Delete(ctx, rows[i].id); err == nil {
				s.count(rows[i].id, -1, rows[i].open, rows[i].open)
				rows = slices.Delete(rows, i, i+1)
			} else if errors.Is(err, parse.ErrObjectNotFound) {
				rows, err = slices.Delete(rows, i, i+1), nil
			}
		default:
			row := &rows[rand.IntN(len(rows))]
			open := rand.IntN(5) > 0
			was := row.open
			row.n++ // also where the outcome is unknown: a number is never used twice
			if err = s.rows.Update(ctx, row.id, soakN.Set(row.n), soakOpen.Set(open)); err == nil {
				row.open = open
				s.count(row.id, row.n, open, open || was)
			}
		}
		pause := s.plan.pause
		if err != nil {
			pause = 100 * time.Millisecond // the server restarts
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (s *soak) acknowledge() {
	s.acknowledged.Add(1)
	select {
	case s.moved <- struct{}{}:
	default: // trouble will look anyway
	}
}

func (s *soak) count(id string, n int, open, visible bool) {
	s.acknowledge()
	if !visible {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes[soakChange{id, n, open}] = true
}

// trouble spreads cuts, restarts and renewals over the writes.
func (s *soak) trouble(cutters ...interface{ cut() }) {
	type event struct {
		at int64
		do func()
	}
	var events []event
	add := func(count int, do func()) {
		for range count {
			events = append(events, event{rand.Int64N(int64(s.plan.writes)*9/10) + 1, do})
		}
	}
	add(s.plan.cuts, func() {
		for _, c := range cutters {
			c.cut()
		}
	})
	add(s.plan.restarts, s.server.restart)
	add(s.plan.renewals, s.endSessions)
	slices.SortFunc(events, func(a, b event) int { return int(a.at - b.at) })
	for _, e := range events {
		for s.acknowledged.Load() < e.at {
			select { // until the writers have come as far
			case <-s.moved:
			case <-s.t.Context().Done():
				return
			}
		}
		e.do()
	}
}

// endSessions ends every session of the subscriber on the server.
func (s *soak) endSessions() {
	for _, row := range s.server.must(s.t, master, "GET", `/sessions?where=`+urlQuery(fmt.Sprintf(
		`{"user":{"__type":"Pointer","className":"_User","objectId":%q}}`, s.userID)), "").list() {
		s.server.must(s.t, master, "DELETE", "/sessions/"+row["objectId"].(string), "")
	}
}

// table reads what the subscription should show.
func (s *soak) table() map[string]int {
	table := make(map[string]int)
	for row, err := range s.rows.Query().Where(soakOpen.Eq(true)).All(s.t.Context()) {
		require.NoError(s.t, err)
		table[row.ObjectID] = row.N
	}
	return table
}
