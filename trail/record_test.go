package trail_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// story is the history of one record as a Parse Server writes it, save by save:
// "create=A" is a confirmed creation with status A, "A>B" a confirmed update that read
// A and wrote B, "A>B?" one of which no server said that it came to its end, "delete=B"
// a deletion, "purge" one of the class. Saves are a second apart; "..." is an hour.
func story(t *testing.T, text string) []event.Event {
	t.Helper()
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var events []event.Event
	prev := ""
	for word := range strings.FieldsSeq(text) {
		if word == "..." {
			now = now.Add(time.Hour)
			continue
		}
		now = now.Add(time.Second)
		word, unconfirmed := strings.CutSuffix(word, "?")
		w := event.Write{At: now, Op: event.Update, Class: "CorrectiveAction", Record: "aCt10n0001", Actor: event.Actor{Kind: event.Master}, Prev: prev}
		before, after, _ := strings.Cut(word, ">")
		switch {
		case strings.HasPrefix(word, "create="):
			w.Op, before, after = event.Create, "", word[len("create="):]
		case strings.HasPrefix(word, "delete="):
			w.Op, before, after = event.Delete, word[len("delete="):], ""
		case word == "purge":
			w.Op, w.Record, before = event.Purge, "", ""
		}
		w.Changes = []event.Change{{Column: "status", Before: quoted(before), After: quoted(after)}}
		e, err := event.New(w)
		require.NoError(t, err)
		e.Confirmed = !unconfirmed
		e.CreatedAt, e.ObjectID = now, fmt.Sprintf("row%07d", len(events))
		events = append(events, e)
		if w.Record != "" {
			prev = e.Hash()
		}
	}
	return events
}

func quoted(text string) jsontext.Value {
	if text == "" {
		return nil
	}
	return jsontext.Value(`"` + text + `"`)
}

func TestReconcileRecordExplains(t *testing.T) {
	for _, c := range []struct{ name, story, status, want string }{
		{"nothing to explain", "create=A A>B B>C", "C", ""},
		{"an unconfirmed save that was carried out", "create=A A>B?", "B", "unconfirmed 1"},
		{"one in the middle", "create=A A>B? B>C", "C", "unconfirmed 1"},
		{"a refused save", "create=A A>B?", "A", "not carried out 1"},
		{"a refused one, and another later", "create=A A>B? ... A>C", "C", "not carried out 1"},
		{"a refused one, and another at once", "create=A A>B? A>C", "C", "not carried out 1"},
		{"a transaction that was rolled back", "create=A A>B", "A", "rolled back 1"},
		{"one that was rolled back, and a save later", "create=A A>B ... A>C", "C", "rolled back 1"},
		{"two at one time, the later one stayed", "create=A A>B A>C", "C", "fork 1"},
		{"two at one time, the earlier one stayed", "create=A A>B A>C", "B", "fork 1"},
		{"ten at one time", "create=A A>B A>C A>D A>E A>F A>G A>H A>I A>J A>K", "F", "fork 1 fork 2 fork 3 fork 4 fork 5 fork 6 fork 7 fork 8 fork 9"},
		{"two at one time, and edited", "create=A A>B A>C", "X", "fork 1 edited"},
		{"edited", "create=A A>B", "X", "edited"},
		{"edited, and saved later", "create=A A>B ... X>C", "C", "edited 2"},
		{"edited back", "create=A A>B B>C", "B", "rolled back 2"},
		{"edited back to what was long ago", "create=A A>B ... B>C", "A", "edited"},
		{"taken away", "create=A A>B", "-", "edited"},
		{"deleted", "create=A delete=A", "", ""},
		{"gone", "create=A A>B", "", "gone"},
		{"purged", "create=A A>B purge", "", ""},
		{"purged, and still there", "create=A A>B purge", "B", "rolled back 2"},
		{"a deletion that was refused", "create=A delete=A?", "A", "not carried out 1"},
		{"a deletion that was rolled back", "create=A delete=A", "A", "rolled back 1"},
		{"deleted, and there with another value", "create=A delete=A", "X", "rolled back 1 edited"},
		{"no event", "", "A", "untracked"},
		{"no event but a purge", "purge", "A", "untracked rolled back 0"},
		{"no creation", "A>B", "B", "untracked"},
		{"no creation, and edited", "A>B", "X", "untracked edited"},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := story(t, c.story)
			var row jsontext.Value
			switch c.status {
			case "":
			case "-":
				row = jsontext.Value(`{"objectId":"aCt10n0001"}`)
			default:
				row = fmt.Appendf(nil, `{"objectId":"aCt10n0001","status":%q}`, c.status)
			}
			found, err := trail.ReconcileRecord("CorrectiveAction", "aCt10n0001", row, events)
			require.NoError(t, err)
			require.ElementsMatch(t, words(c.want), said(found, events), "%v", found)
			for _, f := range found {
				require.Equal(t, "CorrectiveAction", f.Class)
				require.NotEmpty(t, f.What)
			}
		})
	}
}

// Events that were taken out before they were sealed, and left the record as it was, are
// missed by the one behind them; a signature and a redaction say of which event they are.
func TestReconcileRecordMissesEventsInBetween(t *testing.T) {
	events := story(t, "create=A A>B B>A A>C C>D")
	row := jsontext.Value(`{"objectId":"aCt10n0001","status":"D"}`)
	for _, gone := range []struct{ from, to, want int }{{1, 3, 3}, {2, 3, 3}, {0, 1, 1}} {
		left := slices.Delete(slices.Clone(events), gone.from, gone.to)
		found, err := trail.ReconcileRecord("CorrectiveAction", "aCt10n0001", row, left)
		require.NoError(t, err)
		found = slices.DeleteFunc(found, func(f trail.Finding) bool { return f.Kind != trail.Missing })
		require.Len(t, found, 1)
		require.Equal(t, events[gone.want].ID, found[0].Event)
		require.False(t, found[0].Kind.Expected())
	}
	for _, op := range []event.Op{event.Sign, event.Redact} {
		for _, of := range []string{events[4].Hash(), event.HashOf("another event")} {
			w := event.Write{At: events[4].At.Add(time.Second), Op: op, Class: "CorrectiveAction", Record: "aCt10n0001", Actor: event.Actor{Kind: event.Master}, Prev: events[4].Hash()}
			if op == event.Sign {
				w.Signs = of
			} else {
				w.Redacts = of
			}
			e, err := event.New(w)
			require.NoError(t, err)
			e.Confirmed, e.CreatedAt = true, e.At
			found, err := trail.ReconcileRecord("CorrectiveAction", "aCt10n0001", row, append(slices.Clip(events), e))
			require.NoError(t, err)
			if of == events[4].Hash() {
				require.Empty(t, found)
				continue
			}
			require.Len(t, found, 1, "%s of an event that is not there", op)
			require.Equal(t, e.ID, found[0].Event)
		}
	}
}

// said is each finding's kind with the number of its event.
func said(found []trail.Finding, events []event.Event) []string {
	list := []string{}
	for _, f := range found {
		text := string(f.Kind)
		for i := range events {
			if events[i].ID == f.Event {
				text += fmt.Sprint(" ", i)
			}
		}
		list = append(list, text)
	}
	return list
}

// words splits "rolled back 2 edited" into its findings.
func words(text string) []string {
	list := []string{}
	kinds := []string{"rolled back", "not carried out", "unconfirmed", "fork", "edited", "gone", "untracked"}
	for text = strings.TrimSpace(text); text != ""; {
		for _, kind := range kinds {
			rest, ok := strings.CutPrefix(text, kind)
			if !ok {
				continue
			}
			word := kind
			if fields := strings.Fields(rest); len(fields) > 0 && strings.Trim(fields[0], "0123456789") == "" {
				word += " " + fields[0]
				rest = strings.TrimPrefix(strings.TrimSpace(rest), fields[0])
			}
			list, text = append(list, word), strings.TrimSpace(rest)
		}
	}
	return list
}

// The clocks of two nodes differ: an event that saw another comes behind it.
func TestReconcileRecordWithClocksThatDiffer(t *testing.T) {
	events := story(t, "create=A A>B B>C C>D")
	events[1].CreatedAt, events[2].CreatedAt = events[2].CreatedAt, events[1].CreatedAt
	found, err := trail.ReconcileRecord("CorrectiveAction", "aCt10n0001", jsontext.Value(`{"objectId":"aCt10n0001","status":"D"}`), events)
	require.NoError(t, err)
	require.Empty(t, found)
}
