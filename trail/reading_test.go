package trail_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// workedOn is an action that was opened, changed and closed, with the times of it.
func workedOn(t *testing.T) (s *server, id string, times []time.Time) {
	t.Helper()
	s = newServer(9)
	s.work(t, 20)
	for i, set := range []map[string]any{
		{"status": "Open", "dueDate": map[string]any{"__type": "Date", "iso": "2026-04-01T00:00:00.000Z"}},
		{"status": "Closed", "note": "done"},
		{"status": "Open", "note": nil},
		{"status": "Closed"},
	} {
		times = append(times, s.now)
		if id = s.save(t, "CorrectiveAction", id, set); i == 0 {
			require.NotEmpty(t, id)
		}
		s.now = s.now.Add(24 * time.Hour)
	}
	times = append(times, s.now)
	s.delete(t, "CorrectiveAction", id)
	return s, id, times
}

func TestAsOfGivesTheRecordAsItWas(t *testing.T) {
	s, id, times := workedOn(t)
	history := s.history("CorrectiveAction", id)
	state, err := trail.AsOf(history, times[0].Add(-time.Millisecond))
	require.NoError(t, err)
	require.False(t, state.Exists)
	require.Empty(t, state.Columns)

	state, err = trail.AsOf(history, times[1])
	require.NoError(t, err)
	require.True(t, state.Exists)
	require.Equal(t, `"Closed"`, string(state.Columns["status"]))
	require.Equal(t, `"done"`, string(state.Columns["note"]))
	require.Equal(t, `{"__type":"Date","iso":"2026-04-01T00:00:00.000Z"}`, string(state.Columns["dueDate"]))

	state, err = trail.AsOf(history, times[2].Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, `"Open"`, string(state.Columns["status"]))
	require.NotContains(t, state.Columns, "note")
	require.Equal(t, times[2], state.Last.At)

	state, err = trail.AsOf(history, times[4])
	require.NoError(t, err)
	require.False(t, state.Exists)
	require.Empty(t, state.Columns)
}

// What a later save read was there; what nobody confirmed is told apart.
func TestAsOfWithUnconfirmedEvents(t *testing.T) {
	for text, want := range map[string]string{"create=A A>B?": `"A"`, "create=A A>B? B>C": `"C"`, "create=A A>B? A>C": `"C"`} {
		events := story(t, text)
		state, err := trail.AsOf(sequence(events), events[len(events)-1].At)
		require.NoError(t, err)
		require.Equal(t, want, string(state.Columns["status"]), text)
		require.Len(t, state.Unconfirmed, 1)
	}
}

func TestAsOfSaysWhatWasRedacted(t *testing.T) {
	events := story(t, "create=A A>B")
	redacted, err := events[1].Redacted("status")
	require.NoError(t, err)
	state, err := trail.AsOf(sequence([]event.Event{events[0], redacted}), events[1].At)
	require.NoError(t, err)
	require.Equal(t, []string{"status"}, state.Unknown)
	require.Empty(t, state.Columns)
}

// A redaction says what it took out of other events. It changes nothing of the record,
// which may be gone, and its values, which later events may tell.
func TestARedactionIsNoChangeOfTheRecord(t *testing.T) {
	s, id, times := workedOn(t)
	history := s.history("CorrectiveAction", id)
	var events []event.Event
	for e, err := range history {
		require.NoError(t, err)
		events = append(events, e)
	}
	changes := func(column string) (ops []event.Op) {
		for c, err := range trail.Changes(history, column) {
			require.NoError(t, err)
			ops = append(ops, c.Op)
		}
		return ops
	}
	state := func(at time.Time) trail.State {
		state, err := trail.AsOf(history, at)
		require.NoError(t, err)
		return state
	}
	before, changed := state(times[3]), changes("status")
	redaction := event.Write{
		Op: event.Redact, Class: "CorrectiveAction", Record: id, Redacts: events[0].Hash(),
		Changes: []event.Change{{Column: "status", Secret: true}, {Column: event.ReasonName, Secret: true}},
	}
	s.write(t, redaction)
	require.Equal(t, changed, changes("status"))
	require.False(t, state(s.now).Exists, "the record was deleted")
	require.Equal(t, event.Redact, state(s.now).Last.Op)

	s.trail = slices.DeleteFunc(s.trail, func(row *trailRow) bool { return row.created.After(times[3]) })
	s.now = times[3].Add(time.Second)
	s.write(t, redaction)
	require.Equal(t, before.Columns, state(s.now).Columns)
	require.Empty(t, state(s.now).Unknown)
	require.True(t, state(s.now).Exists)
}

func TestAsOfAfterColumnsAndClassWentAway(t *testing.T) {
	events := story(t, "create=A")
	for what, drop := range map[string]event.Write{
		"the column": {Changes: []event.Change{{Column: "status", Secret: true}}}, "the class": {},
	} {
		drop.Op, drop.Class, drop.Actor = event.Drop, events[0].Class, event.Actor{Kind: event.Master}
		dropped, err := event.New(drop)
		require.NoError(t, err)
		dropped.Confirmed = true
		state, err := trail.AsOf(sequence(append(events[:1:1], dropped)), events[0].At.Add(time.Hour))
		require.NoError(t, err)
		require.Empty(t, state.Columns, what)
		require.Empty(t, state.Unknown, what)
		require.Equal(t, what == "the column", state.Exists, what)
	}
}

func sequence(events []event.Event) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestBecameFindsTheNewestClosing(t *testing.T) {
	s, id, times := workedOn(t)
	closed, ok, err := trail.Became(s.history("CorrectiveAction", id), "status", "Closed", "Verified")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, times[3], closed.At)
	require.Equal(t, "k7RtXw2nQp", closed.Actor.ID)
	require.Equal(t, `"Open"`, string(closed.Before))

	due, ok, err := trail.Became(s.history("CorrectiveAction", id), "dueDate", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, times[0], due.At)

	_, ok, err = trail.Became(s.history("CorrectiveAction", id), "status", "Cancelled")
	require.NoError(t, err)
	require.False(t, ok)
	_, _, err = trail.Became(s.history("CorrectiveAction", id), "status", func() {})
	require.ErrorContains(t, err, "value of status")
}

func TestChangesOfAColumn(t *testing.T) {
	s, id, _ := workedOn(t)
	var list []string
	for c, err := range trail.Changes(s.history("CorrectiveAction", id), "note") {
		require.NoError(t, err)
		list = append(list, string(c.Before)+">"+string(c.After))
	}
	require.Equal(t, []string{`>"done"`, `"done">`}, list)
}

func TestTimelineMergesByTime(t *testing.T) {
	s, id, _ := workedOn(t)
	var histories []iter.Seq2[event.Event, error]
	seen := map[string]bool{}
	for _, row := range s.trail {
		if key := row.class + row.record; !seen[key] {
			seen[key] = true
			histories = append(histories, s.history(row.class, row.record))
		}
	}
	require.NotEmpty(t, id)
	oldest := times(t, trail.Timeline(trail.OldestFirst, histories...))
	require.Len(t, oldest, len(s.trail))
	require.True(t, slices.IsSortedFunc(oldest, time.Time.Compare))

	for i, history := range histories {
		histories[i] = backwards(history)
	}
	newest := times(t, trail.Timeline(trail.NewestFirst, histories...))
	slices.Reverse(newest)
	require.Equal(t, oldest, newest)
	for e, err := range trail.Timeline(trail.NewestFirst, histories...) {
		require.NoError(t, err)
		require.Equal(t, event.Delete, e.Op)
		break // every history is let go
	}

	failed := errors.New("cut off")
	broken := func(yield func(event.Event, error) bool) { yield(event.Event{}, failed) }
	for _, err := range trail.Timeline(trail.OldestFirst, histories[0], broken) {
		require.ErrorIs(t, err, failed)
	}
	require.Empty(t, times(t, trail.Timeline(trail.OldestFirst)))
}

// One event that cannot be read hides nothing of the other histories, nor of its own.
func TestTimelineGoesOnBehindAnEventThatCannotBeRead(t *testing.T) {
	events := story(t, "create=A A>B B>C")
	broken := errors.New("the connection broke")
	of := func(failing error) iter.Seq2[event.Event, error] {
		return func(yield func(event.Event, error) bool) {
			_ = yield(events[0], nil) && yield(event.Event{}, failing) && yield(events[2], nil)
		}
	}
	for _, failing := range []error{&event.Damage{Row: "r"}, broken} {
		for _, order := range []trail.Order{trail.OldestFirst, trail.NewestFirst} {
			told, failed := 0, 0
			for _, err := range trail.Timeline(order, of(failing), sequence(events)) {
				if err == nil {
					told++
					continue
				}
				require.ErrorIs(t, err, failing)
				failed++
			}
			require.Equal(t, 1, failed)
			if failing != broken {
				require.Equal(t, 5, told)
			}
		}
	}
}

func times(t *testing.T, events iter.Seq2[event.Event, error]) (list []time.Time) {
	t.Helper()
	for e, err := range events {
		require.NoError(t, err)
		list = append(list, e.At)
	}
	return list
}

func backwards(history iter.Seq2[event.Event, error]) iter.Seq2[event.Event, error] {
	var events []event.Event
	for e := range history {
		events = append(events, e)
	}
	slices.Reverse(events)
	return sequence(events)
}
