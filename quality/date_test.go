package quality_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go/quality"
)

// A due date means its day everywhere: west of UTC midnight UTC is the evening before,
// and no action is late for that.
func TestDateOfIsTheSameDayInEveryZone(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"} {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		require.Equal(t, "2026-12-01", quality.DateOf(date("2026-12-01"), loc).String(), "midnight UTC, %s", zone)
		require.Equal(t, "2026-12-01", quality.DateOf(time.Date(2026, 12, 1, 0, 0, 0, 0, loc), loc).String(), "midnight of %s", zone)
		require.Equal(t, "2026-12-01", quality.DateOf(time.Date(2026, 12, 1, 23, 59, 59, 0, loc), loc).String(), "the evening in %s", zone)
	}
	require.Equal(t, quality.DateOf(at("2026-12-01"), nil), quality.Today(at("2026-12-01"), time.UTC))
	require.Equal(t, "1969-12-31", quality.DateOf(at("1969-12-31"), nil).String())
}

func TestOverdueBeginsTheDayAfter(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	action := []quality.Action{{ID: "1", Ref: "C", Due: date("2026-03-08"), Status: "open"}} // the clock changes on that day
	for now, want := range map[time.Time]int{
		time.Date(2026, 3, 8, 23, 59, 59, 0, newYork): 0,
		time.Date(2026, 3, 9, 0, 0, 0, 0, newYork):    1,
		time.Date(2026, 3, 10, 12, 0, 0, 0, newYork):  2,
	} {
		m := measure(t, quality.Source{Actions: stream(action)}, quality.Terms{Now: now, Zone: newYork, Period: quality.Year(2026)})
		if want == 0 {
			require.Zero(t, m.Actions.Overdue.Count(), now)
			continue
		}
		require.Equal(t, map[string]int{"C": want}, aged(m.Actions.Overdue), now)
	}
}

func TestPeriods(t *testing.T) {
	require.Equal(t, "2024-02-01 to 2024-02-29", quality.Month(2024, time.February).String())
	require.Equal(t, "2026-01-01 to 2026-12-31", quality.Year(2026).String())
	p, err := quality.NewPeriod("2026-01-31", "2026-01-31")
	require.NoError(t, err)
	require.True(t, p.Has(p.First))
	require.False(t, p.Has(p.First+1))
	require.Equal(t, "2026-02-28", p.First.AddMonths(1).String())
	require.Equal(t, "2025-11-30", p.First.AddMonths(-2).String())
	_, err = quality.NewPeriod("2026-02-01", "2026-01-01")
	require.ErrorContains(t, err, "ends before it begins")
}

func TestDatesAreNumbersOfDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := quality.Date(rapid.IntRange(-100_000, 100_000).Draw(t, "day"))
		parsed, err := time.Parse(time.DateOnly, day.String())
		require.NoError(t, err)
		require.Equal(t, day, quality.DateOf(parsed, nil))
		months := rapid.IntRange(-600, 600).Draw(t, "months")
		moved, err := time.Parse(time.DateOnly, day.AddMonths(months).String())
		require.NoError(t, err)
		require.Equal(t, 12*parsed.Year()+int(parsed.Month())+months, 12*moved.Year()+int(moved.Month()))
		require.LessOrEqual(t, moved.Day(), parsed.Day())
	})
}

// Paraguay put its clocks forward at the end of September 2023: the month ended at what
// would have been midnight, and not an hour before.
func TestMonthThatEndsWithAChangeOfTheClock(t *testing.T) {
	asuncion, err := time.LoadLocation("America/Asuncion")
	require.NoError(t, err)
	lateEvening := time.Date(2023, 9, 30, 23, 30, 0, 0, asuncion)
	m := measure(t, quality.Source{
		Actions: stream([]quality.Action{{ID: "1", Ref: "C", Due: date("2023-09-01"), Status: "closed", Created: at("2023-08-01")}}),
		ActionChanges: stream([]quality.Change{
			{ID: "1", At: at("2023-08-01"), Created: true, Status: "open", Day: date("2023-09-01")},
			{ID: "1", At: lateEvening, Status: "closed"},
		}),
	}, quality.Terms{Now: at("2023-11-01"), Zone: asuncion, Period: quality.Month(2023, 9)})
	require.Len(t, m.Actions.OverdueAtMonths, 1)
	require.Zero(t, m.Actions.OverdueAtMonths[0].Count())
}

// On its last day a month is not over: what is closed in the evening was not overdue at
// its end.
func TestMonthIsOverTheDayAfter(t *testing.T) {
	for now, want := range map[string]int{"2026-10-31": 9, "2026-11-01": 10, "2026-12-31": 11, "2027-01-01": 12} {
		m := measure(t, quality.Source{}, quality.Terms{Now: at(now).Add(10 * time.Hour), Period: quality.Year(2026)})
		require.Len(t, m.Actions.OverdueAtMonths, want, now)
	}
}
