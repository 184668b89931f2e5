package policy

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// CompareRevisions orders the revisions of a document from the oldest to the
// newest, for [slices.SortFunc]: it is negative where a is older than b, positive
// where it is newer, and 0 where both are one revision, be it written otherwise.
//
// A revision is read as numbers and words. Numbers are compared by what they
// count, so 9 is before 10, 1.9 before 1.10 and rev-2 before rev-10. Of two words
// the shorter is before the longer, and else the alphabet decides, so A, B, Z, AA
// follow each other; capitals make no difference, nor does what stands between the
// parts. A number is before a word, and 1 before 1.1. Roman numerals are words.
func CompareRevisions(a, b string) int {
	return slices.CompareFunc(revisionParts(a), revisionParts(b), func(a, b revisionPart) int {
		if a.number != b.number {
			if a.number {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(len(a.letters), len(b.letters)), slices.Compare(a.letters, b.letters))
	})
}

// revisionPart is a number without leading zeros, or a word in small letters. Both
// are compared alike: first by length, then letter by letter.
type revisionPart struct {
	number  bool
	letters []rune
}

func revisionParts(revision string) []revisionPart {
	var parts []revisionPart
	open := false // the last part may go on
	for _, r := range revision {
		number := r >= '0' && r <= '9'
		if !number && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			open = false
			continue
		}
		if !open || parts[len(parts)-1].number != number {
			parts = append(parts, revisionPart{number: number})
			open = true
		}
		last := &parts[len(parts)-1]
		last.letters = append(last.letters, unicode.ToLower(r))
	}
	for i, part := range parts {
		if part.number {
			parts[i].letters = []rune(strings.TrimLeft(string(part.letters), "0"))
		}
	}
	return parts
}
