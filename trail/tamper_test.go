package trail_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// tampering is what an administrator of the database did, and what must be named.
type tampering struct {
	*server
	t       testing.TB
	random  *rand.Rand
	did     string
	events  []string        // ids of events, or of their rows, each of which must be named
	records []string        // ids of records, each of which must be named
	touched map[string]bool // ids of anything else that may be named
}

func (s *server) clone() *server {
	c := *s
	c.rows = map[string]map[string]map[string]any{}
	for class, rows := range s.rows {
		c.rows[class] = map[string]map[string]any{}
		for id, row := range rows {
			c.rows[class][id] = maps.Clone(row)
		}
	}
	c.trail, c.newest = slices.Clone(s.trail), maps.Clone(s.newest)
	return &c
}

// Whatever is done to rows and events behind the server is found from a checkpoint
// that was kept elsewhere, and named; nothing else is named.
func TestVerifyNamesEveryTampering(t *testing.T) {
	tamperings := 10_000
	if testing.Short() { // the race detector sees in a few what it sees in all
		tamperings = 1000
	}
	base := newServer(7)
	base.work(t, 40)
	log, k := sealed(t, base)
	kept := log.Checkpoint()
	base.work(t, 5)
	k.seal(t, log, base)
	count := map[string]int{}
	for seed := range uint64(tamperings) {
		x := &tampering{server: base.clone(), t: t, random: rand.New(rand.NewPCG(seed, 1)), touched: map[string]bool{}}
		x.one()
		report, err := trail.Verify(t.Context(), source{x.server}, log, kept)
		require.NoError(t, err)
		x.requireNamed(seed, report)
		count[x.did]++
	}
	require.Len(t, count, 13, "every kind came up: %v", count)
}

func (x *tampering) requireNamed(seed uint64, report trail.Report) {
	x.t.Helper()
	about := fmt.Sprintf("seed %d, %s: %v", seed, x.did, report.Findings)
	require.False(x.t, report.OK(), about)
	require.NotEmpty(x.t, append(slices.Clone(x.events), x.records...), about)
	named := map[string]bool{}
	for _, f := range report.Findings {
		if f.Kind.Expected() {
			continue
		}
		require.NotEmpty(x.t, f.What)
		known := x.touched[f.Record] || x.touched[f.Event] || x.touched[f.Row] || slices.Contains(x.events, f.Event) ||
			slices.Contains(x.events, f.Row) || slices.Contains(x.records, f.Record)
		require.True(x.t, known, "%s\nnames what nobody touched: %s", about, f)
		named[f.Event], named[f.Row], named[f.Record] = true, true, true
	}
	for _, id := range append(x.events, x.records...) {
		require.True(x.t, named[id], "%s\ndoes not name %s", about, id)
	}
}

func (x *tampering) one() {
	ways := []func(){
		x.deleteEvent, x.editEvent, x.editEntry, x.swapEvents, x.insertEvent, x.moveEvent, x.rewriteClass, x.eraseValue,
		x.editRow, x.deleteRow, x.insertRow, x.restoreRow, x.editRowAndEvent,
	}
	ways[x.random.IntN(len(ways))]()
}

func pick[V any](x *tampering, list []V) V { return list[x.random.IntN(len(list))] }

// sealedEvent picks one of the events that the kept checkpoint covers.
func (x *tampering) sealedEvent() (int, event.Event) {
	i := x.random.IntN(40)
	e, err := x.trail[i].event()
	require.NoError(x.t, err)
	x.touched[e.Object()] = true
	return i, e
}

func (x *tampering) deleteEvent() {
	x.did = "delete an event"
	i, e := x.sealedEvent()
	x.events = append(x.events, e.ID)
	x.trail = slices.Delete(x.trail, i, i+1)
}

// editEvent changes one column of an event's row.
func (x *tampering) editEvent() {
	x.did = "edit an event"
	i, e := x.sealedEvent()
	x.events = append(x.events, x.trail[i].id)
	var columns map[string]jsontext.Value
	require.NoError(x.t, json.Unmarshal(x.trail[i].fields, &columns))
	column := pick(x, []string{"actor", "at", "class", "columns", "confirmed", "entry", "event", "op", "record", "values"})
	value := pick(x, []string{
		`{"__type":"Pointer","className":"_User","objectId":"somebody00"}`, `{"__type":"Date","iso":"2026-03-01T08:00:00.123Z"}`,
		`"AuditFinding"`, `["note"]`, `false`, `"{}"`, `"drop"`, `"oTherRec0r"`, `""`, `7`, `null`,
	})
	if old := columns[column]; bytes.Equal(old, []byte(value)) {
		value = `"other"`
	}
	if column == "record" || column == "class" {
		value = `"oTherRec0r"`
		x.touched["oTherRec0r"] = true
	}
	columns[column] = jsontext.Value(value)
	_ = e
	fields, err := json.Marshal(columns, json.Deterministic(true))
	require.NoError(x.t, err)
	x.trail[i] = x.trail[i].with(fields)
}

// editEntry rewrites an event so that it still agrees with itself: another time,
// actor, reason or value.
func (x *tampering) editEntry() {
	x.did = "rewrite an event"
	i, _ := x.sealedEvent()
	x.events = append(x.events, x.trail[i].id)
	x.trail[i] = x.rewritten(x.trail[i], func(w *event.Write) {
		switch x.random.IntN(4) {
		case 0:
			w.At = w.At.Add(-time.Hour)
		case 1:
			w.Actor = event.Actor{Kind: event.Master}
		case 2:
			w.Reason = "it was agreed"
		default:
			if len(w.Changes) > 0 {
				w.Changes[0].After = jsontext.Value(`"other"`)
			}
		}
	})
}

// rewritten makes an event of a row again, with new salts and consistent hashes.
func (x *tampering) rewritten(row *trailRow, change func(*event.Write)) *trailRow {
	e, err := row.event()
	require.NoError(x.t, err)
	values, err := e.Values()
	require.NoError(x.t, err)
	w := event.Write{At: e.At, Op: e.Op, Class: e.Entry.Class, Record: e.Entry.Record, Actor: e.Actor, Reason: e.Reason, Prev: e.Prev}
	for _, name := range e.Names() {
		w.Changes = append(w.Changes, event.Change{Column: name, Before: values[name].Before, After: values[name].After})
	}
	change(&w)
	forged, err := event.New(w)
	require.NoError(x.t, err)
	forged.Confirmed = true
	return row.with(forged.AppendFields(nil))
}

func (x *tampering) swapEvents() {
	x.did = "swap two events"
	i, e := x.sealedEvent()
	j := (i + 1 + x.random.IntN(39)) % 40
	other, err := x.trail[j].event()
	require.NoError(x.t, err)
	x.touched[other.Object()] = true
	x.events = append(x.events, e.ID, other.ID)
	a, b := *x.trail[i], *x.trail[j]
	a.created, b.created = b.created, a.created
	x.trail[i], x.trail[j] = &a, &b
}

func (x *tampering) moveEvent() {
	x.did = "move an event"
	i, e := x.sealedEvent()
	x.events = append(x.events, e.ID)
	moved := *x.trail[i]
	moved.created = moved.created.Add(time.Duration(1+x.random.IntN(100000)) * time.Second)
	x.trail[i] = &moved
}

// insertEvent tells of a change that never was, with the row changed too.
func (x *tampering) insertEvent() {
	x.did = "insert an event"
	i, e := x.sealedEvent()
	forged := x.event(x.t, event.Write{Op: event.Update, Class: e.Entry.Class, Record: e.Object(), Changes: []event.Change{{Column: "status", After: jsontext.Value(`"Forged"`)}}})
	forged.Confirmed = true
	row := (&trailRow{id: x.newID(), created: x.trail[i].created.Add(time.Millisecond)}).with(forged.AppendFields(nil))
	x.events = append(x.events, row.id)
	x.trail = append(x.trail, row)
	if live := x.rows[e.Entry.Class][e.Object()]; live != nil {
		live["status"] = "Forged"
	}
}

// rewriteClass rewrites all events of a class, with consistent hashes and links.
func (x *tampering) rewriteClass() {
	x.did = "rewrite a class"
	class := pick(x, []string{"AuditPlan", "AuditFinding", "CorrectiveAction"})
	prev := map[string]string{}
	for i, row := range x.trail {
		if row.class != class {
			continue
		}
		x.events = append(x.events, row.id)
		x.touched[row.record] = true
		x.trail[i] = x.rewritten(row, func(w *event.Write) {
			w.Prev = prev[w.Record]
			for j := range w.Changes {
				if w.Changes[j].Column == "note" {
					w.Changes[j].After = jsontext.Value(`"as it should have been"`)
				}
			}
		})
		e, err := x.trail[i].event()
		require.NoError(x.t, err)
		prev[row.record] = e.Hash()
	}
	for id := range x.rows[class] {
		x.rows[class][id]["note"] = "as it should have been"
		x.touched[id] = true
	}
}

func (x *tampering) eraseValue() {
	x.did = "erase a value"
	i, e := x.sealedEvent()
	x.events = append(x.events, e.ID)
	held, err := e.Held()
	require.NoError(x.t, err)
	erased, err := e.Redacted(pick(x, held))
	require.NoError(x.t, err)
	x.trail[i] = x.trail[i].with(erased.AppendFields(nil))
}

func (x *tampering) aRow() (class, id string) {
	var all [][2]string
	for _, class := range slices.Sorted(maps.Keys(x.rows)) {
		for _, id := range slices.Sorted(maps.Keys(x.rows[class])) {
			all = append(all, [2]string{class, id})
		}
	}
	one := pick(x, all)
	return one[0], one[1]
}

func (x *tampering) editRow() {
	x.did = "edit a row"
	class, id := x.aRow()
	x.records = append(x.records, id)
	row := x.rows[class][id]
	column := pick(x, []string{"status", "note", "cost", "ACL", "extra"})
	switch value := pick(x, []any{"Edited", 3.5, map[string]any{"a": 1.0}, nil}); {
	case value == nil && row[column] != nil:
		delete(row, column)
	case value == nil:
		row[column] = "Edited"
	default:
		row[column] = value
	}
}

func (x *tampering) deleteRow() {
	x.did = "delete a row"
	class, id := x.aRow()
	x.records = append(x.records, id)
	delete(x.rows[class], id)
}

func (x *tampering) insertRow() {
	x.did = "insert a row"
	class, id := x.aRow()
	copied := maps.Clone(x.rows[class][id])
	copied["objectId"] = "iNserted00"
	x.records = append(x.records, "iNserted00")
	x.rows[class]["iNserted00"] = copied
}

// restoreRow brings a deleted record back.
func (x *tampering) restoreRow() {
	x.did = "restore a row"
	for _, row := range x.trail {
		e, err := row.event()
		require.NoError(x.t, err)
		if e.Op == event.Delete {
			x.records = append(x.records, e.Object())
			x.rows[e.Entry.Class][e.Object()] = map[string]any{"objectId": e.Object(), "createdAt": "2026-03-01T08:00:00.000Z", "note": "7"}
			return
		}
	}
	x.t.Fatal("the trail has no deletion")
}

// editRowAndEvent changes a record and what its newest event says of it.
func (x *tampering) editRowAndEvent() {
	x.did = "edit a row and its event"
	i, e := x.sealedEvent()
	x.events = append(x.events, x.trail[i].id)
	column := pick(x, e.Names())
	x.trail[i] = x.rewritten(x.trail[i], func(w *event.Write) {
		for j := range w.Changes {
			if w.Changes[j].Column == column {
				w.Changes[j].After = jsontext.Value(`"Edited"`)
			}
		}
	})
	if row := x.rows[e.Entry.Class][e.Object()]; row != nil {
		row[column] = "Edited"
	}
}
