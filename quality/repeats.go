package quality

import (
	"cmp"
	"slices"
	"time"
)

// Repeat is a nonconformity that an earlier audit of the same site had raised against
// the same clause already.
type Repeat struct {
	Finding Entry
	Of      Entry // the latest earlier one
	Clause  Clause
	Site    string
}

// repeats finds the nonconformities of the period that repeat an earlier one: raised
// at the same site against the same clause, up to the level of the terms, by another
// audit, and not longer ago than the terms say.
type repeats struct {
	meter *meter
	byKey map[repeatKey][]repeatable
}

type repeatKey struct {
	site   string
	clause Clause
}

// repeatable is what is held of a nonconformity. Of a settled one whose time of closing
// is not known, settledAt is zero.
type repeatable struct {
	entry     place
	audit     string
	created   time.Time
	settledAt time.Time
	settled   bool
	certain   bool // settled and settledAt are known
}

func newRepeats(m *meter) *repeats { return &repeats{m, map[repeatKey][]repeatable{}} }

func (r *repeats) add(f *Finding, entry place, clauses []Clause, audit auditFacts) {
	ratio := &r.meter.result.Findings.Repeats
	nonconformity, known := f.Nonconformity()
	if known && !nonconformity {
		return
	}
	created, dated := r.meter.terms.moment(f.Created)
	inPeriod := dated && r.meter.terms.Period.Has(created)
	if !known || !dated || audit.site == "" || len(clauses) == 0 {
		if inPeriod || !dated {
			ratio.Of.notKnown(entry)
		}
		return
	}
	if inPeriod {
		ratio.Of.add(entry)
	}
	one := repeatable{entry: entry, audit: f.Audit, created: f.Created}
	one.settledAt, one.settled, one.certain = r.meter.settled(f)
	level := r.meter.terms.RepeatLevel
	for _, c := range clauses {
		key := repeatKey{audit.site, c.Up(level).numberOnly()}
		if same := r.byKey[key]; len(same) == 0 || same[len(same)-1].entry != entry {
			r.byKey[key] = append(same, one)
		}
	}
}

// finish finds the repeats and sorts them.
func (r *repeats) finish() {
	f, all := &r.meter.result.Findings, &r.meter.rolls.findings
	for key, same := range r.byKey {
		slices.SortFunc(same, func(a, b repeatable) int {
			return cmp.Or(a.created.Compare(b.created), cmp.Compare(all.ranks[a.entry], all.ranks[b.entry]))
		})
		for i := range same {
			if earlier, found := r.earlier(same[:i], &same[i]); found {
				f.RepeatsOf = append(f.RepeatsOf, Repeat{all.entry(same[i].entry), all.entry(earlier.entry), key.clause, key.site})
				f.Repeats.Part.add(same[i].entry)
				f.RepeatsAfterClosing.judge(same[i].entry, earlier.settled && earlier.settledAt.Before(same[i].created), earlier.certain)
			}
		}
	}
	slices.SortFunc(f.RepeatsOf, func(a, b Repeat) int {
		return cmp.Or(a.Finding.compare(b.Finding), a.Clause.Compare(b.Clause))
	})
	for _, list := range []*Entries{&f.Repeats.Part.Entries, &f.RepeatsAfterClosing.Entries, &f.RepeatsAfterClosing.Unknown} {
		slices.Sort(list.places)
		list.places = slices.Compact(list.places) // it may repeat others against several clauses
	}
}

// earlier finds the latest nonconformity of another audit that one repeats.
func (r *repeats) earlier(before []repeatable, one *repeatable) (repeatable, bool) {
	day := Today(one.created, r.meter.terms.Zone)
	if !r.meter.terms.Period.Has(day) {
		return repeatable{}, false
	}
	oldest := day.AddMonths(-r.meter.terms.RepeatMonths)
	for _, other := range slices.Backward(before) {
		if Today(other.created, r.meter.terms.Zone) < oldest {
			break
		}
		if other.audit != one.audit && other.created.Before(one.created) {
			return other, true
		}
	}
	return repeatable{}, false
}
