package quality

import (
	"fmt"
	"slices"
	"strings"
)

// Edition is an edition of ISO 9001.
type Edition string

// The editions. Amendment 1 of 2024 added the climate to 4.1 and 4.2 and no clause, so
// that there is one catalogue of 2015. Edition2026 is the final draft of April 2026;
// that it was published could not be confirmed.
const (
	Edition2008 Edition = "ISO 9001:2008"
	Edition2015 Edition = "ISO 9001:2015+A1:2024"
	Edition2026 Edition = "ISO 9001:2026 (draft)"
)

// Draft tells whether the edition was not published yet, as far as is known.
func (e Edition) Draft() bool { return e == Edition2026 }

func editionOfYear(year string) Edition {
	for _, e := range []Edition{Edition2008, Edition2015, Edition2026} {
		if strings.HasPrefix(string(e), "ISO 9001:"+year) {
			return e
		}
	}
	return ""
}

// Clauses are the clauses of an edition with requirements, in its order.
type Clauses struct {
	edition Edition
	list    []Clause
	names   map[Clause]string
}

// ClausesOf gives the clauses of an edition. The names are short words of our own, not
// the titles of the standard.
func ClausesOf(edition Edition) (*Clauses, error) {
	catalogues := map[Edition][]string{
		Edition2008: {clauses2008},
		Edition2015: {clauses2015, clauses2015Risks},
		Edition2026: {clauses2015, clauses2026Risks},
	}
	tables, ok := catalogues[edition]
	if !ok {
		return nil, fmt.Errorf("quality: edition %q is not known: use Edition2008, Edition2015 or Edition2026", edition)
	}
	c := &Clauses{edition: edition, names: map[Clause]string{}}
	for line := range strings.Lines(strings.Join(tables, "")) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if clause, ok := clauseNumber(number); ok {
			c.list = append(c.list, clause)
			c.names[clause] = name
		}
	}
	slices.SortFunc(c.list, Clause.Compare)
	return c, nil
}

// Edition returns the edition of the clauses.
func (c *Clauses) Edition() Edition { return c.edition }

// Level lists the clauses of one level, 1 to 4, in the order of the edition.
func (c *Clauses) Level(level int) []Clause {
	return slices.DeleteFunc(slices.Clone(c.list), func(one Clause) bool { return one.Level() != level })
}

// All lists all clauses in the order of the edition.
func (c *Clauses) All() []Clause { return slices.Clone(c.list) }

// Has tells whether the edition has the clause. Items are not looked up: an item is
// there if its clause is.
func (c *Clauses) Has(clause Clause) bool {
	_, ok := c.names[clause.numberOnly()]
	return ok
}

// Name returns a short name of the clause, "" for one that the edition does not have.
func (c *Clauses) Name(clause Clause) string { return c.names[clause.numberOnly()] }

// Read reads the clauses of this edition that a text means (see [ParseClauses]), each
// range as the clauses of its beginning's level between its ends, sorted and without
// repetitions. The rest are the parts that are none of this edition, as typed or, for
// clauses of another edition or of none, as [Reference.String] writes them.
func (c *Clauses) Read(text string) (clauses []Clause, rest []string) {
	references, rest := ParseClauses(text)
	for _, r := range references {
		if r.Edition != "" && r.Edition != c.edition || !c.Has(r.From) || !c.Has(r.To) {
			rest = append(rest, r.String())
			continue
		}
		clauses = append(clauses, c.between(r)...)
	}
	slices.SortFunc(clauses, Clause.Compare)
	return slices.Compact(clauses), rest
}

func (c *Clauses) between(r Reference) []Clause {
	if r.From.numberOnly() == r.To.numberOnly() {
		var items []Clause
		for one := r.From; one.item <= r.To.item; one.item++ {
			items = append(items, one)
		}
		return items
	}
	between := []Clause{r.From}
	for _, one := range c.list {
		inside := one.Compare(r.From) > 0 && (one.Compare(r.To) <= 0 || one.Within(r.To))
		if inside && one.Level() <= max(r.From.Level(), r.To.Level()) && !one.Within(r.From) {
			between = append(between, one)
		}
	}
	return between
}
