package trail

import (
	"cmp"
	"slices"
	"time"
)

// A column's story is replayed from its steps: each says what a save read and what
// it wrote. Where the steps do not follow from each other, the cheapest explanation
// is looked for: saves at one time that read the same value, saves that were not
// carried out, and last of all edits that no event tells of.

const (
	noValue      = ""  // the record has no such column
	unknownValue = "?" // not JSON: redacted, or from before the trail
)

// step is what one event says of one column, values as canonical JSON.
type step struct {
	event         int // index
	before, after string
	confirmed     bool
	ends          bool      // the record, or the column, went: no save behind it can still write
	at            time.Time // when the event was stored
}

// oddity is a part of an explanation.
type oddity struct {
	kind  Kind
	event int // index of the event; -1: after all of them
}

// The costs of explanations: less usual things cost more.
const (
	costNotCarriedOut = 1
	costFork          = 2
	costRolledBack    = 5
	costEdited        = 20
)

// maxPaths is how many explanations are followed at once.
const maxPaths = 64

// path is an explanation of the steps so far.
type path struct {
	value   string
	pending []int // steps whose value was not written when later ones read; sorted
	cost    int
	odd     []oddity
}

// replay explains how the steps lead from a column's first value to its last one.
// Saves are at one time if their events are less than window apart.
func replay(steps []step, first, last string, window time.Duration) []oddity {
	if follows(steps, first, last) {
		return nil
	}
	paths := []path{{value: first}}
	for i := range steps {
		var next []path
		for _, p := range paths {
			for _, read := range p.reads(steps, i, window) {
				next = append(next, read.writes(steps, i, window)...)
			}
		}
		paths = cheapest(next)
	}
	var ends []path
	for _, p := range paths {
		ends = append(ends, p.ends(steps, last))
	}
	return cheapest(ends)[0].odd
}

// follows tells whether each step read what the one before it wrote.
func follows(steps []step, first, last string) bool {
	value := first
	for i := range steps {
		if !same(value, steps[i].before) {
			return false
		}
		value = steps[i].after
	}
	return same(value, last)
}

func same(a, b string) bool { return a == b || a == unknownValue || b == unknownValue }

func (p path) with(kind Kind, event, cost int) path {
	p.cost += cost
	p.odd = append(slices.Clip(p.odd), oddity{kind, event})
	return p
}

// reads gives the ways in which step i can have read what it did.
func (p path) reads(steps []step, i int, window time.Duration) []path {
	s := &steps[i]
	p.pending = slices.DeleteFunc(slices.Clone(p.pending), func(n int) bool { return s.at.Sub(steps[n].at) > window })
	if same(p.value, s.before) {
		if s.before != unknownValue {
			p.value = s.before
		}
		return []path{p}
	}
	edited := p.with(Edited, s.event, costEdited)
	edited.value = s.before
	ways := []path{edited}
	for k, n := range p.pending {
		if steps[n].after == s.before {
			landed := p
			landed.value, landed.pending = s.before, slices.Delete(slices.Clone(p.pending), k, k+1)
			ways = append(ways, landed)
		}
	}
	return ways
}

// writes gives the ways in which step i can have gone on: it wrote, it will have
// written after later ones read, or it never did.
func (p path) writes(steps []step, i int, window time.Duration) []path {
	s := &steps[i]
	wrote, never, later := p, p, p
	if wrote.value = s.after; s.ends {
		wrote.pending = nil
	}
	if s.confirmed {
		never = never.with(RolledBack, s.event, costRolledBack)
	} else {
		never = never.with(NotCarriedOut, s.event, costNotCarriedOut)
	}
	if s.ends || i == len(steps)-1 || steps[i+1].at.Sub(s.at) > window {
		return []path{wrote, never}
	}
	later = later.with(Fork, s.event, costFork)
	later.pending = append(slices.Clone(p.pending), i)
	return []path{wrote, never, later}
}

// ends says what is between p and the value that the column has.
func (p path) ends(steps []step, last string) path {
	if same(p.value, last) || slices.ContainsFunc(p.pending, func(n int) bool { return steps[n].after == last }) {
		return p
	}
	return p.with(Edited, -1, costEdited)
}

// cheapest keeps the best of the explanations, one for each state of the column.
func cheapest(paths []path) []path {
	slices.SortStableFunc(paths, func(a, b path) int { return cmp.Compare(a.cost, b.cost) })
	kept := paths[:0]
	for _, p := range paths {
		known := slices.ContainsFunc(kept, func(k path) bool { return k.value == p.value && slices.Equal(k.pending, p.pending) })
		if !known {
			kept = append(kept, p)
		}
		if len(kept) == maxPaths {
			break
		}
	}
	return kept
}
