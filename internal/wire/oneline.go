package wire

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// OneLine gives a text that anybody may have written as part of a line that is printed:
// what is not printable is escaped, so that it can neither begin a line of its own nor
// steer a terminal.
func OneLine(text string) string {
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var line strings.Builder
	for _, r := range text {
		if unprintable(r) {
			quoted := strconv.QuoteRune(r)
			line.WriteString(quoted[1 : len(quoted)-1])
		} else {
			line.WriteRune(r)
		}
	}
	return line.String()
}

// unprintable tells of what cannot stand in a line; also of what is no UTF-8.
func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
