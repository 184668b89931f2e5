package conformance_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	isoaudit "github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// soakPicture is what a subscriber makes of its events.
type soakPicture struct {
	mu     sync.Mutex
	rows   map[string]int // present objects and their n
	newest map[string]int // of every object ever seen
	heard  map[soakChange]bool
	kinds  map[parse.EventKind]int
	faults []string
	gaps   int
	failed error
}

// client makes a client that goes through the proxy.
func (s *soak) client(proxy *cutter, options ...parse.Option) *isoaudit.Client {
	client, err := isoaudit.NewClient(proxy.url, append(options,
		parse.WithApplicationID(s.server.appID), parse.WithRESTKey(s.server.restKey),
		parse.WithHTTPClient(&http.Client{Transport: &http.Transport{}}))...)
	require.NoError(s.t, err)
	return client
}

// subscribe starts the subscriber.
func (s *soak) subscribe(client *isoaudit.Client) *soakPicture {
	p := &soakPicture{
		rows: make(map[string]int), newest: make(map[string]int),
		heard: make(map[soakChange]bool), kinds: make(map[parse.EventKind]int),
	}
	rows := parse.NewCollection[soakRow](client, s.class)
	sub, err := rows.Query().Where(soakOpen.Eq(true)).Subscribe(context.WithoutCancel(s.t.Context()), parse.WithSnapshot(), parse.WithDeletes())
	require.NoError(s.t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event, err := range sub.Events() {
			if err != nil {
				p.fail(err)
				return
			}
			p.take(event)
		}
	}()
	s.t.Cleanup(func() {
		require.NoError(s.t, sub.Close())
		<-done
		require.NoError(s.t, p.failed)
	})
	return p
}

func (p *soakPicture) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = err
}

// take applies one event, as any consumer would, and looks for faults.
func (p *soakPicture) take(e isoaudit.Event[soakRow]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kinds[e.Kind]++
	row := e.Object
	if e.Kind == parse.CaughtUp {
		if e.Gap != nil {
			p.gaps++
		}
		return
	}
	shown, present := p.rows[row.ObjectID]
	p.heard[soakChange{row.ObjectID, row.N, row.Open}] = true
	switch {
	case e.Kind == parse.Deleted:
		p.heard[soakChange{row.ObjectID, -1, true}] = true
		fallthrough
	case e.Kind == parse.Left:
		if !present {
			p.fault("%s of %s, which is not there", e.Kind, row.ObjectID)
		}
		delete(p.rows, row.ObjectID)
		return
	case present && shown == row.N:
		p.fault("%s n=%d of %s came twice", e.Kind, row.N, row.ObjectID)
	case row.Writer != "shared" && row.N < p.newest[row.ObjectID]:
		p.fault("%s of %s went back from n=%d to %d", e.Kind, row.ObjectID, p.newest[row.ObjectID], row.N)
	}
	p.rows[row.ObjectID] = row.N
	p.newest[row.ObjectID] = max(p.newest[row.ObjectID], row.N)
}

func (p *soakPicture) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

func (p *soakPicture) equals(table map[string]int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Equal(p.rows, table)
}

// difference describes how the picture differs at the time it is printed.
func (p *soakPicture) difference(table map[string]int) fmt.Stringer { return lateDifference{p, table} }

type lateDifference struct {
	picture *soakPicture
	table   map[string]int
}

// String implements fmt.Stringer.
func (d lateDifference) String() string {
	d.picture.mu.Lock()
	defer d.picture.mu.Unlock()
	return fmt.Sprintf("%d rows wrong (stream: %v)", wrongRows(d.picture.rows, d.table), d.picture.failed)
}

// wrongRows counts the rows that are missing, too many or not up to date.
func wrongRows(got, want map[string]int) int {
	wrong := 0
	for id, n := range want {
		if got[id] != n {
			wrong++
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			wrong++
		}
	}
	return wrong
}

func (p *soakPicture) report(t *testing.T, s *soak) {
	p.mu.Lock()
	defer p.mu.Unlock()
	missed := s.missed(p.heard)
	t.Logf("%s: %d writes, %d cuts, %d restarts, %d renewals", s.server.server, s.acknowledged.Load(), s.plan.cuts, s.plan.restarts, s.plan.renewals)
	t.Logf("isoaudit: final picture right (%d rows), %d gaps caught up, events %v; %d of %d changes arrived only as part of a later state",
		len(p.rows), p.gaps, p.kinds, missed, len(s.changes))
}

// missed counts the changes that a subscriber did not hear of.
func (s *soak) missed(heard map[soakChange]bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	missed := 0
	for c := range s.changes {
		if !heard[c] {
			missed++
		}
	}
	return missed
}

func urlQuery(text string) string { return url.QueryEscape(text) }
