package policy

import (
	"slices"
	"sort"
	"sync"
	"unicode"
)

// Unicode's normalization form C, from the few facts in normaldata.go: a library
// that writes texts in it would be linked by every program that uses the client.

// composition is how Unicode decomposes, orders and composes characters. Hangul
// syllables are computed instead.
type composition struct {
	never   *unicode.RangeTable // in no text of form C
	class   map[rune]uint8      // canonical combining class, where it is not 0
	parts   map[rune][2]rune    // a composed character, taken apart once
	compose map[[2]rune]rune
}

var unicodeComposition = sync.OnceValue(func() composition {
	c := composition{class: map[rune]uint8{}, parts: map[rune][2]rune{}, compose: map[[2]rune]rune{}}
	c.never = mustRangeTable(normalNever)
	for class, entries := range normalClasses {
		for _, r := range mustRangeTable(entries).R32 {
			for one := r.Lo; one <= r.Hi; one++ {
				c.class[rune(one)] = class
			}
		}
	}
	for mark, pairs := range normalPairs {
		letters := []rune(pairs)
		for i := 0; i < len(letters); i += 2 {
			pair := [2]rune{letters[i], mark}
			c.compose[pair], c.parts[letters[i+1]] = letters[i+1], pair
		}
	}
	return c
})

func mustRangeTable(entries []string) *unicode.RangeTable {
	table, err := rangeTable(entries)
	if err != nil {
		panic(err) // the entries are part of the program and checked by tests
	}
	return table
}

// alwaysNormal is the first character that may not be in form C.
const alwaysNormal = '\u0300'

// notNormal finds the first character with which a text is no longer in Unicode's
// normalization form C; false where all of it is. A part of a text in form C is in
// form C too.
func notNormal(text []rune) (int, bool) {
	if !slices.ContainsFunc(text, func(r rune) bool { return r >= alwaysNormal }) {
		return 0, false
	}
	c := unicodeComposition()
	odd := sort.Search(len(text), func(i int) bool { return !c.isNormal(text[:i+1]) })
	return odd, odd < len(text)
}

func (c composition) isNormal(text []rune) bool {
	if slices.ContainsFunc(text, func(r rune) bool { return unicode.Is(c.never, r) }) {
		return false
	}
	return slices.Equal(text, c.composed(c.decomposed(text)))
}

// decomposed takes every character apart and puts the marks of each letter in
// their order.
func (c composition) decomposed(text []rune) []rune {
	var out []rune
	for _, r := range text {
		out = c.appendParts(out, r)
	}
	for start := 0; start < len(out); start++ {
		end := start
		for end < len(out) && c.class[out[end]] != 0 {
			end++
		}
		slices.SortStableFunc(out[start:end], func(a, b rune) int { return int(c.class[a]) - int(c.class[b]) })
		start = end
	}
	return out
}

func (c composition) appendParts(out []rune, r rune) []rune {
	if syllable := r - hangulFirst; syllable >= 0 && syllable < hangulCount {
		out = append(out, hangulLead+syllable/(hangulVowels*hangulTails), hangulVowel+syllable/hangulTails%hangulVowels)
		if tail := syllable % hangulTails; tail != 0 {
			out = append(out, hangulTail+tail)
		}
		return out
	}
	pair, ok := c.parts[r]
	if !ok {
		return append(out, r)
	}
	return append(c.appendParts(out, pair[0]), pair[1])
}

// composed puts marks and letters together wherever Unicode has one character for
// both.
func (c composition) composed(text []rune) []rune {
	var out []rune
	starter, before := -1, -1 // where the last letter is, and the class of what follows it; -1 for nothing
	for _, r := range text {
		class := int(c.class[r])
		if starter >= 0 && before < class {
			if whole, ok := c.whole(out[starter], r); ok {
				out[starter] = whole
				continue
			}
		}
		if class == 0 {
			starter, before = len(out), -1
		} else {
			before = class
		}
		out = append(out, r)
	}
	return out
}

// whole is the character that two make together.
func (c composition) whole(a, b rune) (rune, bool) {
	lead, vowel := a-hangulLead, b-hangulVowel
	if lead >= 0 && lead < hangulLeads && vowel >= 0 && vowel < hangulVowels {
		return hangulFirst + (lead*hangulVowels+vowel)*hangulTails, true
	}
	syllable, tail := a-hangulFirst, b-hangulTail
	if syllable >= 0 && syllable < hangulCount && syllable%hangulTails == 0 && tail > 0 && tail < hangulTails {
		return a + tail, true
	}
	whole, ok := c.compose[[2]rune{a, b}]
	return whole, ok
}

// The Hangul syllables: hangulTails of each lead and vowel, the first without a tail.
const (
	hangulFirst, hangulLead, hangulVowel, hangulTail rune = 0xAC00, 0x1100, 0x1161, 0x11A7

	hangulLeads, hangulVowels, hangulTails rune = 19, 21, 28

	hangulCount = hangulLeads * hangulVowels * hangulTails
)

// baseLetter is the letter that a composed one is made from, else the letter itself.
func baseLetter(r rune) rune {
	if r < unicode.MaxASCII {
		return r
	}
	parts := unicodeComposition().parts
	for pair, ok := parts[r]; ok; pair, ok = parts[r] {
		r = pair[0]
	}
	return r
}
