package trail_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// server is a server in memory with a trail: rows by class and id, and the rows of
// class AuditTrail. Its tests may do with both what the administrator of a database
// can do.
type server struct {
	rows   map[string]map[string]map[string]any
	trail  []*trailRow
	newest map[string]string // hash of each record's newest event
	now    time.Time
	random *rand.Rand
}

// trailRow is a row of class AuditTrail.
type trailRow struct {
	id      string
	created time.Time
	fields  jsontext.Value // without objectId and times

	class, record string // from fields
	read          *readRow
}

// readRow is what was read of a row, while it is as it was. Events are read by
// several goroutines.
type readRow struct {
	mu    sync.Mutex
	of    trailRow
	event event.Event
	err   error
}

func newServer(seed uint64) *server {
	return &server{
		rows: map[string]map[string]map[string]any{}, newest: map[string]string{},
		now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), random: rand.New(rand.NewPCG(seed, 0)),
	}
}

func (s *server) newID() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	id := make([]byte, 10)
	for i := range id {
		id[i] = letters[s.random.IntN(len(letters))]
	}
	return string(id)
}

// save creates a record or sets columns of it; nil takes a column away.
func (s *server) save(t testing.TB, class, id string, set map[string]any) string {
	t.Helper()
	before := s.row(class, id)
	if s.rows[class] == nil {
		s.rows[class] = map[string]map[string]any{}
	}
	op := event.Update
	if before == nil {
		op, id = event.Create, s.newID()
		s.rows[class][id] = map[string]any{"objectId": id, "createdAt": wire.FormatISO(s.now)}
	}
	row := s.rows[class][id]
	row["updatedAt"] = wire.FormatISO(s.now)
	for name, value := range set {
		if row[name] = value; value == nil {
			delete(row, name)
		}
	}
	changes, err := event.Diff(class, before, s.row(class, id))
	require.NoError(t, err)
	reason := ""
	if op == event.Update && len(s.trail)%4 == 0 {
		reason = "as agreed"
	}
	s.write(t, event.Write{Op: op, Class: class, Record: id, Reason: reason, Changes: changes})
	return id
}

func (s *server) delete(t testing.TB, class, id string) {
	t.Helper()
	changes, err := event.Diff(class, s.row(class, id), nil)
	require.NoError(t, err)
	delete(s.rows[class], id)
	s.write(t, event.Write{Op: event.Delete, Class: class, Record: id, Changes: changes})
}

func (s *server) purge(t testing.TB, class string) {
	t.Helper()
	clear(s.rows[class])
	s.write(t, event.Write{Op: event.Purge, Class: class})
}

// write stores the event of a write that came to its end.
func (s *server) write(t testing.TB, w event.Write) *trailRow {
	t.Helper()
	e := s.event(t, w)
	e.Confirmed = true
	s.newest[w.Class+" "+w.Record] = e.Hash()
	return s.store(&e)
}

func (s *server) event(t testing.TB, w event.Write) event.Event {
	t.Helper()
	w.At = s.now
	if w.Actor.Kind == "" {
		w.Actor = event.Actor{Kind: event.User, ID: "k7RtXw2nQp"}
	}
	if w.Prev == "" {
		w.Prev = s.newest[w.Class+" "+w.Record]
	}
	e, err := event.New(w)
	require.NoError(t, err)
	return e
}

func (s *server) store(e *event.Event) *trailRow {
	row := (&trailRow{id: s.newID(), created: s.now}).with(e.AppendFields(nil))
	s.trail = append(s.trail, row)
	s.now = s.now.Add(time.Duration(1+s.random.IntN(5)) * time.Second)
	return row
}

func (s *server) row(class, id string) jsontext.Value {
	row, ok := s.rows[class][id]
	if !ok {
		return nil
	}
	text, err := json.Marshal(row, json.Deterministic(true))
	if err != nil {
		panic(err)
	}
	return text
}

func (r *trailRow) json() jsontext.Value {
	at := wire.FormatISO(r.created)
	return fmt.Appendf(nil, `{"objectId":%q,"createdAt":%q,"updatedAt":%q,%s`, r.id, at, at, r.fields[1:])
}

func (r *trailRow) event() (event.Event, error) {
	r.read.mu.Lock()
	defer r.read.mu.Unlock()
	if r.read.of.id != r.id || !r.read.of.created.Equal(r.created) {
		r.read.of = *r
		r.read.event, r.read.err = event.Parse(r.json())
	}
	return r.read.event, r.read.err
}

// source reads the server as trail.Source does.
type source struct{ *server }

func (s source) sorted(less func(a, b *trailRow) int) []*trailRow {
	return slices.SortedFunc(slices.Values(s.trail), less)
}

func byPlace(a, b *trailRow) int {
	if c := a.created.Compare(b.created); c != 0 {
		return c
	}
	return strings.Compare(a.id, b.id)
}

func (s source) Events(_ context.Context, since time.Time) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for _, row := range s.sorted(byPlace) {
			if !row.created.Before(since) && !yield(row.event()) {
				return
			}
		}
	}
}

func (s source) Classes(context.Context) ([]string, error) {
	classes := map[string]bool{}
	for class := range s.rows {
		classes[class] = true
	}
	for _, row := range s.trail {
		classes[row.class] = true
	}
	return slices.Sorted(maps.Keys(classes)), nil
}

// with gives the row other fields.
func (r *trailRow) with(fields jsontext.Value) *trailRow {
	changed := *r
	changed.fields, changed.read = fields, &readRow{}
	var head struct{ Class, Record string }
	if err := json.Unmarshal(fields, &head, json.MatchCaseInsensitiveNames(true)); err != nil {
		panic(err)
	}
	changed.class, changed.record = head.Class, head.Record
	return &changed
}

func (s source) EventsByRecord(_ context.Context, class string) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		rows := s.sorted(func(a, b *trailRow) int {
			return strings.Compare(strings.ToLower(a.record), strings.ToLower(b.record)) // some databases sort so
		})
		for _, row := range rows {
			if row.class == class && !yield(row.event()) {
				return
			}
		}
	}
}

func (s source) Rows(_ context.Context, class string) iter.Seq2[jsontext.Value, error] {
	return func(yield func(jsontext.Value, error) bool) {
		ids := slices.SortedFunc(maps.Keys(s.rows[class]), func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		for _, id := range ids {
			if !yield(s.row(class, id), nil) {
				return
			}
		}
	}
}

func (s source) Record(_ context.Context, class, id string) (jsontext.Value, []event.Event, error) {
	var events []event.Event
	for _, row := range s.trail {
		if row.class == class && (row.record == id || row.record == "") {
			e, err := row.event()
			if err != nil {
				continue
			}
			events = append(events, e)
		}
	}
	return s.row(class, id), events, nil
}

// history gives the events of one record, oldest first.
func (s *server) history(class, id string) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for _, row := range (source{s}).sorted(byPlace) {
			if row.class == class && row.record == id && !yield(row.event()) {
				return
			}
		}
	}
}

// work does some hundred ordinary writes.
func (s *server) work(t testing.TB, writes int) {
	t.Helper()
	classes := []string{"AuditPlan", "AuditFinding", "CorrectiveAction"}
	for range writes {
		class := classes[s.random.IntN(len(classes))]
		ids := slices.Sorted(maps.Keys(s.rows[class]))
		switch n := s.random.IntN(10); {
		case len(ids) < 3 || n < 3:
			s.save(t, class, "", map[string]any{"status": "Open", "note": fmt.Sprint(s.random.IntN(1000)), "ACL": map[string]any{"*": map[string]any{"read": true}}})
		case n == 9:
			s.delete(t, class, ids[s.random.IntN(len(ids))])
		default:
			s.save(t, class, ids[s.random.IntN(len(ids))], map[string]any{"status": []any{"Open", "Closed", nil}[s.random.IntN(3)], "cost": s.random.IntN(100000)})
		}
	}
}

// sealed makes a log of the server's events and opens it.
func sealed(t testing.TB, s *server) (*trail.Log, seals) {
	t.Helper()
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	log, err := trail.OpenLog(t.TempDir(), k.public)
	require.NoError(t, err)
	k.seal(t, log, s)
	return log, k
}
