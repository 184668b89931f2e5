package registers

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// DateOrder tells how 03/04/2026 is meant, which nobody can see.
type DateOrder int

// The orders. With Unambiguous such a date is a problem, unless one of the two numbers
// can only be the day.
const (
	Unambiguous DateOrder = iota
	DayFirst
	MonthFirst
)

var (
	yearFirst   = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$`)
	yearLast    = regexp.MustCompile(`^(\d{1,2})([-/.])\s?(\d{1,2})[-/.]\s?(\d{4})$`)
	shortYear   = regexp.MustCompile(`^\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2}$`)
	dayAndName  = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?[-. ]*(\p{L}+)[-., ]*(\d{4})$`)
	nameAndDay  = regexp.MustCompile(`^(\p{L}+)\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})$`)
	serialDay   = regexp.MustCompile(`^(\d+)(?:\.(\d+))?$`)
	firstSerial = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // a smaller number is rather a year
	lastSerial  = time.Date(2199, 12, 31, 0, 0, 0, 0, time.UTC)
)

// monthNames are the names of each month in English and German. What is typed is at
// least the first three letters of one of them.
var monthNames = [12][]string{
	{"january", "januar", "jänner"}, {"february", "februar", "feber"}, {"march", "märz", "mrz"}, {"april"}, {"may", "mai"}, {"june", "juni"},
	{"july", "juli"}, {"august"}, {"september", "sept"}, {"october", "oktober"}, {"november"}, {"december", "dezember"},
}

// readDay reads a day, or an instant with its zone, in the forms that people type:
// 2026-12-31, 31.12.2026, 12/31/2026, 31 Dec 2026 and the serial numbers of a
// spreadsheet, whose days are counted from an epoch. The error says what is wrong with
// it.
func readDay(text string, order DateOrder, epoch time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if instant, err := time.Parse(time.RFC3339Nano, text); err == nil {
		if instant.IsZero() {
			return time.Time{}, fmt.Errorf("%q is no day of the calendar", text)
		}
		return instant.UTC().Truncate(time.Millisecond), nil
	}
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return calendarDay(text, m[1], m[2], m[3])
	}
	if m := yearLast.FindStringSubmatch(text); m != nil {
		return readYearLast(text, m[1], m[2], m[3], m[4], order)
	}
	if m := dayAndName.FindStringSubmatch(text); m != nil {
		return namedDay(text, m[1], m[2], m[3])
	}
	if m := nameAndDay.FindStringSubmatch(text); m != nil {
		return namedDay(text, m[2], m[1], m[3])
	}
	if serialDay.MatchString(text) {
		return readSerial(text, epoch)
	}
	if shortYear.MatchString(text) {
		return time.Time{}, fmt.Errorf("%q has a year of two digits: write four", text)
	}
	return time.Time{}, fmt.Errorf("%q is no date: write 2026-12-31", clip(text))
}

// readYearLast reads 31.12.2026, whose first number is the day, and 12/31/2026, whose
// first number may be either.
func readYearLast(text, first, separator, second, year string, order DateOrder) (time.Time, error) {
	a, _ := strconv.Atoi(first)
	b, _ := strconv.Atoi(second)
	switch {
	case separator == "." || order == DayFirst:
		return calendarDay(text, year, second, first)
	case order == MonthFirst:
		return calendarDay(text, year, first, second)
	case a > 12 || a == b:
		return calendarDay(text, year, second, first)
	case b > 12:
		return calendarDay(text, year, first, second)
	}
	return time.Time{}, fmt.Errorf("%q can be %d %s or %d %s: write %s-%02d-%02d or %s-%02d-%02d, or say which comes first",
		text, a, time.Month(b), b, time.Month(a), year, b, a, year, a, b)
}

func namedDay(text, day, name, year string) (time.Time, error) {
	name = strings.ToLower(name)
	for i, names := range monthNames {
		for _, full := range names {
			if utf8.RuneCountInString(name) >= 3 && strings.HasPrefix(full, name) {
				return calendarDay(text, year, strconv.Itoa(i+1), day)
			}
		}
	}
	return time.Time{}, fmt.Errorf("%q names no month: write 2026-12-31", clip(text))
}

func calendarDay(text, year, month, day string) (time.Time, error) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || t.Month() != time.Month(m) || t.Day() != d || y == 0 || t.IsZero() {
		return time.Time{}, fmt.Errorf("%q is no day of the calendar", text)
	}
	return t, nil
}

func readSerial(text string, epoch time.Time) (time.Time, error) {
	serial, err := strconv.ParseFloat(text, 64)
	days := math.Floor(serial)
	if err != nil || days > 1e6 {
		return time.Time{}, fmt.Errorf("%q is no date: write 2026-12-31", clip(text))
	}
	day := epoch.AddDate(0, 0, int(days))
	switch {
	case day.Before(firstSerial) || day.After(lastSerial):
		return time.Time{}, fmt.Errorf("%q is no date: write 2026-12-31", text)
	case serial != days:
		return time.Time{}, fmt.Errorf("%s has a time of day: write the day alone", day.Format(time.DateOnly))
	}
	return day, nil
}

// The days from which the serial numbers of spreadsheets count. Excel takes 1900 for a
// leap year, so that the first is right from March 1900 on.
var (
	epoch1900 = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	epoch1904 = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
)

// isDay tells whether an instant stands for a whole day.
func isDay(t time.Time) bool { return t.Equal(t.UTC().Truncate(24 * time.Hour)) }
