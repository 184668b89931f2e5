package quality

import (
	"errors"
	"fmt"
	"time"
)

// Terms are what a measurement is made by. The zero value of a number means its
// default. A report prints them, because a figure means nothing without them.
type Terms struct {
	Now    time.Time      // the records are those of this instant; required
	Zone   *time.Location // where a day begins; nil is UTC
	Period Period         // required

	Edition      Edition // of the clauses; default Edition2015
	DueSoonDays  int     // how far "due soon" looks ahead; default 14
	MajorDays    int     // how long a major nonconformity may be without an action; default 30
	RepeatMonths int     // how far back a repeat is looked for; default 24
	RepeatLevel  int     // level of the clauses that make a repeat; default 3 (8.5.1)
	DraftDays    int     // how long a document may be a draft; default 90
	ReviewMonths int     // after how many months a document is due for review; without it, only documents with a date of their own are judged
}

// Period is a stretch of time: from its first day to its last, both included, in the
// zone of the [Terms].
type Period struct{ First, Last Date }

// NewPeriod makes the period of two days, each written 2026-01-31.
func NewPeriod(first, last string) (Period, error) {
	var p Period
	for _, day := range []struct {
		name, text string
		to         *Date
	}{{"first", first, &p.First}, {"last", last, &p.Last}} {
		t, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			return Period{}, fmt.Errorf("quality: the %s day of the period is %q: write it as 2026-01-31", day.name, day.text)
		}
		*day.to = Today(t, time.UTC)
	}
	return p, p.check()
}

// Year gives the period of a year of the calendar.
func Year(year int) Period {
	first := Today(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	return Period{first, first.AddMonths(12) - 1}
}

// Month gives the period of a month of the calendar.
func Month(year int, month time.Month) Period {
	first := Today(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	return Period{first, first.AddMonths(1) - 1}
}

// Has tells whether the day is in the period.
func (p Period) Has(d Date) bool { return p.First <= d && d <= p.Last }

// String writes the period as 2026-01-01 to 2026-12-31.
func (p Period) String() string { return p.First.String() + " to " + p.Last.String() }

func (p Period) check() error {
	if p.Last < p.First {
		return fmt.Errorf("quality: the period %s ends before it begins", p)
	}
	return nil
}

// withDefaults checks the terms and fills in what is not set.
func (t Terms) withDefaults() (Terms, error) {
	if t.Now.IsZero() {
		return t, errors.New("quality: Terms.Now is not set: the figures are those of an instant")
	}
	if t.Period == (Period{}) {
		return t, errors.New("quality: Terms.Period is not set: use Year, Month or NewPeriod")
	}
	if err := t.Period.check(); err != nil {
		return t, err
	}
	if t.Zone == nil {
		t.Zone = time.UTC
	}
	if t.Edition == "" {
		t.Edition = Edition2015
	}
	for _, number := range []struct {
		name     string
		value    *int
		fallback int
	}{
		{"DueSoonDays", &t.DueSoonDays, 14}, {"MajorDays", &t.MajorDays, 30}, {"RepeatMonths", &t.RepeatMonths, 24},
		{"RepeatLevel", &t.RepeatLevel, 3}, {"DraftDays", &t.DraftDays, 90}, {"ReviewMonths", &t.ReviewMonths, 0},
	} {
		if *number.value < 0 {
			return t, fmt.Errorf("quality: Terms.%s is %d: it cannot be negative", number.name, *number.value)
		}
		if *number.value == 0 {
			*number.value = number.fallback
		}
	}
	if t.RepeatLevel > clauseLevels {
		return t, fmt.Errorf("quality: Terms.RepeatLevel is %d: clauses have %d levels", t.RepeatLevel, clauseLevels)
	}
	return t, nil
}

// day is the day that an instant means by these terms; false if there is none.
func (t *Terms) day(at time.Time) (Date, bool) { return DateOf(at, t.Zone), !at.IsZero() }

// moment is the day on which something happened, such as the creation of a record.
func (t *Terms) moment(at time.Time) (Date, bool) { return Today(at, t.Zone), !at.IsZero() }

func (t *Terms) today() Date { return Today(t.Now, t.Zone) }
