package policy

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// The table of invisible characters has all that Unicode says are not shown by
// default, and few more.
func TestInvisibleCharactersAreUnicodes(t *testing.T) {
	unseen := Default().table.unseen
	for r := range characters() {
		// Default_Ignorable_Code_Point, as DerivedCoreProperties.txt derives it.
		ignorable := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector) &&
			!unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark) &&
			(r < 0xFFF9 || r > 0xFFFB) && (r < 0x13430 || r > 0x13440)
		more := r == '\u2800' || r >= 0xFFF9 && r <= 0xFFFB // a blank of Braille; marks of annotations
		require.Equal(t, ignorable || more, unicode.Is(unseen, r), "U+%04X", r)
	}
}

func TestRangeTableRefusesWhatItCannotRead(t *testing.T) {
	for _, entries := range [][]string{{""}, {"x"}, {"00AD-"}, {"200F-200B"}, {"200B", "00AD"}, {"200B-200F", "200F"}, {"110000"}, {"-1"}} {
		_, err := rangeTable(entries)
		require.ErrorContains(t, err, entries[len(entries)-1])
	}
}

// A placeholder whose folding differs between its spellings would never match.
func TestPlaceholdersAreFolded(t *testing.T) {
	for _, text := range Default().table.Placeholders {
		require.NotEmpty(t, folded(text), text)
		require.True(t, isPlaceholder(text, Default().table.empty), text)
		require.Equal(t, folded(text), folded(folded(text)), text)
	}
}
