package calendar_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones of a machine without any

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/calendar"
)

// The changes of ten years, in zones that change their clocks at midnight and in others.
func TestDayBegin(t *testing.T) {
	for _, name := range []string{
		"America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Asia/Amman",
		"Atlantic/Azores", "Pacific/Apia", "Antarctica/Casey", "America/St_Johns", "Australia/Lord_Howe", "Europe/Berlin", "UTC",
	} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, change := range changes(zone) {
			for days := -2; days <= 2; days++ {
				year, month, day := change.AddDate(0, 0, days).Date()
				first := firstOf(year, month, day, zone)
				if first.IsZero() { // Samoa had no 30 December 2011
					continue
				}
				require.Equal(t, first, calendar.DayBegin(year, month, day, zone), "%s", name)
			}
		}
	}
	require.Equal(t, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), calendar.DayBegin(2026, 13, 1, time.UTC))
}

// changes are the moments at which a zone changes its clocks.
func changes(zone *time.Location) (at []time.Time) {
	for t := time.Date(2009, 1, 1, 0, 0, 0, 0, zone); ; {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.Year() > 2027 {
			return append(at, t)
		}
		at, t = append(at, end), end
	}
}

// firstOf looks for the first minute of a day.
func firstOf(year int, month time.Month, day int, zone *time.Location) time.Time {
	at := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(-30 * time.Hour).In(zone)
	for range 60 * 60 {
		if y, m, d := at.Date(); y == year && m == month && d == day {
			return at
		}
		at = at.Add(time.Minute)
	}
	return time.Time{}
}
