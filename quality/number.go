package quality

import (
	"slices"
)

// Number is how many records something holds of, and which.
type Number struct {
	Entries Entries // what was counted
	Unknown Entries // what could not be judged, because a value of the record is lacking
	Missing string  // the column or stream without which there is no number; "" if there is one
}

// Known tells whether there is a number at all.
func (n Number) Known() bool { return n.Missing == "" }

// Count returns the number; 0 if it is not known.
func (n Number) Count() int { return n.Entries.Len() }

func (n *Number) add(at place) { n.Entries.places = append(n.Entries.places, at) }

func (n *Number) notKnown(at place) { n.Unknown.places = append(n.Unknown.places, at) }

// judge counts the entry if it holds, and notes it if that is not known.
func (n *Number) judge(at place, holds, known bool) {
	switch {
	case !known:
		n.notKnown(at)
	case holds:
		n.add(at)
	}
}

func (n *Number) finish(of *roll, missing string) {
	if missing != "" {
		*n = Number{Missing: missing}
		return
	}
	n.Entries, n.Unknown = of.list(n.Entries.places), of.list(n.Unknown.places)
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

func (r *Ratio) finish(of *roll, missing string) {
	r.Part.finish(of, missing)
	r.Of.finish(of, missing)
}

// Ages are records with their days: overdue, left, to close.
type Ages struct {
	Entries AgedEntries
	Unknown Entries
	Missing string // as in Number
}

// Known tells whether there is a number at all.
func (a Ages) Known() bool { return a.Missing == "" }

// Count returns how many records there are; 0 if it is not known.
func (a Ages) Count() int { return a.Entries.Len() }

// Mean returns the mean of the days; false if there are none.
func (a Ages) Mean() (float64, bool) {
	sum := 0
	for _, one := range a.Entries.list {
		sum += int(one.days)
	}
	return float64(sum) / float64(max(1, a.Count())), a.Count() > 0
}

// Median returns the middle of the days, or the mean of the two in the middle; false if
// there are none.
func (a Ages) Median() (float64, bool) {
	list := a.Entries.list
	if len(list) == 0 {
		return 0, false
	}
	return float64(list[(len(list)-1)/2].days+list[len(list)/2].days) / 2, true
}

func (a *Ages) add(at place, days int) {
	a.Entries.list = append(a.Entries.list, aged{at, int32(days)})
}

func (a *Ages) notKnown(at place) { a.Unknown.places = append(a.Unknown.places, at) }

func (a *Ages) finish(of *roll, missing string) {
	if missing != "" {
		*a = Ages{Missing: missing}
		return
	}
	a.Entries, a.Unknown = of.listAged(a.Entries.list), of.list(a.Unknown.places)
}

// Group is the records that have one value in common.
type Group struct {
	Key     string // a site, a status, a clause, ...
	Name    string // what the key means, if there is more to say
	Entries Entries
}

// Groups are records by a value. A record that has several values stands in several.
type Groups struct {
	Groups  []Group // by their keys
	Unknown Entries // records without the value
	Missing string  // as in Number
}

// Known tells whether there are groups at all.
func (g Groups) Known() bool { return g.Missing == "" }

// Of returns the records of a group.
func (g Groups) Of(key string) Entries {
	for _, one := range g.Groups {
		if one.Key == key {
			return one.Entries
		}
	}
	return Entries{}
}

// tally collects groups. Keys that are all there is room for are given; others come
// with their first record.
type tally struct {
	byKey   map[string][]place
	unknown []place
}

func (t *tally) add(key string, at place) {
	if key == "" {
		t.unknown = append(t.unknown, at)
		return
	}
	if t.byKey == nil {
		t.byKey = map[string][]place{}
	}
	t.byKey[key] = append(t.byKey[key], at)
}

func (t *tally) groups(of *roll, missing string, order func(a, b string) int) Groups {
	if missing != "" {
		return Groups{Missing: missing}
	}
	groups := Groups{Unknown: of.list(t.unknown)}
	for key, places := range t.byKey {
		groups.Groups = append(groups.Groups, Group{Key: key, Entries: of.list(places)})
	}
	slices.SortFunc(groups.Groups, func(a, b Group) int { return order(a.Key, b.Key) })
	return groups
}

func byClause(a, b string) int {
	x, _ := clauseNumber(a)
	y, _ := clauseNumber(b)
	return x.Compare(y)
}
