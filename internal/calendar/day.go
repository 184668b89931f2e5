// Package calendar knows where the days of a time zone begin.
package calendar

import "time"

// DayBegin is the first moment of a day in a zone. The month and the day may be outside
// of their range, as for time.Date.
//
// That is not always what time.Date says of midnight: where clocks are put forward at
// midnight there is none, and time.Date gives 23:00 of the day before in many zones.
// Where they are put back to midnight it may give the second one.
func DayBegin(year int, month time.Month, day int, zone *time.Location) time.Time {
	eve := time.Date(year, month, day-1, 12, 0, 0, 0, zone)
	_, offset := eve.Zone()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(-time.Duration(offset) * time.Second).In(zone)
	_, change := eve.ZoneBounds()
	switch {
	case change.IsZero() || midnight.Before(change):
		return midnight
	case !onDayBefore(change, year, month, day): // midnight was left out
		return change
	}
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// onDayBefore reports whether a moment is on a day before the one that is named.
func onDayBefore(t time.Time, year int, month time.Month, day int) bool {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}
