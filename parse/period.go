package parse

import (
	"fmt"
	"time"
)

// PeriodUnit is how long a [Period] is.
type PeriodUnit uint8

// The units of periods.
const (
	Day PeriodUnit = iota
	Month
	Quarter
)

// Period is a day, a month or a quarter of the calendar.
type Period struct {
	Start time.Time // in the time zone of the calendar
	Unit  PeriodUnit
}

// PeriodOf gives the period that a moment is in, by the calendar of the zone.
func PeriodOf(at time.Time, unit PeriodUnit, zone *time.Location) Period {
	year, month, day := at.In(zone).Date()
	switch unit {
	case Month:
		day = 1
	case Quarter:
		month, day = (month-1)/3*3+1, 1
	}
	return Period{time.Date(year, month, day, 0, 0, 0, 0, zone), unit}
}

// End is the first moment after the period.
func (p Period) End() time.Time {
	switch p.Unit {
	case Month:
		return p.Start.AddDate(0, 1, 0)
	case Quarter:
		return p.Start.AddDate(0, 3, 0)
	}
	return p.Start.AddDate(0, 0, 1)
}

// String gives "2026-11-28", "2026-11" or "2026-Q4".
func (p Period) String() string {
	switch p.Unit {
	case Month:
		return p.Start.Format("2006-01")
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", p.Start.Year(), (p.Start.Month()+2)/3)
	}
	return p.Start.Format(time.DateOnly)
}

func comparePeriods(a, b Period) int { return a.Start.Compare(b.Start) }
