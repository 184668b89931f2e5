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
