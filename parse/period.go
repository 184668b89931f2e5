package parse

import (
	"fmt"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/calendar"
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
	Start time.Time // its first moment, in the time zone of the calendar
	Unit  PeriodUnit
}

// PeriodOf gives the period that a moment is in, by the calendar of the zone; nil is UTC.
func PeriodOf(at time.Time, unit PeriodUnit, zone *time.Location) Period {
	if zone == nil {
		zone = time.UTC
	}
	year, month, day := at.In(zone).Date()
	switch unit {
	case Month:
		day = 1
	case Quarter:
		month, day = (month-1)/3*3+1, 1
	}
	return Period{calendar.DayBegin(year, month, day, zone), unit}
}

// End is the first moment after the period.
func (p Period) End() time.Time {
	year, month, day := p.Start.Date()
	switch p.Unit {
	case Month:
		month++
	case Quarter:
		month += 3
	default:
		day++
	}
	return calendar.DayBegin(year, month, day, p.Start.Location())
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
