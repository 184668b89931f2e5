package quality

import "strings"

// Coverage tells which clauses of the edition the audits of the period look at: those
// of level 2, such as 8.5, of which ISO 9001:2015 has 28. An audit of 8.5.1 looks at
// 8.5, and one of the whole of 8 at each of its clauses.
type Coverage struct {
	Clauses    []ClauseCoverage // all of the level, in the order of the edition
	NotAClause Groups           // audits by the text that is no clause of the edition
	NoClause   Entries          // audits without any text
	Missing    string           // as in Number
}

// ClauseCoverage is one clause with the audits that look at it.
type ClauseCoverage struct {
	Clause  Clause
	Name    string
	Planned Entries // not cancelled
	Done    Entries // completed or closed
}

// coverageLevel is the level of the clauses that are counted.
const coverageLevel = 2

// Planned tells how many clauses an audit of the period looks at, and how many there are.
func (c Coverage) Planned() (covered, of int) {
	return c.count(func(one ClauseCoverage) Entries { return one.Planned })
}

// Done tells how many clauses an audit that was done looked at, and how many there are.
func (c Coverage) Done() (covered, of int) {
	return c.count(func(one ClauseCoverage) Entries { return one.Done })
}

func (c Coverage) count(audits func(ClauseCoverage) Entries) (covered, of int) {
	for _, one := range c.Clauses {
		if audits(one).Len() > 0 {
			covered++
		}
	}
	return covered, len(c.Clauses)
}

// coverage collects a Coverage.
type coverage struct {
	meter      *meter
	result     Coverage
	notAClause tally
}

func newCoverage(m *meter) *coverage {
	c := &coverage{meter: m}
	for _, clause := range m.catalogue.Level(coverageLevel) {
		c.result.Clauses = append(c.result.Clauses, ClauseCoverage{Clause: clause, Name: m.catalogue.Name(clause)})
	}
	return c
}

func (c *coverage) add(a *Audit, entry place) {
	clauses, rest := c.meter.read(a.Clauses)
	for _, text := range rest {
		c.notAClause.add(text, entry)
	}
	if len(clauses)+len(rest) == 0 {
		c.result.NoClause.places = append(c.result.NoClause.places, entry)
	}
	for i := range c.result.Clauses {
		one := &c.result.Clauses[i]
		for _, typed := range clauses {
			if !typed.Within(one.Clause) && !one.Clause.Within(typed) {
				continue
			}
			one.Planned.places = append(one.Planned.places, entry)
			if a.done() {
				one.Done.places = append(one.Done.places, entry)
			}
			break
		}
	}
}

func (c *coverage) finish(missing string) Coverage {
	if missing != "" {
		return Coverage{Missing: missing}
	}
	all := &c.meter.rolls.audits
	for i := range c.result.Clauses {
		one := &c.result.Clauses[i]
		one.Planned, one.Done = all.list(one.Planned.places), all.list(one.Done.places)
	}
	c.result.NoClause = all.list(c.result.NoClause.places)
	c.result.NotAClause = c.notAClause.groups(all, "", strings.Compare)
	return c.result
}
