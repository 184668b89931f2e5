package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookalikes describes what in a text makes it look like another one, each kind of
// fault and each character once, in the order of the text.
func lookalikes(text string, invisible *unicode.RangeTable) []string {
	letters := []rune(text)
	first := len(letters) - len([]rune(strings.TrimLeftFunc(text, unicode.IsSpace)))
	last := len([]rune(strings.TrimRightFunc(text, unicode.IsSpace)))
	odd, isOdd := notNormal(letters)
	var faults []string
	for i, r := range letters {
		var fault string
		switch {
		case i < first:
			fault = "white space at its start"
		case i >= last:
			fault = "white space at its end"
		case unicode.IsControl(r):
			fault = "a control character"
		case unicode.IsSpace(r) && (r != ' ' || letters[i-1] == ' '):
			fault = "white space other than single spaces"
		case r == utf8.RuneError:
			fault = "an unreadable character"
		case unicode.Is(invisible, r):
			fault = "an invisible character"
		case isOdd && i == odd:
			fault = "a character that is not in Unicode's composed form NFC"
		default:
			continue
		}
		fault = fmt.Sprintf("%s (U+%04X)", fault, r)
		if !slices.Contains(faults, fault) {
			faults = append(faults, fault)
		}
	}
	return faults
}

// rangeTable reads characters, each entry one or the first and last of several, in
// hexadecimal digits and in order: "00AD", "200B-200F".
func rangeTable(entries []string) (*unicode.RangeTable, error) {
	table, before := &unicode.RangeTable{}, int64(-1)
	for _, entry := range entries {
		from, to, several := strings.Cut(entry, "-")
		if !several {
			to = from
		}
		low, errLow := strconv.ParseInt(from, 16, 32)
		high, errHigh := strconv.ParseInt(to, 16, 32)
		if errLow != nil || errHigh != nil || low <= before || high < low || high > unicode.MaxRune {
			return nil, fmt.Errorf("characters %q: want one as 00AD, or several as 200B-200F, after those before it", entry)
		}
		table.R32 = append(table.R32, unicode.Range32{Lo: uint32(low), Hi: uint32(high), Stride: 1})
		before = high
	}
	return table, nil
}
