package quality

import (
	"time"

	"github.com/isoaudit/isoaudit-go/internal/calendar"
)

// Date is a day of the calendar, without a time of day or a zone: days since 1 January
// 1970, so that the difference of two is a number of days.
type Date int

const dayLength = 24 * time.Hour

// DateOf gives the day that an instant means. An instant at midnight UTC is the way in
// which a day is stored, and means that day in every zone; any other has the day of the
// zone (nil is UTC).
func DateOf(t time.Time, zone *time.Location) Date {
	utc := t.UTC()
	if utc.Equal(utc.Truncate(dayLength)) {
		return Today(utc, time.UTC)
	}
	return Today(t, zone)
}

// Today gives the day of the zone (nil is UTC) at an instant.
func Today(now time.Time, zone *time.Location) Date {
	if zone == nil {
		zone = time.UTC
	}
	y, month, d := now.In(zone).Date()
	return Date(time.Date(y, month, d, 0, 0, 0, 0, time.UTC).Unix() / int64(dayLength/time.Second))
}

// String writes the day as 2026-11-28.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// MarshalText writes the day as [Date.String] does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// AddMonths gives the same day of a later month, or the last of a month that has fewer
// days.
func (d Date) AddMonths(n int) Date {
	y, month, day := d.utc().Date()
	first := time.Date(y, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Today(first.AddDate(0, 0, min(day, last)-1), time.UTC)
}

// endIn is the instant at which the day ends in a zone.
func (d Date) endIn(zone *time.Location) time.Time {
	y, month, day := (d + 1).utc().Date()
	return calendar.DayBegin(y, month, day, zone)
}

func (d Date) utc() time.Time { return time.Unix(0, 0).UTC().AddDate(0, 0, int(d)) }
