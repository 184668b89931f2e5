package quality

import (
	"cmp"
	"slices"
	"strings"
)

// Number is how many records something holds of, and which.
type Number struct {
	Entries []Entry // what was counted, by reference
	Unknown []Entry // what could not be judged, because a value of the record is lacking
	Missing string  // the column or stream without which there is no number; "" if there is one
}

// Known tells whether there is a number at all.
func (n Number) Known() bool { return n.Missing == "" }

// Count returns the number; 0 if it is not known.
func (n Number) Count() int { return len(n.Entries) }

func (n *Number) add(e Entry) { n.Entries = append(n.Entries, e) }

// judge counts the entry if it holds, and notes it if that is not known.
func (n *Number) judge(e Entry, holds, known bool) {
	switch {
	case !known:
		n.Unknown = append(n.Unknown, e)
	case holds:
		n.Entries = append(n.Entries, e)
	}
}

func (n *Number) finish(missing string) {
	if missing != "" {
		*n = Number{Missing: missing}
	}
	n.Entries, n.Unknown = fitted(n.Entries), fitted(n.Unknown)
	sortEntries(n.Entries)
	sortEntries(n.Unknown)
}

// Ratio is a part of a number of records.
type Ratio struct{ Part, Of Number }

// Value returns Part divided by Of; false if either is not known or there is nothing
// to divide by, which is neither 0 nor 1.
func (r Ratio) Value() (float64, bool) {
	if !r.Part.Known() || !r.Of.Known() || r.Of.Count() == 0 {
		return 0, false
	}
	return float64(r.Part.Count()) / float64(r.Of.Count()), true
}

func (r *Ratio) finish(missing string) {
	r.Part.finish(missing)
	r.Of.finish(missing)
}

// Aged is a record with a number of days.
type Aged struct {
	Entry
	Days int
}

// Ages are records with their days: overdue, left, to close.
type Ages struct {
	Entries []Aged // most days first
	Unknown []Entry
	Missing string // as in Number
}

// Known tells whether there is a number at all.
func (a Ages) Known() bool { return a.Missing == "" }

// Count returns how many records there are; 0 if it is not known.
func (a Ages) Count() int { return len(a.Entries) }

// Mean returns the mean of the days; false if there are none.
func (a Ages) Mean() (float64, bool) {
	sum := 0
	for _, e := range a.Entries {
		sum += e.Days
	}
	return float64(sum) / float64(max(1, len(a.Entries))), len(a.Entries) > 0
}

// Median returns the middle of the days, or the mean of the two in the middle; false if
// there are none.
func (a Ages) Median() (float64, bool) {
	n := len(a.Entries)
	if n == 0 {
		return 0, false
	}
	return float64(a.Entries[(n-1)/2].Days+a.Entries[n/2].Days) / 2, true
}

func (a *Ages) add(e Entry, days int) { a.Entries = append(a.Entries, Aged{e, days}) }

func (a *Ages) finish(missing string) {
	if missing != "" {
		*a = Ages{Missing: missing}
	}
	a.Entries, a.Unknown = fitted(a.Entries), fitted(a.Unknown)
	slices.SortFunc(a.Entries, func(x, y Aged) int {
		return cmp.Or(cmp.Compare(y.Days, x.Days), compareEntries(x.Entry, y.Entry))
	})
	sortEntries(a.Unknown)
}

// Group is the records that have one value in common.
type Group struct {
	Key     string // a site, a status, a clause, ...
	Name    string // what the key means, if there is more to say
	Entries []Entry
}

// Groups are records by a value. A record that has several values stands in several.
type Groups struct {
	Groups  []Group // by their keys
	Unknown []Entry // records without the value
	Missing string  // as in Number
}

// Known tells whether there are groups at all.
func (g Groups) Known() bool { return g.Missing == "" }

// Of returns the records of a group.
func (g Groups) Of(key string) []Entry {
	for _, one := range g.Groups {
		if one.Key == key {
			return one.Entries
		}
	}
	return nil
}

// tally collects groups. Keys that are all there is room for are given; others come
// with their first record.
type tally struct {
	byKey   map[string][]Entry
	unknown []Entry
}

func (t *tally) add(key string, e Entry) {
	if key == "" {
		t.unknown = append(t.unknown, e)
		return
	}
	if t.byKey == nil {
		t.byKey = map[string][]Entry{}
	}
	t.byKey[key] = append(t.byKey[key], e)
}

func (t *tally) groups(missing string, order func(a, b string) int) Groups {
	if missing != "" {
		return Groups{Missing: missing}
	}
	groups := Groups{Unknown: fitted(t.unknown)}
	sortEntries(groups.Unknown)
	for key, entries := range t.byKey {
		entries = fitted(entries)
		sortEntries(entries)
		groups.Groups = append(groups.Groups, Group{Key: key, Entries: entries})
	}
	slices.SortFunc(groups.Groups, func(a, b Group) int { return order(a.Key, b.Key) })
	return groups
}

func byClause(a, b string) int {
	x, _ := clauseNumber(a)
	y, _ := clauseNumber(b)
	return x.Compare(y)
}

func sortEntries(entries []Entry) { slices.SortFunc(entries, compareEntries) }

// fitted gives a list without the room that it grew for, which the figures would hold
// as long as they are kept.
func fitted[T any](list []T) []T {
	if cap(list)-len(list) <= len(list)/8 {
		return list
	}
	return append(make([]T, 0, len(list)), list...)
}

func compareEntries(a, b Entry) int {
	return cmp.Or(strings.Compare(a.Ref, b.Ref), strings.Compare(a.ID, b.ID))
}
