package quality

import (
	"cmp"
	"strconv"
	"strings"
)

// clauseLevels is how many levels the numbers of clauses have at most (7.1.5.1).
const clauseLevels = 4

// Clause is a clause of ISO 9001 by its number, such as 8.5.1, with the letter of an
// item of its list if one is meant: 8.5.1 c. The zero value is no clause. Clauses can be
// compared with == and are keys of maps.
type Clause struct {
	number [clauseLevels]uint8 // 0 beyond the last level
	item   byte                // 'a' to 'z', or 0
}

// ParseClause reads a single clause, written as [Clause.String] writes it or in another
// of the forms that [ParseClauses] knows; false for anything else.
func ParseClause(text string) (Clause, bool) {
	references, rest := ParseClauses(text)
	if len(references) != 1 || len(rest) > 0 || references[0].To != references[0].From {
		return Clause{}, false
	}
	return references[0].From, true
}

// Level tells how many levels the number has: 3 for 8.5.1, 0 for no clause.
func (c Clause) Level() int {
	for level, n := range c.number {
		if n == 0 {
			return level
		}
	}
	return clauseLevels
}

// Item returns the letter of the item, "" if none is meant.
func (c Clause) Item() string {
	if c.item == 0 {
		return ""
	}
	return string(rune(c.item))
}

// Up returns the clause of that level that c stands in: 8.5 for level 2 of 8.5.1 c. A
// clause that has fewer levels stays as it is.
func (c Clause) Up(level int) Clause {
	if level < c.Level() {
		c.item = 0
	}
	for ; level < clauseLevels; level++ {
		c.number[level] = 0
	}
	return c
}

// Within tells whether c is the clause outer or stands in it: 8.5.1 stands in 8.5, and
// 8.5.10 does not stand in 8.5.1.
func (c Clause) Within(outer Clause) bool {
	if outer.item != 0 {
		return c == outer
	}
	return outer != Clause{} && c.Up(outer.Level()).numberOnly() == outer
}

// Compare orders clauses as the standard does: 9.3 before 10.2, 8.5.1 before its items.
func (c Clause) Compare(d Clause) int {
	for level := range c.number {
		if order := cmp.Compare(c.number[level], d.number[level]); order != 0 {
			return order
		}
	}
	return cmp.Compare(c.item, d.item)
}

// String writes the clause: 8.5.1 or, with an item, 8.5.1 c).
func (c Clause) String() string {
	var text strings.Builder
	for level := range c.Level() {
		if level > 0 {
			text.WriteByte('.')
		}
		text.WriteString(strconv.Itoa(int(c.number[level])))
	}
	if c.item != 0 {
		text.WriteByte(' ')
		text.WriteByte(c.item)
		text.WriteByte(')')
	}
	return text.String()
}

// MarshalText writes the clause as [Clause.String] does.
func (c Clause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (c Clause) numberOnly() Clause {
	c.item = 0
	return c
}

// clauseNumber reads 8.5.1; false if it is none.
func clauseNumber(text string) (c Clause, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) > clauseLevels {
		return Clause{}, false
	}
	for level, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || n == 0 || part[0] == '0' {
			return Clause{}, false
		}
		c.number[level] = uint8(n)
	}
	return c, true
}
