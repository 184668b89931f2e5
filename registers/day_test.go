package registers

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadDay(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-31": "2026-12-31", " 2026-12-31 ": "2026-12-31", "2026/12/31": "2026-12-31", "2026-1-2": "2026-01-02", "2026-12-31 00:00:00": "2026-12-31",
		"31.12.2026": "2026-12-31", "1.2.2026": "2026-02-01", "31. 12. 2026": "2026-12-31", "12/31/2026": "2026-12-31", "31/12/2026": "2026-12-31",
		"31-12-2026": "2026-12-31", "5/5/2026": "2026-05-05",
		"3 Mar 2026": "2026-03-03", "3. März 2026": "2026-03-03", "3-Mar-2026": "2026-03-03", "March 3, 2026": "2026-03-03", "Mar 3rd 2026": "2026-03-03",
		"3 Sept 2026": "2026-09-03", "31. Dezember 2026": "2026-12-31", "1st May 2026": "2026-05-01", "JUNE 7 2026": "2026-06-07",
		"46387": "2026-12-31", "46387.0": "2026-12-31", "29.2.2028": "2028-02-29",
	} {
		got, err := readDay(text, Unambiguous, epoch1900)
		require.NoError(t, err, text)
		require.Equal(t, want, got.Format(time.DateOnly), text)
	}
	for text, want := range map[string]string{
		"31.2.2026": "no day of the calendar", "29.2.2026": "no day of the calendar", "2026-13-01": "no day of the calendar", "0000-01-01": "no day of the calendar", "1.1.0001": "no day of the calendar", "0001-01-01T00:00:00Z": "no day of the calendar",
		"31/31/2026": "no day of the calendar", "31 Feb 2026": "no day of the calendar", "0.1.2026": "no day of the calendar",
		"3/4/2026": `can be 3 April or 4 March: write 2026-04-03 or 2026-03-04`, "3/4/26": "two digits", "31.12.26": "two digits",
		"2026": "is no date", "20261231": "is no date", "46387.75": "2026-12-31 has a time of day", "soon": "is no date", "3 Foo 2026": "names no month",
		"3 Ma 2026": "names no month", "2026-12-31 14:30": "is no date", "99999999999999999999": "is no date", "1e9": "is no date", "=TODAY()": "is no date",
	} {
		_, err := readDay(text, Unambiguous, epoch1900)
		require.ErrorContains(t, err, want, text)
	}
	day, err := readDay("3/4/2026", DayFirst, epoch1900)
	require.NoError(t, err)
	require.Equal(t, "2026-04-03", day.Format(time.DateOnly))
	day, err = readDay("3/4/2026", MonthFirst, epoch1900)
	require.NoError(t, err)
	require.Equal(t, "2026-03-04", day.Format(time.DateOnly))
	_, err = readDay("31/12/2026", MonthFirst, epoch1900)
	require.ErrorContains(t, err, "no day of the calendar", "what was told holds for every date of a table")
	day, err = readDay("44925", Unambiguous, epoch1904)
	require.NoError(t, err)
	require.Equal(t, "2026-12-31", day.Format(time.DateOnly))
	day, err = readDay("2026-12-31T23:30:00+02:00", Unambiguous, epoch1900)
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 12, 31, 21, 30, 0, 0, time.UTC), day)
}

// Whatever is typed, reading it is an answer and no panic.
func FuzzReadDay(f *testing.F) {
	for _, seed := range []string{"2026-12-31", "31.12.2026", "3 Mar 2026", "46387", "12/31/2026", "2026-12-31T00:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		day, err := readDay(text, Unambiguous, epoch1900)
		require.True(t, (err == nil) != day.IsZero())
	})
}
