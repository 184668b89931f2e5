package quality_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go/quality"
)

func TestParseClausesAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{
		"8.5.1 c)":                     "8.5.1 c)",
		"8.5.1(c)":                     "8.5.1 c)",
		"8.5.1 C":                      "8.5.1 c)",
		"8.5.1c":                       "8.5.1 c)",
		"8.5.1.c":                      "8.5.1 c)",
		"9.2":                          "9.2",
		"9.2.":                         "9.2",
		" 10 ":                         "10",
		"cl. 8.5.1":                    "8.5.1",
		"Clause 8.5.1":                 "8.5.1",
		"clauses 8.4 and 8.5":          "8.4 | 8.5",
		"§ 7.5.3.2":                    "7.5.3.2",
		"§8.5.1":                       "8.5.1",
		"Kap. 9.2":                     "9.2",
		"8.4, 8.5.1":                   "8.4 | 8.5.1",
		"8.4,8.5.1;9.2/9.3":            "8.4 | 8.5.1 | 9.2 | 9.3",
		"8.5.1 a), c)":                 "8.5.1 a) | 8.5.1 c)",
		"8.5.1 a, b & d":               "8.5.1 a) | 8.5.1 b) | 8.5.1 d)",
		"8.1-8.3":                      "8.1–8.3",
		"8.1 – 8.3":                    "8.1–8.3",
		"4 to 10":                      "4–10",
		"4 bis 10":                     "4–10",
		"4...10":                       "?4...10",
		"8.5.1-6":                      "8.5.1–8.5.6",
		"9.1-3":                        "9.1–9.3",
		"8.5-9":                        "8.5–9",
		"8.5.1 a)-d)":                  "8.5.1 a)–8.5.1 d)",
		"8.5.1 a to c":                 "8.5.1 a)–8.5.1 c)",
		"9.2 Internal audits":          "9.2",
		"9.1 Monitoring, measurement":  "9.1",
		"8.4 - Suppliers":              "8.4",
		"8.4: Suppliers and others":    "8.4",
		"ISO 9001:2015 8.5.1":          "ISO 9001:2015+A1:2024 8.5.1",
		"ISO 9001:2008, 7.4.1; 7.4.3":  "ISO 9001:2008 7.4.1 | ISO 9001:2008 7.4.3",
		"ISO 9001 8.5.1":               "8.5.1",
		"8.5.1, 99.9":                  "8.5.1 | 99.9",
		"":                             "",
		"n/a":                          "?n | ?a",
		"all":                          "?all",
		"ISO 14001 8.1":                "?ISO 14001 8.1",
		"IATF 16949 8.5.1":             "?IATF 16949 8.5.1",
		"8.3-8.1":                      "?8.3-8.1",
		"8..1":                         "?8..1",
		"0.3":                          "?0.3",
		"8.0":                          "?8.0",
		"8.5.1.2.3":                    "?8.5.1.2.3",
		"2026-01-15":                   "?2026-01-15",
		"300.1":                        "?300.1",
		"Procedure 4":                  "?Procedure 4",
		"<script>8.5</script>":         "?<script>8.5< | ?script>",
		"8.5.1 control of 12 machines": "?8.5.1 control of 12 machines",
		"c)":                           "?c)",
		"8.5.1\u00a0a)":                "8.5.1 a)",
	} {
		references, rest := quality.ParseClauses(typed)
		var have []string
		for _, r := range references {
			have = append(have, strings.TrimSpace(string(r.Edition)+" "+r.String()))
		}
		for _, part := range rest {
			have = append(have, "?"+part)
		}
		require.Equal(t, want, strings.Join(have, " | "), "%q", typed)
	}
}

func TestClauseOrderAndLevels(t *testing.T) {
	sorted := clauses(t, "4", "8.5", "8.5.1", "8.5.1 a)", "8.5.1 c)", "8.5.2", "8.5.10", "9.3", "10", "10.2")
	shuffled := slices.Clone(sorted)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	slices.SortFunc(shuffled, quality.Clause.Compare)
	require.Equal(t, sorted, shuffled)

	deep := clause(t, "8.5.1 c)")
	require.Equal(t, 3, deep.Level())
	require.Equal(t, "c", deep.Item())
	require.Equal(t, deep, deep.Up(3))
	require.Equal(t, clause(t, "8.5"), deep.Up(2))
	require.Equal(t, clause(t, "8"), deep.Up(1))
	require.True(t, deep.Within(clause(t, "8.5.1")))
	require.True(t, deep.Within(clause(t, "8")))
	require.False(t, clause(t, "8.5.10").Within(clause(t, "8.5.1")), "8.5.1 does not swallow 8.5.10")
	require.False(t, clause(t, "10").Within(clause(t, "1")))
	require.False(t, clause(t, "8").Within(clause(t, "8.5")))
	require.False(t, deep.Within(quality.Clause{}))
}

// Whatever is typed, nothing is lost: each part is a clause or kept.
func TestParseClausesKeepsWhatItDoesNotKnow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		references, rest := quality.ParseClauses(text)
		for _, part := range rest {
			require.Contains(t, text, part)
		}
		for _, r := range references {
			again, none := quality.ParseClauses(r.String())
			require.Empty(t, none)
			require.Len(t, again, 1)
			require.Equal(t, r.String(), again[0].String())
		}
		if strings.TrimSpace(text) != "" && len(references)+len(rest) == 0 {
			between := func(r rune) bool {
				return unicode.IsSpace(r) || strings.ContainsRune(",;/&+|andutADNUTE:201568", r)
			}
			require.Empty(t, strings.TrimFunc(text, between), "lost")
		}
	})
}

func TestClausesOfAnEdition(t *testing.T) {
	for edition, want := range map[quality.Edition][4]int{
		quality.Edition2008: {5, 23, 39, 0},
		quality.Edition2015: {7, 28, 50, 6},
		quality.Edition2026: {7, 28, 51, 6},
	} {
		catalogue, err := quality.ClausesOf(edition)
		require.NoError(t, err)
		names := map[quality.Clause]string{}
		for level := 1; level <= 4; level++ {
			require.Len(t, catalogue.Level(level), want[level-1], "%s level %d", edition, level)
		}
		for _, one := range catalogue.All() {
			names[one] = catalogue.Name(one)
			require.NotEmpty(t, names[one], one)
			require.True(t, catalogue.Has(one.Up(one.Level()-1)) || one.Level() == 1, "%s stands in a clause", one)
		}
		require.Len(t, names, want[0]+want[1]+want[2]+want[3], "no clause twice")
	}
	require.True(t, quality.Edition2026.Draft())
	_, err := quality.ClausesOf("ISO 9001:1994")
	require.ErrorContains(t, err, `"ISO 9001:1994" is not known`)
}

func TestClausesReadRanges(t *testing.T) {
	catalogue, err := quality.ClausesOf(quality.Edition2015)
	require.NoError(t, err)
	for typed, want := range map[string]string{
		"8.1-8.3":           "8.1 8.2 8.3",
		"9.2, 8.1-8.3, 8.2": "8.1 8.2 8.3 9.2",
		"4-6":               "4 5 6",
		"8.5.1-6":           "8.5.1 8.5.2 8.5.3 8.5.4 8.5.5 8.5.6",
		"8.5.1 a)-c)":       "8.5.1 a) 8.5.1 b) 8.5.1 c)",
		"8.6-9":             "8.6 8.7 9 9.1 9.2 9.3",
		"7.6":               "?7.6",
		"ISO 9001:2008 7.6": "?7.6",
		"ISO 9001:2008 7.5": "?7.5",
		"8.1, by agreement": "8.1 ?by agreement",
		"6.1.2":             "6.1.2",
		"6.1.3":             "?6.1.3",
	} {
		read, rest := catalogue.Read(typed)
		var have []string
		for _, one := range read {
			have = append(have, one.String())
		}
		for _, part := range rest {
			have = append(have, "?"+part)
		}
		require.Equal(t, want, strings.Join(have, " "), "%q", typed)
	}
}

func clause(t *testing.T, text string) quality.Clause {
	t.Helper()
	c, ok := quality.ParseClause(text)
	require.True(t, ok, text)
	return c
}

func clauses(t *testing.T, texts ...string) []quality.Clause {
	t.Helper()
	list := make([]quality.Clause, len(texts))
	for i, text := range texts {
		list[i] = clause(t, text)
	}
	return list
}
