package quality

import (
	"regexp"
	"strings"
)

// Reference is what somebody typed to mean clauses: a single one, or a range from one
// to another, both included. From and To are equal for a single one.
type Reference struct {
	From, To Clause
	Edition  Edition // "" if the text names none
}

// String writes the reference: 8.5.1 c), or 8.1–8.3.
func (r Reference) String() string {
	if r.From == r.To {
		return r.From.String()
	}
	return r.From.String() + "–" + r.To.String()
}

// Covers tells whether the reference means the clause c, or a clause or item within it,
// or one that c stands in.
func (r Reference) Covers(c Clause) bool {
	if r.From.Within(c) || r.To.Within(c) || c.Within(r.To) {
		return true
	}
	return r.From.Compare(c) <= 0 && c.Compare(r.To) <= 0
}

// The forms of a part of a text, between two separators. What follows a number as
// words is taken for the clause's name.
var (
	partPrefix = regexp.MustCompile(`^(?i:iso\s*9001\s*(?:[:\-/ ]\s*(2008|2015|2026)\b)?[\s,:]*)?(?i:(?:(?:sub-?)?clauses?|cl|sections?|sect?|chapters?|ch|paragraphs?|para|abschnitt|kapitel|kap|ziffer|§§?)\b\.?|§§?|#)?\s*`)
	partNumber = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,3})*)\.?(?:\s*\.?\(?([a-zA-Z])\b\)?)?`)
	partRange  = regexp.MustCompile(`^\s*(?:-|(?i:to|through|until|bis)\b)\s*`)
	partItem   = regexp.MustCompile(`^\(?([a-zA-Z])\)?$`)
	partItems  = regexp.MustCompile(`^\(?([a-zA-Z])\b\)?`)
	partName   = regexp.MustCompile(`^\s*[:\-]?\s+[\pL(][^\d]*$`)
	separators = regexp.MustCompile(`\s*(?:[,;/&+|\n]|\b(?i:and|und|et)\b)\s*`)
	hasDigit   = regexp.MustCompile(`\d`)
)

// dashes are the signs that people type for a hyphen, and spaces that are none.
var dashes = strings.NewReplacer("–", "-", "—", "-", "‑", "-", "−", "-", "…", "-", "..", "-", "\u00a0", " ", "\u202f", " ", "\t", " ")

// ParseClauses reads the clauses that a text means, in the order of the text, and the
// parts of it that are none, as they were typed. It knows the forms that people type:
//
//	8.5.1 c)   8.5.1(c)   8.5.1c   cl. 8.5.1   §8.5.1   8.5.1 Control of provision
//	8.4, 8.5.1; 9.2 and 9.3   8.5.1 a), c)   8.1-8.3   4 to 10   8.5.1 a)-d)   8.5.1-6
//	ISO 9001:2015 8.5.1
//
// Whether an edition has the clause is not asked: see [Clauses.Has]. A clause of another
// standard, such as "ISO 14001 8.1", is none.
func ParseClauses(text string) (references []Reference, rest []string) {
	if c, ok := clauseNumber(text); ok { // what most rows hold
		return []Reference{{From: c, To: c}}, nil
	}
	reader := referenceReader{}
	start := 0
	for _, at := range append(separators.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if part := strings.TrimSpace(text[start:at[0]]); part != "" {
			reader.part(part)
		}
		start = at[1]
	}
	return reader.references, reader.rest
}

// referenceReader reads part after part; what a part means can depend on the one before.
type referenceReader struct {
	references []Reference
	rest       []string
	edition    Edition
	named      bool // the part before ended with the name of its clause
}

func (r *referenceReader) part(typed string) {
	text := dashes.Replace(typed)
	if item := partItem.FindStringSubmatch(text); item != nil && r.item(item[1]) {
		return
	}
	if r.named && !hasDigit.MatchString(text) {
		return // the name of a clause goes on: "9.1 Monitoring, measurement"
	}
	prefix := partPrefix.FindStringSubmatch(text)
	text = text[len(prefix[0]):]
	if prefix[1] != "" {
		r.edition = editionOfYear(prefix[1])
	}
	if text == "" && prefix[1] != "" {
		return // "ISO 9001:2015, 8.5.1"
	}
	reference, name, ok := readReference(text)
	if !ok {
		r.named = false
		r.rest = append(r.rest, typed)
		return
	}
	reference.Edition, r.named = r.edition, name
	r.references = append(r.references, reference)
}

// item reads "c)" after "8.5.1 a)".
func (r *referenceReader) item(letter string) bool {
	if len(r.references) == 0 {
		return false
	}
	last := r.references[len(r.references)-1]
	if last.To.item == 0 {
		return false
	}
	last.From = last.To
	last.From.item = strings.ToLower(letter)[0]
	last.To = last.From
	r.references = append(r.references, last)
	return true
}

func readReference(text string) (reference Reference, named, ok bool) {
	from, text, ok := readClause(text)
	if !ok {
		return Reference{}, false, false
	}
	reference = Reference{From: from, To: from}
	if to := partRange.FindString(text); to != "" {
		if end, after, found := readEnd(from, text[len(to):]); found {
			if end.Compare(from) <= 0 {
				return Reference{}, false, false
			}
			reference.To, text = end, after
		}
	}
	named = partName.MatchString(text)
	return reference, named, named || strings.TrimSpace(text) == ""
}

func readClause(text string) (c Clause, rest string, ok bool) {
	match := partNumber.FindStringSubmatch(text)
	if match == nil {
		return Clause{}, text, false
	}
	if c, ok = clauseNumber(match[1]); ok && match[2] != "" {
		c.item = strings.ToLower(match[2])[0]
	}
	return c, text[len(match[0]):], ok
}

// readEnd reads the end of a range: a whole clause, the letter of an item, or the last
// part of the number (8.5.1-6 is 8.5.1 to 8.5.6).
func readEnd(from Clause, text string) (Clause, string, bool) {
	if match := partItems.FindStringSubmatch(text); match != nil && from.item != 0 {
		from.item = strings.ToLower(match[1])[0]
		return from, text[len(match[0]):], true
	}
	to, rest, ok := readClause(text)
	if last := from.Level() - 1; ok && to.Level() == 1 && last > 0 && to.number[0] <= from.number[0] {
		short := from.numberOnly()
		short.number[last], short.item = to.number[0], to.item
		return short, rest, true
	}
	return to, rest, ok
}
