package quality

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// Entry names a record that was counted, by its objectId and the reference that people
// know it by.
type Entry struct{ ID, Ref string }

func (e Entry) compare(other Entry) int {
	return cmp.Or(strings.Compare(e.Ref, other.Ref), strings.Compare(e.ID, other.ID))
}

// Entries are records that were counted, in the order of their references. The lists of
// one measurement share the names of their records, so that a list takes four bytes for
// each record in it.
type Entries struct {
	records *records
	places  []place
}

// Len tells how many there are.
func (e Entries) Len() int { return len(e.places) }

// All gives one after the other.
func (e Entries) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, at := range e.places {
			if !yield(e.records.entry(at)) {
				return
			}
		}
	}
}

// MarshalJSON writes a list of entries.
func (e Entries) MarshalJSON() ([]byte, error) {
	return json.Marshal(append([]Entry{}, slices.Collect(e.All())...))
}

// Aged is a record with a number of days.
type Aged struct {
	Entry
	Days int
}

// AgedEntries are records with their days, most days first.
type AgedEntries struct {
	records *records
	list    []aged
}

type aged struct {
	place
	days int32
}

// Len tells how many there are.
func (e AgedEntries) Len() int { return len(e.list) }

// All gives one after the other.
func (e AgedEntries) All() iter.Seq[Aged] {
	return func(yield func(Aged) bool) {
		for _, one := range e.list {
			if !yield(Aged{e.records.entry(one.place), int(one.days)}) {
				return
			}
		}
	}
}

// MarshalJSON writes a list of entries with their days.
func (e AgedEntries) MarshalJSON() ([]byte, error) {
	return json.Marshal(append([]Aged{}, slices.Collect(e.All())...))
}

// place is that of a record in its roll.
type place int32

// records are the names of the records of a stream: one text, and where in it each id
// and each reference ends.
type records struct {
	text string
	ends []int
}

func (r *records) entry(at place) Entry {
	start := 0
	if at > 0 {
		start = r.ends[2*at-1]
	}
	middle, end := r.ends[2*at], r.ends[2*at+1]
	return Entry{r.text[start:middle], r.text[middle:end]}
}

// roll takes down the records of a stream as they come, each at its place. When all are
// there, order puts them into the order of their references, and list makes lists.
type roll struct {
	records *records
	text    []byte  // of the records as they come
	ranks   []place // by the place at which a record came
}

func (r *roll) add(id, ref string) place {
	if r.records == nil {
		r.records = &records{}
	}
	r.text = append(append(r.text, id...), ref...)
	r.records.ends = append(r.records.ends, len(r.text)-len(ref), len(r.text))
	return place(len(r.records.ends)/2 - 1)
}

func (r *roll) order() {
	if r.records == nil {
		return
	}
	came := records{string(r.text), r.records.ends}
	order := make([]place, len(came.ends)/2)
	for i := range order {
		order[i] = place(i)
	}
	slices.SortFunc(order, func(a, b place) int {
		return came.entry(a).compare(came.entry(b))
	})
	r.ranks = make([]place, len(order))
	r.text = r.text[:0]
	r.records.ends = make([]int, 0, len(came.ends))
	for rank, at := range order {
		r.ranks[at] = place(rank)
		one := came.entry(at)
		r.add(one.ID, one.Ref)
	}
	r.records.text = string(r.text)
	r.text = nil
}

// entry is the record that came at a place.
func (r *roll) entry(at place) Entry { return r.records.entry(r.ranks[at]) }

// list makes a list of places at which records came.
func (r *roll) list(came []place) Entries {
	if len(came) == 0 {
		return Entries{}
	}
	list := make([]place, len(came))
	for i, at := range came {
		list[i] = r.ranks[at]
	}
	slices.Sort(list)
	return Entries{r.records, list}
}

// listAged is list for records with days.
func (r *roll) listAged(came []aged) AgedEntries {
	if len(came) == 0 {
		return AgedEntries{}
	}
	list := make([]aged, len(came))
	for i, one := range came {
		list[i] = aged{r.ranks[one.place], one.days}
	}
	slices.SortFunc(list, func(a, b aged) int { return cmp.Or(cmp.Compare(b.days, a.days), cmp.Compare(a.place, b.place)) })
	return AgedEntries{r.records, list}
}
