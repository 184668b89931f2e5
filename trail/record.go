package trail

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// DefaultWindow is how far apart the events of saves at one time are at most.
const DefaultWindow = time.Minute

// ReconcileRecord compares a record with its events, whole-class events such as a
// purge included, and returns what does not agree, by event and column. row is Parse
// JSON as the master key sees it, nil if there is no such record. Events may come in
// any order. Relations are not compared, and neither are values that were redacted.
func ReconcileRecord(class, id string, row jsontext.Value, events []event.Event) ([]Finding, error) {
	now, err := columnsNow(class, row)
	if err != nil || isOrdinary(id, row != nil, now, events) {
		return nil, err
	}
	r := record{class: class, id: id, events: slices.Clone(events), steps: map[string][]step{}}
	r.order()
	r.collect()
	return r.findings(row != nil, now), nil
}

// order puts the events into the order of the server's clock, but each behind the one
// that it saw as the newest: the clocks of a server's nodes may differ.
func (r *record) order() {
	byPlace := func(a, b event.Event) int { return placeOf(&a).compare(placeOf(&b)) }
	if !slices.IsSortedFunc(r.events, byPlace) {
		slices.SortStableFunc(r.events, byPlace)
	}
	chained := true // each saw the one before, as in most records
	hashes := make([]string, len(r.events))
	r.hashes = make(map[string]bool, len(hashes))
	for i := range r.events {
		hashes[i] = r.events[i].Hash()
		r.hashes[hashes[i]] = true
		prev := r.events[i].Prev
		chained = chained && (prev == "" || i > 0 && prev == hashes[i-1])
	}
	if !chained {
		r.reorder(hashes)
	}
}

// reorder puts each event behind the one that it saw.
func (r *record) reorder(hashes []string) {
	waiting := map[string][]int{} // indexes by the hash of the event that they saw
	open := maps.Clone(r.hashes)
	ordered := make([]event.Event, 0, len(r.events))
	var put func(i int)
	put = func(i int) {
		ordered = append(ordered, r.events[i])
		delete(open, hashes[i])
		freed := waiting[hashes[i]]
		delete(waiting, hashes[i])
		for _, next := range freed {
			put(next)
		}
	}
	for i := range r.events {
		if prev := r.events[i].Prev; open[prev] {
			waiting[prev] = append(waiting[prev], i)
			continue
		}
		put(i)
	}
	r.events = ordered
}

func placeOf(e *event.Event) place { return place{e.CreatedAt, e.ObjectID} }

// noWindow says that no two steps are at one time: nobody changes a record that is
// not there yet.
const noWindow = -1

// existence is the column that every row has, and no class.
const (
	existence = ""
	exists    = "true"
)

// record is what reconciling knows of one record.
type record struct {
	class, id string
	events    []event.Event
	hashes    map[string]bool   // of the events
	steps     map[string][]step // by column
	relations map[string]bool   // columns that are relations
}

func columnsNow(class string, row jsontext.Value) (map[string]string, error) {
	changes, err := event.Diff(class, nil, row)
	if err != nil {
		return nil, err
	}
	now := make(map[string]string, len(changes))
	for _, c := range changes {
		if !c.Secret {
			now[c.Column] = string(c.After)
		}
	}
	return now, nil
}

// collect makes the steps of all columns.
func (r *record) collect() {
	r.relations = map[string]bool{}
	for i := range r.events {
		e := &r.events[i]
		switch e.Op {
		case event.Purge:
			r.endAll(i)
			continue
		case event.Drop:
			r.drop(i)
			continue
		case event.Create:
			r.add(existence, i, noValue, exists)
		case event.Update:
			r.add(existence, i, exists, exists)
		case event.Delete:
			r.add(existence, i, exists, noValue)
		}
		r.collectValues(i)
	}
}

// collectValues makes the steps of the columns that event i tells of.
func (r *record) collectValues(i int) {
	e := &r.events[i]
	told := 0
	err := e.EachValue(func(column string, v event.Told) {
		hash, ok := e.Columns[column]
		if ok {
			told++
		}
		switch {
		case !ok || v.Redacted && hash == "":
		case v.Redacted:
			r.add(column, i, unknownValue, unknownValue)
		case isRelationChange(v.Before, v.After):
			r.relations[column] = true
		default:
			r.add(column, i, v.Before, v.After)
		}
	})
	if err == nil && told == len(e.Columns) {
		return
	}
	// A value that is missing, or cannot be read, is damage that Event.Check tells of.
	for column, hash := range e.Columns {
		if steps := r.steps[column]; hash != "" && !r.relations[column] && (len(steps) == 0 || steps[len(steps)-1].event != i) {
			r.add(column, i, unknownValue, unknownValue)
		}
	}
}

func (r *record) add(column string, i int, before, after string) {
	e := &r.events[i]
	r.steps[column] = append(r.steps[column], step{
		event: i, before: before, after: after, confirmed: e.Confirmed, at: e.CreatedAt,
		ends: e.Op == event.Delete || e.Op == event.Purge || e.Op == event.Drop,
	})
}

// endAll tells of a purge, after which there is no row.
func (r *record) endAll(i int) {
	for column := range r.steps {
		r.add(column, i, unknownValue, noValue)
	}
	if len(r.steps[existence]) == 0 {
		r.add(existence, i, unknownValue, noValue)
	}
}

// drop tells of dropped columns; of a dropped class if none is named.
func (r *record) drop(i int) {
	if len(r.events[i].Columns) == 0 {
		r.endAll(i)
	}
	for column := range r.events[i].Columns {
		if len(r.steps[column]) > 0 {
			r.add(column, i, unknownValue, noValue)
		}
	}
}

func isRelationChange(before, after string) bool {
	return before == "" && strings.HasPrefix(after, `{"added":[`) && strings.Contains(after, `],"removed":[`)
}

// own returns the index of the first event of the record itself.
func (r *record) own() int {
	return slices.IndexFunc(r.events, func(e event.Event) bool { return e.Object() == r.id && r.id != "" })
}

func (r *record) findings(there bool, now map[string]string) []Finding {
	first := r.own()
	known := first >= 0 && r.events[first].Op == event.Create
	start := unknownValue
	if known {
		start = noValue
	}
	found := append(r.changed(start, there, now), r.torn()...)
	if there && !known {
		found = append(found, Finding{
			Kind: Untracked, Class: r.class, Record: r.id, What: "there is a record, but no event tells of its creation",
		})
	}
	return found
}

// torn names the events that tell of an earlier one of the record which is not there. An
// event whose entry was lost is damage that Event.Check tells of.
func (r *record) torn() []Finding {
	var found []Finding
	for i := range r.events {
		e := &r.events[i]
		lost := func(hash string) bool { return hash != "" && !r.hashes[hash] && hash != event.HashOf("") }
		if e.Object() == r.id && (lost(e.Prev) || lost(e.Signs) || lost(e.Redacts)) {
			found = append(found, Finding{
				Kind: Missing, Class: r.class, Record: r.id, Event: e.ID, Row: e.ObjectID,
				What: "this event tells of one before it that is not there: its row is gone, or was changed",
			})
		}
	}
	return found
}

// changed replays all columns.
func (r *record) changed(start string, there bool, now map[string]string) []Finding {
	odd := map[oddity][]string{} // columns
	last := noValue
	if there {
		last = exists
	}
	for _, o := range replay(r.steps[existence], start, last, noWindow) {
		odd[o] = append(odd[o], existence)
	}
	if gone := (oddity{Edited, -1}); len(odd[gone]) > 0 && !there {
		return []Finding{{Kind: Gone, Class: r.class, Record: r.id, What: "the record is gone, but no event tells of its deletion"}}
	}
	columns := maps.Clone(now)
	for column := range r.steps {
		if _, ok := columns[column]; !ok && column != existence {
			columns[column] = noValue
		}
	}
	for column, value := range columns {
		if r.relations[column] {
			continue
		}
		for _, o := range replay(r.steps[column], start, value, DefaultWindow) {
			odd[o] = append(odd[o], column)
		}
	}
	return append(r.tell(odd), r.unconfirmed(odd)...)
}

// tell makes findings of oddities, in the order of the events.
func (r *record) tell(odd map[oddity][]string) []Finding {
	keys := slices.SortedFunc(maps.Keys(odd), func(a, b oddity) int {
		if a.event != b.event && (a.event < 0 || b.event < 0) {
			return b.event - a.event // what is after all events comes last
		}
		if a.event != b.event {
			return a.event - b.event
		}
		return strings.Compare(string(a.kind), string(b.kind))
	})
	var found []Finding
	for _, o := range keys {
		f := Finding{Kind: o.kind, Class: r.class, Record: r.id, What: whatOf[o.kind]}
		f.Columns = slices.DeleteFunc(slices.Sorted(slices.Values(odd[o])), func(column string) bool { return column == existence })
		if o.event >= 0 {
			f.Event, f.Row = r.events[o.event].ID, r.events[o.event].ObjectID
		}
		switch {
		case o.kind == Edited && o.event >= 0:
			f.What = "before this event the record had a value that no earlier event gave it"
		case o.kind == Edited && slices.Contains(odd[o], existence):
			f.What = "there is a record, but its events tell of its deletion"
		}
		found = append(found, f)
	}
	return found
}

var whatOf = map[Kind]string{
	Edited:        "the record has a value that no event gave it",
	RolledBack:    "the event says that the save came to its end, but the record shows nothing of it: it was rolled back, or edited back outside",
	NotCarriedOut: "the save was refused, or its server stopped, after the event was written",
	Fork:          "another save at the same time read the same value, and wrote after this one or before it",
	Unconfirmed:   "the save was carried out, but its server stopped before it said so",
}

// unconfirmed names the events that were carried out though nothing confirms it.
func (r *record) unconfirmed(odd map[oddity][]string) []Finding {
	var found []Finding
	for i := range r.events {
		e := &r.events[i]
		_, not := odd[oddity{NotCarriedOut, i}]
		if !e.Confirmed && !not && e.Object() != "" && len(e.Columns) > 0 {
			found = append(found, Finding{
				Kind: Unconfirmed, Class: r.class, Record: r.id, Columns: e.Names(), Event: e.ID, Row: e.ObjectID, What: whatOf[Unconfirmed],
			})
		}
	}
	return found
}
